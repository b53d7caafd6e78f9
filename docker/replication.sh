#!/bin/sh
# Run once by the primary when its data folder is new: the roles of the ledger's owner and of the
# standbys, and the rule that a commit waits for a standby's disk.
set -eu
secrets=${SECRETS:-/run/secrets}
psql -v ON_ERROR_STOP=1 -v owner="$(cat "$secrets/owner")" -v word="$(cat "$secrets/replication")" \
    --username postgres --dbname "${POSTGRES_DB:-ocop}" <<'SQL'
CREATE ROLE ocop_owner LOGIN CREATEROLE PASSWORD :'owner';
SELECT format('ALTER DATABASE %I OWNER TO ocop_owner', current_database()) \gexec
CREATE ROLE replicator REPLICATION LOGIN PASSWORD :'word';
-- In force from the next start, when this server waits for a standby: not yet now.
ALTER SYSTEM SET synchronous_standby_names = 'standby';
SQL
echo "host replication replicator all scram-sha-256" >>"$PGDATA/pg_hba.conf"
