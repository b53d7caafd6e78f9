#!/bin/sh
# Makes the hub's ledger once: schema and application role in the database, keys and genesis here.
set -eu
word=$(cat /run/secrets/owner)
exec ocop init --origin "$ORIGIN" --base-url "$BASE_URL" --trusted-proxy "$PROXIES" \
    --database "postgresql://ocop_owner:$word@db-1,db-2/ocop?target_session_attrs=read-write"
