"""Every query of the store. Each follows an index; `%s` are values, results are binary."""

from __future__ import annotations

from ledger.store.postgres.schema import STEERS

NEWEST = "SELECT coalesce(max(position), 0) FROM ocop.stored_events"
BY_ID = "SELECT state FROM ocop.stored_events WHERE entry_id = %s"
BY_PLACE = (
    "SELECT state FROM ocop.stored_events WHERE originator_id = %s AND originator_version = %s"
)
AFTER = (
    "SELECT position, state FROM ocop.stored_events WHERE position > %s ORDER BY position LIMIT %s"
)
# From journal to journal by its index: the cost is that of the journals, not of the entries.
HEADS = """
WITH RECURSIVE journals(journal) AS (
    SELECT min(originator_id) FROM ocop.stored_events
    UNION ALL
    SELECT (SELECT min(originator_id) FROM ocop.stored_events WHERE originator_id > journal)
    FROM journals WHERE journal IS NOT NULL
)
SELECT head.originator_id, head.originator_version, head.entry_id
FROM journals, LATERAL (
    SELECT originator_id, originator_version, entry_id FROM ocop.stored_events
    WHERE originator_id = journal ORDER BY originator_version DESC LIMIT 1
) AS head ORDER BY head.originator_id
"""
# One statement, so that no sealing can come between its two halves.
COUNTED = """
WITH last AS (
    SELECT leaf, position FROM ocop.log_leaves WHERE position <= %s ORDER BY position DESC LIMIT 1
)
SELECT coalesce((SELECT leaf + 1 FROM last), 0) + (
    SELECT count(*) FROM ocop.stored_events
    WHERE position > coalesce((SELECT position FROM last), 0) AND position <= %s)
"""
STEERING = f"""
SELECT log.leaf, event.position, event.state
FROM ocop.stored_events AS event LEFT JOIN ocop.log_leaves AS log ON log.position = event.position
WHERE {STEERS} AND event.position <= %s ORDER BY event.position
"""  # noqa: S608  # only constants of this module
SIZE = "SELECT coalesce(max(leaf) + 1, 0) FROM ocop.log_leaves"
SEALED_POSITION = "SELECT coalesce(max(position), 0) FROM ocop.log_leaves"
# By journal and sequence, not by position alone: that is what finds the one partition. LATERAL with
# LIMIT fixes the order of the join: from the log to each entry, however small or old the statistics.
_ENTRY_OF_LEAF = (
    "CROSS JOIN LATERAL (SELECT state FROM ocop.stored_events AS event "
    "WHERE event.originator_id = log.originator_id "
    "AND event.originator_version = log.originator_version AND event.position = log.position "
    "LIMIT 1) AS entry "
)
SEALED = (
    "SELECT log.leaf, entry.state FROM (SELECT * FROM ocop.log_leaves "  # noqa: S608  # no input
    f"WHERE leaf >= %s ORDER BY leaf LIMIT %s) AS log {_ENTRY_OF_LEAF} ORDER BY log.leaf"
)
SEALED_AT = (
    "SELECT log.leaf, entry.state FROM (SELECT * FROM ocop.log_leaves "  # noqa: S608  # no input
    f"WHERE leaf = ANY(%s::bigint[])) AS log {_ENTRY_OF_LEAF} ORDER BY log.leaf"
)
INDEX_OF = "SELECT leaf FROM ocop.log_leaves WHERE entry_id = %s"
NODE = "SELECT hash FROM ocop.log_nodes WHERE level = %s AND idx = %s"
NODES = "SELECT hash FROM ocop.log_nodes WHERE level = %s AND idx >= %s AND idx < %s ORDER BY idx"
NEWEST_CHECKPOINT = "SELECT note FROM ocop.log_checkpoints ORDER BY size DESC LIMIT 1"
CHECKPOINT = "SELECT note FROM ocop.log_checkpoints WHERE size = %s"
CHECKPOINTS = "SELECT size, root FROM ocop.log_checkpoints WHERE size > %s ORDER BY size LIMIT %s"
APPEND = "SELECT ocop.append(%b::text[], %b::bigint[], %b::bytea[])"
SEAL = (
    "SELECT ocop.seal(%s::bigint, %b::bigint[], %b::integer[], %b::bigint[], %b::bytea[], "
    "%s::bigint, %b::bytea, %s::text)"
)
REPLICA_AGE = """
SELECT (CASE
    WHEN NOT pg_is_in_recovery() THEN NULL
    WHEN EXISTS (SELECT FROM pg_stat_wal_receiver WHERE pid IS NOT NULL)
        AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
    ELSE extract(epoch FROM clock_timestamp()
        - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time()))
END)::float8
"""
