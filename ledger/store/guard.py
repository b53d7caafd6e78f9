"""Append-only by construction: the schema's own triggers, and an authorizer on our connections.

The triggers bind every program that opens the file with ordinary SQL; the
authorizer takes DROP, ALTER and the schema pragmas away from the product itself.
What neither can stop (editing the file's bytes) `ocop audit` finds.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ledger.store.steering import TAIL_BYTES, TAIL_FROM_END, tails

SCHEMA_VERSION = 2
PATIENCE = 30  # seconds that an upgrade waits for other programs
APPLICATION_ID = 0x4F434F50  # "OCOP", so that `file` and other tools can tell what this is

EVENTS = "stored_events"
_TABLES = {
    # Own DDL instead of the library's: with AUTOINCREMENT a position is never used again.
    EVENTS: (
        "position INTEGER PRIMARY KEY AUTOINCREMENT CHECK (position > 0)",
        "originator_id TEXT NOT NULL",
        "originator_version INTEGER NOT NULL",
        "topic TEXT NOT NULL",
        "state BLOB NOT NULL",
        "entry_id BLOB NOT NULL CHECK (length(entry_id) = 32)",
        "UNIQUE (originator_id, originator_version)",
        "UNIQUE (entry_id)",
    ),
    "log_leaves": (
        "leaf INTEGER PRIMARY KEY CHECK (leaf >= 0)",
        "position INTEGER NOT NULL UNIQUE",
        "entry_id BLOB NOT NULL UNIQUE",
    ),
    "log_nodes": (
        "level INTEGER NOT NULL",
        "idx INTEGER NOT NULL",
        "hash BLOB NOT NULL",
        "UNIQUE (level, idx)",
        # The trigger below cannot tell an explicit rowid of -1 from one that SQLite is to choose.
        "CHECK (rowid > 0)",
    ),
    "log_checkpoints": (
        "size INTEGER PRIMARY KEY",
        "root BLOB NOT NULL",
        "note TEXT NOT NULL",
    ),
}
# How each table tells that a row would replace another. BEFORE INSERT, because INSERT OR REPLACE
# removes the old row without firing DELETE triggers.
_TAKEN = {
    EVENTS: (
        # NEW.position is -1 when SQLite is to choose it; anything else is an explicit rowid.
        "NEW.position <> -1 OR EXISTS (SELECT 1 FROM stored_events WHERE entry_id = NEW.entry_id "
        "OR (originator_id = NEW.originator_id AND originator_version = NEW.originator_version))"
    ),
    "log_leaves": (
        "NEW.leaf <> (SELECT coalesce(max(leaf) + 1, 0) FROM log_leaves) OR EXISTS (SELECT 1 FROM "
        "log_leaves WHERE position = NEW.position OR entry_id = NEW.entry_id)"
    ),
    "log_nodes": (
        "NEW.rowid <> -1 OR EXISTS "
        "(SELECT 1 FROM log_nodes WHERE level = NEW.level AND idx = NEW.idx)"
    ),
    "log_checkpoints": "NEW.size <= (SELECT coalesce(max(size), 0) FROM log_checkpoints)",
}

# True of the entries that `ledger.store.steering` speaks of.
_TAILS = ", ".join(f"x'{tail.hex()}'" for tail in tails())
STEERS = f"substr(state, -{TAIL_FROM_END}, {TAIL_BYTES}) IN ({_TAILS})"
# Since version 2.
_STEERING_INDEX = f"CREATE INDEX {EVENTS}_steering ON {EVENTS} (position) WHERE {STEERS}"


def _statements() -> list[str]:
    made = []
    for table, columns in _TABLES.items():
        made.append(f"CREATE TABLE {table} ({', '.join(columns)})")
        made += [
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for action in ("UPDATE", "DELETE")
        ]
        made.append(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {_TAKEN[table]} "
            f"BEGIN SELECT RAISE(ABORT, '{table} has this row already'); END"
        )
    made.append(_STEERING_INDEX)
    made.append(f"PRAGMA user_version = {SCHEMA_VERSION}")
    made.append(f"PRAGMA application_id = {APPLICATION_ID}")
    return made


def missing(connection: sqlite3.Connection) -> list[str]:
    """Names of tables and triggers that are gone or are not as this program makes them."""
    found = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    made = [one for one in _statements() if one.startswith("CREATE")]
    if connection.execute("PRAGMA user_version").fetchone()[0] == 1:
        made.remove(_STEERING_INDEX)
    return [name for one in made if found.get(name := one.split()[2]) != one]


_FORBIDDEN = frozenset(
    {
        sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_ATTACH,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_TRIGGER,
        sqlite3.SQLITE_DROP_VIEW,
        sqlite3.SQLITE_CREATE_INDEX,
        sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
        sqlite3.SQLITE_CREATE_VIEW,
    }
)
_PRAGMAS = frozenset({"journal_mode", "table_info", "user_version", "integrity_check"})


def _authorize(
    action: int, first: str | None, second: str | None, _db: str | None, _trigger: str | None
) -> int:
    if action in _FORBIDDEN:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA:
        known = first is not None and first.lower() in _PRAGMAS
        # A pragma with a value changes something: only reading is left after opening.
        return sqlite3.SQLITE_OK if known and second is None else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def create(path: Path) -> None:
    """Make a new ledger file with its tables and triggers (mode 0600)."""
    path.touch(mode=0o600, exist_ok=False)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in _statements():
            connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        connection.close()


def connect(path: str | Path, *, timeout: float = 5.0) -> sqlite3.Connection:
    """The only way the product opens a ledger file: durable commits, guarded SQL.

    `timeout` is how long a writer waits for another, in seconds.
    """
    connection = sqlite3.connect(
        _never_made(path),
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=timeout,
    )
    # FULL: fsync before the commit returns, so that what was acknowledged survives a power cut.
    connection.execute("PRAGMA synchronous=FULL")
    # Pages of the log go into the file at every 16 MiB of it: appends change the same ones often.
    connection.execute("PRAGMA wal_autocheckpoint=4000")
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.row_factory = sqlite3.Row
    connection.set_authorizer(_authorize)
    return connection


def _never_made(path: str | Path) -> str:
    """An address that opening does not make a file at: an empty one would be taken for a ledger."""
    return f"{Path(path).absolute().as_uri()}?mode=rw"


def schema_version(path: Path) -> int:
    """Schema number of a ledger file; 0 when it is none of ours."""
    connection = sqlite3.connect(_never_made(path), uri=True, isolation_level=None)
    try:
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            return 0
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def upgrade(path: Path) -> int:
    """Bring a file of an older program up to date, all or nothing; returns its schema number.

    A file that cannot be written (full disk, read-only) stays as it is: every version can be used,
    an old one only opens more slowly. A number above `SCHEMA_VERSION` is a newer program's.
    """
    version = schema_version(path)
    if version != 1:
        return version
    with closing(sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)) as connection:
        try:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("PRAGMA user_version").fetchone()[0] == 1:
                connection.execute(_STEERING_INDEX)
                connection.execute("PRAGMA user_version = 2")
            connection.execute("COMMIT")
        except sqlite3.Error:
            return 1
    return schema_version(path)
