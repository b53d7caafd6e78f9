"""Whether tables are what the log gives: it is projected anew beside them, and compared row by row.

The tables may go on growing meanwhile: they are compared as they stood in one read transaction,
with the log up to the size that they had then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ledger.projections import schema
from ledger.projections.projector import Projector
from ledger.store.seam import LedgerStore


def agree(store: LedgerStore, path: Path, on_progress: Callable[[int], None] | None = None) -> bool:
    """True when every row of the views file at `path` is what the sealed log gives.

    Takes as much room on disk as the views, in a file that SQLite keeps nameless in the system's
    place for temporary files, and as much time as a rebuild.

    Raises:
        ProjectionRefused: a statement cannot be projected.
    """
    live, fresh = schema.open_views(path), schema.nameless_views()
    # Text that is none any more differs; it is no reason to stop.
    live.text_factory = _as_it_lies
    try:
        live.execute("BEGIN")
        reached = _reached(live, fresh)
        if reached is None:
            return False
        Projector(store, fresh).catch_up(on_progress, up_to=reached)
        return _equal(live, fresh)
    finally:
        live.close()
        fresh.close()


def _as_it_lies(text: bytes) -> str:
    return text.decode(errors="surrogateescape")


def _reached(live: sqlite3.Connection, fresh: sqlite3.Connection) -> int | None:
    """The size that the tables have reached; None when they are no such tables."""
    try:
        if any(_columns(live, table) != _columns(fresh, table) for table in schema.TABLES):
            return None
        row = live.execute("SELECT size FROM progress").fetchone()
    except sqlite3.OperationalError:
        raise  # the disk, or a lock
    except sqlite3.DatabaseError:
        return None  # pages of the file are damaged
    return row[0] if row is not None and isinstance(row[0], int) else None


def _equal(live: sqlite3.Connection, fresh: sqlite3.Connection) -> bool:
    try:
        return all(
            mine == theirs
            for table in schema.TABLES
            for mine, theirs in zip_longest(_rows(live, table), _rows(fresh, table))
        )
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False


def _columns(connection: sqlite3.Connection, table: str) -> list[Any]:
    return connection.execute(f"PRAGMA table_info({table})").fetchall()


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[Any]:
    # The columns of the key come first, so this is the order in which the rows lie.
    order = ",".join(str(1 + number) for number in range(len(_columns(connection, table))))
    yield from connection.execute(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608  # constant names
