"""Tables, guards and versions of schema `ocop`. A migration is never changed once released."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ledger.store.postgres.functions import FUNCTIONS, REFUSE
from ledger.store.steering import TAIL_BYTES, TAIL_FROM_END, tails

PARTITIONS = tuple(f"stored_events_{number:02d}" for number in range(16))
TABLES = ("schema_versions", "stored_events", "log_leaves", "log_nodes", "log_checkpoints")

_HASH = "CHECK (length({}) = 32)"
_COLUMNS = {
    "stored_events": (
        "position bigint NOT NULL CHECK (position > 0)",
        'originator_id text COLLATE "C" NOT NULL',
        "originator_version bigint NOT NULL CHECK (originator_version > 0)",
        "topic text NOT NULL",
        "state bytea NOT NULL",
        f"entry_id bytea NOT NULL {_HASH.format('entry_id')}",
        "PRIMARY KEY (originator_id, originator_version)",
    ),
    "log_leaves": (
        "leaf bigint PRIMARY KEY CHECK (leaf >= 0)",
        "position bigint NOT NULL UNIQUE",
        f"entry_id bytea NOT NULL UNIQUE {_HASH.format('entry_id')}",
        # Both are repeated here so that a page of the log finds each entry in one partition.
        'originator_id text COLLATE "C" NOT NULL',
        "originator_version bigint NOT NULL",
    ),
    "log_nodes": (
        "level integer NOT NULL CHECK (level BETWEEN 0 AND 62)",
        "idx bigint NOT NULL CHECK (idx >= 0)",
        f"hash bytea NOT NULL {_HASH.format('hash')}",
        "PRIMARY KEY (level, idx)",
    ),
    "log_checkpoints": (
        "size bigint PRIMARY KEY CHECK (size > 0)",
        f"root bytea NOT NULL {_HASH.format('root')}",
        "note text NOT NULL",
    ),
}
_TAILS = ", ".join(f"'\\x{tail.hex()}'::bytea" for tail in tails())
# True of the entries that `ledger.store.steering` speaks of.
STEERS = f"substring(state FROM length(state) - {TAIL_FROM_END - 1} FOR {TAIL_BYTES}) IN ({_TAILS})"
# (what must be unique or found fast, beside the keys above): in each partition, because one index
# over all of them could not be unique without the partition key.
PARTITION_INDEXES = {"position": ("position",), "entry": ("entry_id",)}

BOOKKEEPING = (
    "CREATE SCHEMA ocop",
    REFUSE.make(),
    "CREATE TABLE ocop.schema_versions (version integer PRIMARY KEY CHECK (version > 0), "
    "program text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: the version it reaches, and its statements."""

    version: int
    statements: Callable[[], Iterator[str]]


def guards(table: str) -> Iterator[str]:
    """Statements that put both triggers on a table or partition, in force whoever asks."""
    for name, when in trigger_events().items():
        level = "STATEMENT" if name == "no_truncate" else "ROW"
        yield (
            f"CREATE TRIGGER {name} BEFORE {when} ON ocop.{table} "
            f"FOR EACH {level} EXECUTE FUNCTION ocop.{REFUSE.name}()"
        )
    yield from always(table)


def trigger_events() -> dict[str, str]:
    """Name of each guard and what it stops."""
    return {"no_change": "UPDATE OR DELETE", "no_truncate": "TRUNCATE"}


# pg_trigger.tgtype: 1 row, 2 before, 8 delete, 16 update, 32 truncate.
_SHAPES = {"no_change": 1 + 2 + 8 + 16, "no_truncate": 2 + 32}


def trigger_shapes() -> dict[tuple[str, str], int]:
    """(table or partition, trigger) -> `pg_trigger.tgtype` of every guard."""
    return {
        (table, name): shape for table in (*TABLES, *PARTITIONS) for name, shape in _SHAPES.items()
    }


def index_keys() -> Iterator[tuple[str, tuple[str, ...]]]:
    """(table or partition, columns) of everything that must be unique."""
    place = ("originator_id", "originator_version")
    yield "schema_versions", ("version",)
    yield "stored_events", place
    for name in PARTITIONS:
        yield from ((name, keys) for keys in (place, *PARTITION_INDEXES.values()))
    yield from (("log_leaves", (key,)) for key in ("leaf", "position", "entry_id"))
    yield "log_nodes", ("level", "idx")
    yield "log_checkpoints", ("size",)


def always(table: str) -> Iterator[str]:
    """ALWAYS: also for a session that calls itself a replica."""
    for name in trigger_events():
        yield f"ALTER TABLE ocop.{table} ENABLE ALWAYS TRIGGER {name}"


def _first() -> Iterator[str]:
    for table, columns in _COLUMNS.items():
        parts = " PARTITION BY HASH (originator_id)" if table == "stored_events" else ""
        yield f"CREATE TABLE ocop.{table} ({', '.join(columns)}){parts}"
    yield f"CREATE INDEX stored_events_steering ON ocop.stored_events (position) WHERE {STEERS}"
    for number, name in enumerate(PARTITIONS):
        yield (
            f"CREATE TABLE ocop.{name} PARTITION OF ocop.stored_events "
            f"FOR VALUES WITH (MODULUS {len(PARTITIONS)}, REMAINDER {number})"
        )
        for label, keys in PARTITION_INDEXES.items():
            yield f"CREATE UNIQUE INDEX {name}_{label} ON ocop.{name} ({', '.join(keys)})"
    for table in _COLUMNS:
        yield from guards(table)
    for name in PARTITIONS:
        # The row trigger came from the parent; TRUNCATE of a partition asks the partition only.
        yield (
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ocop.{name} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION ocop.{REFUSE.name}()"
        )
        yield from always(name)
    for function in FUNCTIONS:
        yield function.make()


MIGRATIONS = (Migration(1, _first),)
SCHEMA_VERSION = MIGRATIONS[-1].version


def closed_to_all() -> Iterator[str]:
    """Statements that leave PUBLIC nothing."""
    yield "REVOKE ALL ON SCHEMA ocop FROM PUBLIC"
    for table in (*TABLES, *PARTITIONS):
        yield f"REVOKE ALL ON ocop.{table} FROM PUBLIC"
    for function in FUNCTIONS:
        yield f"REVOKE ALL ON FUNCTION {function.signature} FROM PUBLIC"


def open_to(role: str) -> Iterator[str]:
    """Statements that give the application role (a quoted name) all it ever needs."""
    yield f"REVOKE ALL ON SCHEMA ocop FROM {role}"
    yield f"GRANT USAGE ON SCHEMA ocop TO {role}"
    for table in TABLES:
        yield f"REVOKE ALL ON ocop.{table} FROM {role}"
        yield f"GRANT SELECT ON ocop.{table} TO {role}"
    for function in FUNCTIONS:
        if function.callable:
            yield f"GRANT EXECUTE ON FUNCTION {function.signature} TO {role}"
