"""Making the tables anew from the log while they are read: the old ones answer until the end.

A page that finds no lot tells a buyer that the label is no good, so the tables are never empty
before they are full again: new ones are filled in a file beside, then exchanged in one
transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from ledger.projections import schema
from ledger.projections.projector import Projector
from ledger.store.seam import LedgerStore

_SUFFIXES = ("", "-wal", "-shm")


def rebuild(
    store: LedgerStore, path: Path, on_progress: Callable[[int], None] | None = None
) -> int:
    """Fill the views file at `path` from the whole log; returns the size reached.

    `on_progress` is told the size after each batch. When the process dies, the old tables stand.

    Raises:
        ProjectionRefused: a statement cannot be projected; the old tables stand.
    """
    beside = path.with_suffix(".rebuilt")
    _remove(beside)
    fresh = schema.open_views(beside)
    try:
        # Nothing of it is needed after a crash.
        fresh.execute("PRAGMA synchronous=OFF")
        size = Projector(store, fresh).catch_up(on_progress)
    finally:
        fresh.close()
    try:
        _exchange(path, beside)
    finally:
        _remove(beside)
    return size


def _exchange(path: Path, beside: Path) -> None:
    connection = schema.open_views(path)
    try:
        connection.execute("PRAGMA busy_timeout = 60000")
        connection.execute("ATTACH ? AS fresh", (str(beside),))
        connection.execute("BEGIN IMMEDIATE")
        try:
            schema.make_tables(connection)
            for table in schema.TABLES:
                connection.execute(f"DELETE FROM main.{table}")  # noqa: S608  # constant names
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM fresh.{table}")  # noqa: S608
            connection.execute("COMMIT")
        except sqlite3.Error:
            connection.execute("ROLLBACK")
            raise
    finally:
        connection.close()


def _remove(path: Path) -> None:
    for suffix in _SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
