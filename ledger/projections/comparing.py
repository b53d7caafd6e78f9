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
    try:
        live.execute("BEGIN")
        size = int(live.execute("SELECT size FROM progress").fetchone()[0])
        Projector(store, fresh).catch_up(on_progress, up_to=size)
        return all(
            mine == theirs
            for table in schema.TABLES
            for mine, theirs in zip_longest(_rows(live, table), _rows(fresh, table))
        )
    finally:
        live.close()
        fresh.close()


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[Any]:
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    # The columns of the key come first, so this is the order in which the rows lie.
    order = ",".join(str(1 + number) for number in range(len(columns)))
    yield from connection.execute(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608  # constant names
