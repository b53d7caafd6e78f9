"""The doors of the product: pages, HTTP interface and commands over one ledger."""
