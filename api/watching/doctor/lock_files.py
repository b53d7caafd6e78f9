"""Who leads by lock file, looked at from outside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def led_beside_file(path: Path, role: str) -> bool:
    """Whether somebody leads `role` beside the file `path` (`ledger.store.locks.Leaderships`).

    The lock file is only read, so no leadership is taken, not even for a moment.
    """
    lock = path.with_suffix(f".{role}.lock")
    if not lock.exists():
        return False
    uri = f"{lock.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=0)) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as wrong:
            return wrong.sqlite_errorcode == sqlite3.SQLITE_BUSY
    return False
