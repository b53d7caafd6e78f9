"""A form that is sent twice is recorded once: `forms.db` remembers which form became which record.

Each form carries a key. Before its statement is signed, key and moment are written down; after it,
the statement's id. What was cut off in between is found again in the ledger by its moment. Losing
the file means only that a form sent again after that may be recorded twice.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import LedgerError

FORMS_FILE: Final = "forms.db"
KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_KEPT_DAYS: Final = 30
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS sent (key TEXT PRIMARY KEY, day TEXT NOT NULL, time TEXT NOT NULL, "
    "said TEXT NOT NULL, entry TEXT) WITHOUT ROWID"
)


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known of a form: the statement's `time`, a digest of what was `said`, its entry."""

    time: str
    said: str
    entry: str | None
    new: bool


class SentForms:
    """The forms of a folder. Safe for several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FORMS_FILE
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def begin(self, key: str, day: str, time: str, said: str) -> Sent:
        """Write a form down unless it is known; `day` is today as ISO text.

        Raises:
            LedgerError: `store-unwritable`, before anything was recorded.
        """
        with self._open() as db:
            db.execute("DELETE FROM sent WHERE day < date(?, ?)", (day, f"-{_KEPT_DAYS} days"))
            made = db.execute(
                "INSERT OR IGNORE INTO sent VALUES (?, ?, ?, ?, NULL)", (key, day, time, said)
            ).rowcount
            row = db.execute("SELECT time, said, entry FROM sent WHERE key = ?", (key,)).fetchone()
        return Sent(row[0], row[1], row[2], bool(made))

    def recorded(self, key: str, entry: str) -> None:
        """Note the id (hex) of the statement that a form became."""
        with self._open() as db:
            db.execute("UPDATE sent SET entry = ? WHERE key = ?", (entry, key))

    def forget(self, key: str) -> None:
        """A form that was refused may come again with other values."""
        with self._open() as db:
            db.execute("DELETE FROM sent WHERE key = ? AND entry IS NULL", (key,))

    def made(self, entry: str) -> bool:
        """Whether some form is known to have become this statement."""
        with self._open() as db:
            return bool(db.execute("SELECT 1 FROM sent WHERE entry = ?", (entry,)).fetchone())

    def of_day(self, day: str) -> frozenset[str]:
        """Ids of the statements that were recorded by forms on an ISO day."""
        if not self._path.exists():
            return frozenset()
        with self._open() as db:
            rows = db.execute("SELECT entry FROM sent WHERE day = ? AND entry IS NOT NULL", (day,))
            return frozenset(row[0] for row in rows)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                db = self._connected()
                db.execute("BEGIN IMMEDIATE")
                try:
                    yield db
                    db.execute("COMMIT")
                except BaseException:
                    db.rollback()
                    raise
        except (sqlite3.Error, OSError) as wrong:
            self._db = None  # whatever is wrong with it, the next form tries anew
            raise LedgerError("store-unwritable", why=str(wrong)) from wrong

    def _connected(self) -> sqlite3.Connection:
        """The one connection: the last one to close writes the whole file out, which takes longer
        than everything else that is done with a form."""
        if self._db is None:
            self._path.touch(mode=0o600)
            db = sqlite3.connect(
                self._path, isolation_level=None, timeout=10, check_same_thread=False
            )
            db.execute("PRAGMA journal_mode=WAL")
            # A process that ends loses nothing; a power cut may lose the newest keys.
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute(_TABLE)
            self._db = db
        return self._db
