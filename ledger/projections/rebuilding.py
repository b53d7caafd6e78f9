"""Making the tables anew from the log while they are read: the old ones answer until the end.

A page that finds no lot tells a buyer that the label is no good, so the tables are never empty
before they are full again: new ones are filled in a file beside, then exchanged in one
transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from ledger.projections import schema
from ledger.projections.projector import Projector
from ledger.store.seam import LedgerStore

_SUFFIXES = ("", "-wal", "-shm")
_PATIENCE = 60_000  # milliseconds for somebody else's transaction to end


def rebuild(
    store: LedgerStore,
    path: Path,
    on_progress: Callable[[int], None] | None = None,
    before_exchange: Callable[[], None] | None = None,
) -> int:
    """Fill the views file at `path` from the whole log; returns the size reached.

    `on_progress` is told the size after each batch, `before_exchange` that all are projected: of a
    large ledger the exchange takes minutes, too. When the process dies, the old tables stand.

    Raises:
        ProjectionRefused: a statement cannot be projected; the old tables stand.
    """
    beside = path.with_suffix(".rebuilt")
    _remove(beside)
    try:
        _make_alike(beside, path)
        with closing(schema.open_views(beside)) as fresh:
            # Nothing of it is needed after a crash.
            fresh.execute("PRAGMA synchronous=OFF")
            size = Projector(store, fresh).catch_up(on_progress)
            if before_exchange is not None:
                before_exchange()
            _exchange(path, fresh)
    finally:
        _remove(beside)
    return size


def _make_alike(beside: Path, path: Path) -> None:
    """An empty file with pages as large as those at `path`: into others SQLite copies none."""
    with closing(schema.open_views(path)) as live:
        size = int(live.execute("PRAGMA page_size").fetchone()[0])
    with closing(sqlite3.connect(beside)) as empty:
        empty.execute(f"PRAGMA page_size = {size}")
        empty.execute("PRAGMA journal_mode = WAL")  # the first write, which settles it


def _exchange(path: Path, fresh: sqlite3.Connection) -> None:
    """Put the pages of `fresh` in place of those at `path`, in one transaction of that file."""
    with closing(schema.open_views(path)) as live:
        live.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
        fresh.backup(live, progress=_refuse_to_wait_longer)


def _refuse_to_wait_longer(status: int, _remaining: int, _total: int) -> None:
    # SQLite has waited for as long as it was told to; Python would begin anew, for ever.
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise sqlite3.OperationalError("database is locked")


def _remove(path: Path) -> None:
    for suffix in _SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
