#!/bin/sh
# Run beside compose.yaml when db-1 is gone for good: db-2 takes over, db-1 stays down, because two
# servers that both take statements would be two ledgers. Afterwards make a new standby of db-2.
set -eu
docker compose stop db-1
docker compose exec --user postgres db-2 pg_ctl promote -w -D /var/lib/postgresql/data
echo "db-2 takes statements now. Do not start db-1 again: remove its volume, then copy it from db-2." >&2
