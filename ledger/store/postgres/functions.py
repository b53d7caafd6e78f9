"""The functions inside the database: the only ways in which the application role writes.

Both are SECURITY DEFINER, so the application role needs no right to any table; both refuse old
snapshots (a position or index computed on one would be given twice) and weaker durability.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.store.postgres.errors import REFUSED, SIZE_MOVED
from ledger.verify.canonical import MAX_PAYLOAD
from ledger.verify.entry import PAYLOAD_TYPE, pae

TOPIC = "ocop.recorded.v1"
# Advisory locks: "OCOP" as a number is the class; 1 appends, 2 seals. The next class is leaders'.
LOCK_CLASS = 0x4F434F50
APPENDING, SEALING = 1, 2
LEADING_CLASS = LOCK_CLASS + 1
MOST_ENTRIES = 1000
MOST_BYTES = 24 * 1024
CHANNEL = "ocop_appended"
# Every entry begins so, then come the payload's length, a space, the payload and 96 bytes.
_HEAD = pae(PAYLOAD_TYPE, b"").removesuffix(b"0 ")
# Plans are kept for a session's life; one made while a table was small must not scan it later.
SETTINGS = ("search_path=pg_catalog, pg_temp", "enable_seqscan=off")

_DURABLE = f"""
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'only READ COMMITTED sees the newest row' USING ERRCODE = '{REFUSED}';
    END IF;
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;"""

_APPEND = f"""
DECLARE
    newest bigint;
    added bigint;
BEGIN{_DURABLE}
    added := cardinality(journals);
    IF added IS NULL OR added < 1 OR added > {MOST_ENTRIES}
        OR cardinality(versions) IS DISTINCT FROM added
        OR cardinality(states) IS DISTINCT FROM added THEN
        RAISE EXCEPTION 'lists must be of one length, 1 to {MOST_ENTRIES}'
            USING ERRCODE = '{REFUSED}';
    END IF;
    IF EXISTS (
        SELECT FROM unnest(journals, versions, states) AS one(journal, seq, state)
        WHERE journal IS NULL OR seq IS NULL OR state IS NULL OR seq < 1
            OR length(state) <= 96 OR length(state) > {MOST_BYTES}
            OR encode(substring(state FROM length(state) - 95 FOR 32), 'hex') <> journal
    ) THEN
        RAISE EXCEPTION 'an entry is too long, has no place, or is not of its journal'
            USING ERRCODE = '{REFUSED}';
    END IF;
    -- A row is never taken out again, so what can never be an entry must not come in.
    IF EXISTS (
        SELECT FROM unnest(states) AS one(state), substring(
            encode(substring(state FROM {len(_HEAD) + 1} FOR 6), 'escape')
            FROM '^(0|[1-9][0-9]{{0,4}}) ') AS digits
        WHERE substring(state FROM 1 FOR {len(_HEAD)}) <> '\\x{_HEAD.hex()}'::bytea
            OR digits IS NULL OR digits::integer > {MAX_PAYLOAD}
            OR length(state) <> {len(_HEAD)} + length(digits) + 1 + digits::integer + 96
    ) THEN
        RAISE EXCEPTION 'these bytes are no entry' USING ERRCODE = '{REFUSED}';
    END IF;
    PERFORM pg_advisory_xact_lock({LOCK_CLASS}, {APPENDING});
    -- What is there already (0 or less) is left to the unique key.
    IF EXISTS (
        SELECT FROM (
            SELECT journal, seq, lag(seq) OVER (PARTITION BY journal ORDER BY place) AS before
            FROM unnest(journals, versions) WITH ORDINALITY AS one(journal, seq, place)
        ) AS next
        WHERE CASE WHEN before IS NOT NULL THEN seq - before NOT IN (0, 1)
            ELSE seq - coalesce((
                SELECT event.originator_version FROM ocop.stored_events AS event
                WHERE event.originator_id = journal
                ORDER BY event.originator_version DESC LIMIT 1), 0) > 1 END
    ) THEN
        RAISE EXCEPTION 'a journal would have a gap' USING ERRCODE = '{REFUSED}';
    END IF;
    SELECT coalesce(max(position), 0) INTO newest FROM ocop.stored_events;
    INSERT INTO ocop.stored_events
        (position, originator_id, originator_version, topic, state, entry_id)
        SELECT newest + place, journal, seq, '{TOPIC}', state, sha256('\\x00'::bytea || state)
        FROM unnest(journals, versions, states)
            WITH ORDINALITY AS one(journal, seq, state, place)
        ORDER BY place;
    PERFORM pg_notify('{CHANNEL}', '');
    RETURN newest;
END"""  # noqa: S608  # only constants of this module

_SEAL = f"""
DECLARE
    sealed bigint;
    last_position bigint;
    added bigint;
BEGIN{_DURABLE}
    added := cardinality(positions);
    IF added IS NULL OR added < 1 OR added > {MOST_ENTRIES}
        OR cardinality(levels) IS DISTINCT FROM cardinality(hashes)
        OR cardinality(idxs) IS DISTINCT FROM cardinality(hashes)
        OR size IS DISTINCT FROM expected_size + added
        OR length(root) IS DISTINCT FROM 32 OR note IS NULL THEN
        RAISE EXCEPTION 'not one batch of 1 to {MOST_ENTRIES} leaves' USING ERRCODE = '{REFUSED}';
    END IF;
    PERFORM pg_advisory_xact_lock({LOCK_CLASS}, {SEALING});
    SELECT coalesce(max(leaf) + 1, 0), coalesce(max(position), 0) INTO sealed, last_position
        FROM ocop.log_leaves;
    IF sealed IS DISTINCT FROM expected_size THEN
        RAISE EXCEPTION 'the log has % leaves, not %', sealed, expected_size
            USING ERRCODE = '{SIZE_MOVED}';
    END IF;
    INSERT INTO ocop.log_leaves (leaf, position, entry_id, originator_id, originator_version)
        SELECT sealed - 1 + row_number() OVER (ORDER BY one.position), one.position,
            one.entry_id, one.originator_id, one.originator_version
        FROM (
            SELECT * FROM ocop.stored_events AS event WHERE event.position > last_position
            ORDER BY event.position LIMIT added
        ) AS one;
    IF (SELECT array_agg(made.position ORDER BY made.leaf) FROM ocop.log_leaves AS made
        WHERE made.leaf >= sealed) IS DISTINCT FROM positions THEN
        RAISE EXCEPTION 'these are not the next entries in order' USING ERRCODE = '{REFUSED}';
    END IF;
    -- At each level, new is what these leaves complete: with the primary key, exactly that.
    IF cardinality(hashes) IS DISTINCT FROM (
            SELECT sum((seal.size >> level) - (sealed >> level)) FROM generate_series(0, 62) AS level
        ) OR EXISTS (
            SELECT FROM unnest(levels, idxs, hashes) AS node(level, idx, hash)
            WHERE (node.level BETWEEN 0 AND 62 AND node.idx >= sealed >> node.level
                AND node.idx < seal.size >> node.level) IS NOT TRUE
        ) THEN
        RAISE EXCEPTION 'not the nodes that these leaves complete' USING ERRCODE = '{REFUSED}';
    END IF;
    INSERT INTO ocop.log_nodes (level, idx, hash) SELECT * FROM unnest(levels, idxs, hashes);
    -- Two sorted lists, not a join: a plan made while the tables were small must not last.
    IF (SELECT array_agg(made.entry_id ORDER BY made.leaf) FROM ocop.log_leaves AS made
        WHERE made.leaf >= sealed)
        IS DISTINCT FROM (SELECT array_agg(node.hash ORDER BY node.idx)
            FROM unnest(levels, idxs, hashes) AS node(level, idx, hash)
            WHERE node.level = 0 AND node.idx >= sealed AND node.idx < seal.size)
    THEN
        RAISE EXCEPTION 'a leaf hash is not its entry''s' USING ERRCODE = '{REFUSED}';
    END IF;
    IF EXISTS (
        SELECT FROM unnest(levels, idxs, hashes) AS node(level, idx, hash)
        WHERE node.level > 0 AND node.hash IS DISTINCT FROM sha256('\\x01'::bytea
            || (SELECT child.hash FROM ocop.log_nodes AS child
                WHERE child.level = node.level - 1 AND child.idx = 2 * node.idx)
            || (SELECT child.hash FROM ocop.log_nodes AS child
                WHERE child.level = node.level - 1 AND child.idx = 2 * node.idx + 1))
    ) THEN
        RAISE EXCEPTION 'a node is not the hash of its children' USING ERRCODE = '{REFUSED}';
    END IF;
    INSERT INTO ocop.log_checkpoints (size, root, note) VALUES (size, root, note);
END"""  # noqa: S608  # only constants of this module

_REFUSE = f"""
BEGIN
    RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = '{REFUSED}';
END"""


@dataclass(frozen=True, slots=True)
class Function:
    """One function of schema `ocop`: its name, arguments, result, body, and who may call it."""

    name: str
    arguments: str
    result: str
    body: str
    callable: bool

    @property
    def signature(self) -> str:
        """Name and argument types, as GRANT and REVOKE want them."""
        types = ", ".join(one.split()[1] for one in self.arguments.split(", ") if one)
        return f"ocop.{self.name}({types})"

    def make(self) -> str:
        """The statement that makes it."""
        # What the body names is looked up in the server's own catalogue first, whatever schemas
        # and temporary objects the caller has put in front of it.
        settings = " ".join(f"SET {one.replace('=', ' = ')}" for one in SETTINGS)
        return (
            f"CREATE OR REPLACE FUNCTION ocop.{self.name}({self.arguments}) RETURNS {self.result} "
            f"LANGUAGE plpgsql SECURITY DEFINER {settings} "
            f"AS $body${self.body}$body$"
        )


APPEND = Function(
    "append", "journals text[], versions bigint[], states bytea[]", "bigint", _APPEND, True
)
SEAL = Function(
    "seal",
    "expected_size bigint, positions bigint[], levels integer[], idxs bigint[], hashes bytea[], "
    "size bigint, root bytea, note text",
    "void",
    _SEAL,
    True,
)
REFUSE = Function("refuse_change", "", "trigger", _REFUSE, False)
FUNCTIONS = (REFUSE, APPEND, SEAL)
