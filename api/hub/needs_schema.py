"""Tables of what each party's stations need, in a file of their own that may be deleted at any time."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

NEEDS_FILE = "needs.db"
VERSION = 2
EVERYBODY = "*"

_TABLES = (
    # Statement `idx` is needed by a party since statement `at` (its own index, or the later one by
    # which the party began to follow a lot). `key` is a number of `signer`. `given` is 1 when the
    # party may have it by the word of who gave the goods away, 0 when it has only its own word.
    "CREATE TABLE need (party TEXT NOT NULL, at INTEGER NOT NULL, idx INTEGER NOT NULL, "
    "key INTEGER NOT NULL, given INTEGER NOT NULL, PRIMARY KEY (party, at, idx)) WITHOUT ROWID",
    "CREATE UNIQUE INDEX need_once ON need (party, idx)",
    "CREATE TABLE signer (key INTEGER PRIMARY KEY, keyid TEXT NOT NULL UNIQUE)",
    "CREATE TABLE follow (item TEXT NOT NULL, lot TEXT NOT NULL, party TEXT NOT NULL, "
    "given INTEGER NOT NULL, PRIMARY KEY (item, lot, party)) WITHOUT ROWID",
    # Who holds a lot beside its owner, and who said to have given it to whom.
    "CREATE TABLE hold (item TEXT NOT NULL, lot TEXT NOT NULL, party TEXT NOT NULL, "
    "PRIMARY KEY (item, lot, party)) WITHOUT ROWID",
    "CREATE TABLE gave (item TEXT NOT NULL, lot TEXT NOT NULL, party TEXT NOT NULL, "
    "receiver TEXT NOT NULL, PRIMARY KEY (item, lot, party, receiver)) WITHOUT ROWID",
    "CREATE TABLE owner (item TEXT PRIMARY KEY, party TEXT NOT NULL) WITHOUT ROWID",
    # What is said about a lot, but for what everybody needs anyway.
    "CREATE TABLE about (item TEXT NOT NULL, lot TEXT NOT NULL, idx INTEGER NOT NULL, "
    "key INTEGER NOT NULL, PRIMARY KEY (item, lot, idx)) WITHOUT ROWID",
    "CREATE TABLE made_of (item TEXT NOT NULL, lot TEXT NOT NULL, from_item TEXT NOT NULL, "
    "from_lot TEXT NOT NULL, PRIMARY KEY (item, lot, from_item, from_lot)) WITHOUT ROWID",
    "CREATE INDEX made_from ON made_of (from_item, from_lot)",
    # Statements about no lot, which others build on: field work. And which build on them.
    "CREATE TABLE loose (id BLOB PRIMARY KEY, idx INTEGER NOT NULL, key INTEGER NOT NULL, "
    "party TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE built_on (idx INTEGER NOT NULL, loose INTEGER NOT NULL, key INTEGER NOT NULL, "
    "PRIMARY KEY (idx, loose)) WITHOUT ROWID",
    # How far the log was followed, and the entry last seen there.
    "CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, "
    "last BLOB NOT NULL)",
    "INSERT INTO progress VALUES (1, 0, x'')",
)
_NAMES = (
    *("need", "signer", "follow", "hold", "gave", "owner", "about", "made_of", "loose"),
    *("built_on", "progress"),
)
_KEPT_LOG = 16 * 1024 * 1024  # bytes


def open_needs(folder: Path) -> sqlite3.Connection:
    """Connect to the file of a ledger folder, making its tables when they are missing or old.

    A power cut may take the newest rows; how far they go is kept with them.
    """
    path = folder / NEEDS_FILE
    connection = _connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        connection.close()
        put_aside(folder)
        connection = _connect(path)
        connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(f"PRAGMA journal_size_limit={_KEPT_LOG}")
    if _version(connection) != VERSION:
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) != VERSION:  # several processes may have seen it at once
            make_tables(connection)
        connection.execute("COMMIT")
    return connection


def put_aside(folder: Path) -> None:
    """Take a damaged file out of the way."""
    path = folder / NEEDS_FILE
    for suffix in ("-wal", "-shm"):
        path.with_name(NEEDS_FILE + suffix).unlink(missing_ok=True)
    if path.exists():
        path.replace(path.with_suffix(".damaged"))


def make_tables(connection: sqlite3.Connection) -> None:
    """Empty tables in place of what is there, within the caller's transaction."""
    for name in _NAMES:
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _connect(path: Path) -> sqlite3.Connection:
    with contextlib.suppress(OSError):  # the database says it better
        # Who deals with whom is no other user's of this machine.
        path.touch(mode=0o600, exist_ok=False)
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
