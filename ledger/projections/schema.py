"""Tables of the read models, in a file of their own that may be deleted at any time."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from ledger.verify.keys import KEY_TYPES
from ledger.verify.registry import REGISTRY_TYPES

VERSION = 7
STEERING = KEY_TYPES | REGISTRY_TYPES
"""Types of the statements that change keys or registry: few, in any ledger."""
STEERS = f"type IN ({','.join(repr(one) for one in sorted(STEERING))})"
"""SQL for a row of `entry` that steers, word for word as an index of them has it."""

TABLES = {
    # Every sealed statement, by log index. A correction stands at the site and scale that it
    # names, on the `day` of what it corrects; others on their own.
    "entry": (
        "idx INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, party TEXT NOT NULL, "
        "time TEXT NOT NULL, keyid TEXT NOT NULL, site TEXT, instrument TEXT, day TEXT NOT NULL"
    ),
    # Which statements touch which lot; `about` is 1 when the statement is (or was) the lot's head.
    "entry_lot": (
        "item TEXT NOT NULL, lot TEXT NOT NULL, idx INTEGER NOT NULL, about INTEGER NOT NULL, "
        "PRIMARY KEY (item, lot, idx)"
    ),
    # One step back and one step forward.
    "edge": (
        "from_item TEXT NOT NULL, from_lot TEXT NOT NULL, to_item TEXT NOT NULL, "
        "to_lot TEXT NOT NULL, PRIMARY KEY (from_item, from_lot, to_item, to_lot)"
    ),
    # The lot story: `facts` is all that a page, an API answer or a form needs, as JSON; `stopped`
    # is held, recalled or nothing, for whoever asks it of a thousand lots; `stock_until` is the expiry
    # (ISO day) of a lot that is not wholly gone.
    "lot": (
        "item TEXT NOT NULL, lot TEXT NOT NULL, party TEXT NOT NULL, last_idx INTEGER NOT NULL, "
        "stopped TEXT NOT NULL, stock_until TEXT, facts TEXT NOT NULL, PRIMARY KEY (item, lot)"
    ),
    # Columns of a key come first: older SQLite's own check misreads such tables otherwise.
    "label_range": (
        "gtin TEXT NOT NULL, tag TEXT NOT NULL, first INTEGER NOT NULL, idx INTEGER NOT NULL, "
        "last INTEGER NOT NULL, lot TEXT NOT NULL, PRIMARY KEY (gtin, tag, first, idx)"
    ),
    "label_mark": (
        "gtin TEXT NOT NULL, tag TEXT NOT NULL, first INTEGER NOT NULL, idx INTEGER NOT NULL, "
        "last INTEGER NOT NULL, lot TEXT NOT NULL, state TEXT NOT NULL, "
        "PRIMARY KEY (gtin, tag, first, idx)"
    ),
    # Work with a waiting time and its corrections: `work` is the index of the work itself, `day`
    # and `until` (ISO days) what the row says of its waiting time, the last day not included.
    "field_work": (
        "party TEXT NOT NULL, site TEXT NOT NULL, idx INTEGER NOT NULL, work INTEGER NOT NULL, "
        "day TEXT NOT NULL, until TEXT NOT NULL, PRIMARY KEY (party, site, idx)"
    ),
    # What was put into which carton or pallet, one row for a statement and for each correction of
    # it; `entry` is the statement that counts, `contents` the body's list as JSON.
    "container": (
        "sscc TEXT NOT NULL, idx INTEGER NOT NULL, entry TEXT NOT NULL, party TEXT NOT NULL, "
        "time TEXT NOT NULL, contents TEXT NOT NULL, PRIMARY KEY (sscc, idx)"
    ),
    # Photos, one row for a statement and for each correction of it; the newest of an `entry` counts.
    "photo": (
        "entry TEXT NOT NULL, idx INTEGER NOT NULL, party TEXT NOT NULL, day TEXT NOT NULL, "
        "photo TEXT NOT NULL, small TEXT NOT NULL, width INTEGER NOT NULL, "
        "height INTEGER NOT NULL, caption TEXT NOT NULL, item TEXT, lot TEXT, stage TEXT, "
        "site TEXT, product TEXT, PRIMARY KEY (entry, idx)"
    ),
    # Words of names and codes, folded (`naming`), each to what is called so.
    "named": (
        "word TEXT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL, PRIMARY KEY (word, kind, ref)"
    ),
    "progress": "one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL",
}
INDEXES = (
    "CREATE INDEX edge_back ON edge (to_item, to_lot)",
    "CREATE INDEX lot_newest ON lot (last_idx)",
    "CREATE INDEX lot_party ON lot (party, last_idx)",
    "CREATE INDEX lot_code ON lot (lot)",
    "CREATE INDEX lot_stopped ON lot (last_idx) WHERE stopped <> ''",
    "CREATE INDEX lot_stock ON lot (party, stock_until) WHERE stock_until IS NOT NULL",
    "CREATE INDEX label_range_lot ON label_range (gtin, lot, idx)",
    "CREATE INDEX label_range_last ON label_range (gtin, tag, last)",
    "CREATE INDEX label_mark_lot ON label_mark (gtin, lot, idx)",
    "CREATE INDEX container_entry ON container (entry, idx)",
    "CREATE INDEX entry_type ON entry (type, time)",
    "CREATE INDEX entry_party ON entry (party)",
    "CREATE INDEX entry_site ON entry (party, site, day) WHERE site IS NOT NULL",
    "CREATE INDEX entry_work ON entry (party, site) WHERE type = 'field-work-recorded'",
    "CREATE INDEX entry_scale ON entry (party, instrument, day) WHERE instrument IS NOT NULL",
    "CREATE INDEX entry_lot_entry ON entry_lot (idx)",
    f"CREATE INDEX entry_steering ON entry (idx) WHERE {STEERS}",
    "CREATE INDEX named_ref ON named (kind, ref, word)",
    "CREATE INDEX photo_lot ON photo (item, lot, idx) WHERE item IS NOT NULL",
    "CREATE INDEX photo_site ON photo (party, site, idx) WHERE site IS NOT NULL",
    "CREATE INDEX photo_product ON photo (product, idx) WHERE product IS NOT NULL",
    "CREATE INDEX photo_digest ON photo (photo, idx)",
    "CREATE INDEX photo_small ON photo (small, idx)",
    "CREATE INDEX photo_newest ON photo (party, idx)",
    "CREATE INDEX field_work_until ON field_work (party, site, until)",
)


_KEPT_LOG = 64 * 1024 * 1024  # bytes


def open_views(path: Path) -> sqlite3.Connection:
    """Connect to a views file, making its tables when they are missing or of another version.

    Losing the newest rows in a power cut is harmless: position and rows go together,
    so projecting simply goes on from there (synchronous=NORMAL).
    """
    connection = _connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        # No database any more. Views are disposable: put the wreck aside and make new ones.
        connection.close()
        path.replace(path.with_suffix(".damaged"))
        connection = _connect(path)
        connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    # Some builds write zeros over what is deleted. Nothing here is a secret to its reader, and a rebuild of a large
    # ledger would write all of it twice.
    connection.execute("PRAGMA secure_delete=FAST")
    # A rebuild's log is as large as the tables; it does not stay so.
    connection.execute(f"PRAGMA journal_size_limit={_KEPT_LOG}")
    if _version(connection) != VERSION:
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) != VERSION:  # several processes may have seen it at once
            make_tables(connection)
        connection.execute("COMMIT")
    return connection


def nameless_views() -> sqlite3.Connection:
    """Empty tables in a temporary file of SQLite's own, which is gone with the connection."""
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    clear(connection)
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _connect(path: Path) -> sqlite3.Connection:
    with contextlib.suppress(OSError):  # the database says it better
        # What a party does not show to the public is no other user's of this machine either.
        path.touch(mode=0o600, exist_ok=False)
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)


def clear(connection: sqlite3.Connection) -> None:
    """Drop everything and start from nothing, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    make_tables(connection)
    connection.execute("COMMIT")


def make_tables(connection: sqlite3.Connection) -> None:
    """Empty tables of this version in place of what is there, within the caller's transaction."""
    for table, columns in TABLES.items():
        connection.execute(f"DROP TABLE IF EXISTS main.{table}")
        connection.execute(f"CREATE TABLE main.{table} ({columns}) WITHOUT ROWID")
    for index in INDEXES:
        connection.execute(index)
    connection.execute("INSERT INTO main.progress VALUES (1, 0)")
    connection.execute(f"PRAGMA main.user_version = {VERSION}")


def dump(connection: sqlite3.Connection) -> str:
    """Every row of every table in a fixed order: equal ledgers give equal text."""
    return "\n".join(
        f"{table}|{'|'.join(map(str, row))}"
        for table in TABLES
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608  # constant names
    )
