"""The ledger in PostgreSQL: schema and guards, connections, and the store over them."""
