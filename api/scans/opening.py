"""Where a folder's scan counts are: `scans.db` in it, or its hub's database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from api.scans.counter import ScanCounter
from api.scans.sqlite_storage import SqliteScans
from api.scans.storage import ScanStorage
from api.settings import Settings

SCANS_FILE = "scans.db"


def open_scans(folder: Path, settings: Settings, now: Callable[[], dt.datetime]) -> ScanCounter:
    """The counter of one process. Neither file, connection nor thread is made before the first scan."""
    storage: ScanStorage
    if settings.database is None:
        storage = SqliteScans(folder / SCANS_FILE)
    else:
        # Asked for only here: a station on SQLite needs no PostgreSQL library.
        from api.scans.postgres_storage import PostgresScans

        passwords = folder / "keys" / "pgpass"
        storage = PostgresScans((settings.database,), settings.read_from, passwords)
    return ScanCounter(storage, now)
