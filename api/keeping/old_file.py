"""The ledger file that a move leaves: closed for whoever has it open, put aside, or opened again."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import closing
from pathlib import Path

from api.keeping.memory import sync_folder
from api.stores import LEDGER_FILE
from ledger.errors import LedgerError

MOVED_FILE = "ledger.db.moved"
_TABLES = ("stored_events", "log_leaves")
# Another process may have the file open: a renamed file would still take its statements.
_CLOSE = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {table}_moved BEFORE INSERT ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'this ledger was moved; start the program anew'); END"
    for table in _TABLES
)
_REOPEN = tuple(f"DROP TRIGGER IF EXISTS {table}_moved" for table in _TABLES)


def close_file(folder: Path) -> None:
    """From here on the folder's ledger file refuses statements. LedgerError `store-unwritable`."""
    _run(folder, _CLOSE)


def reopen_file(folder: Path) -> None:
    """Take that back; a file that was not closed stays as it is. LedgerError `store-unwritable`."""
    _run(folder, _REOPEN)


def put_file_aside(folder: Path) -> None:
    """Rename a closed ledger file, so that nobody takes it for the ledger."""
    # Somebody may have it open (which forbids renaming on some systems): it is closed in any case.
    with contextlib.suppress(OSError, sqlite3.Error):
        if (folder / LEDGER_FILE).exists():
            with closing(_plainly(folder)) as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that one file is the whole of it
            (folder / LEDGER_FILE).replace(folder / MOVED_FILE)
        (folder / MOVED_FILE).chmod(0o400)
        for end in ("-wal", "-shm"):
            (folder / f"{LEDGER_FILE}{end}").unlink(missing_ok=True)
        sync_folder(folder)


def _plainly(folder: Path) -> sqlite3.Connection:
    """A connection without the guards, which forbid to change the schema; makes no file."""
    uri = f"{(folder / LEDGER_FILE).absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30)
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _run(folder: Path, statements: tuple[str, ...]) -> None:
    try:
        with closing(_plainly(folder)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for statement in statements:
                connection.execute(statement)
            connection.execute("COMMIT")
    except sqlite3.Error as wrong:
        raise LedgerError("store-unwritable", why=str(wrong)) from wrong
