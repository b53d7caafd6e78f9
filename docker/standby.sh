#!/bin/sh
# A streaming replica of $PRIMARY: copied when its data folder is empty, then simply started.
set -eu
: "${PGDATA:=/var/lib/postgresql/data}"
if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chown -R postgres "$PGDATA"
    chmod 700 "$PGDATA"
    exec gosu postgres "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    umask 077
    printf '*:*:*:replicator:%s\n' "$(cat "${REPLICATION_SECRET:-/run/secrets/replication}")" >"$HOME/.pgpass"
    until pg_basebackup -d "host=$PRIMARY port=${PRIMARY_PORT:-5432} user=replicator" \
        -D "$PGDATA" -R -X stream -c fast; do
        echo "waiting for $PRIMARY ..." >&2
        rm -rf "${PGDATA:?}"/*
        sleep 2
    done
fi
# cluster_name is what the primary waits for; the copying above must not count as a standby. Once
# promoted this server has no standby itself, so it must not wait for one. A cut network is noticed
# within 5 s, so that pages say how old they are.
exec postgres -c hot_standby=on -c cluster_name=standby -c synchronous_standby_names= \
    -c wal_receiver_timeout=5s "$@"
