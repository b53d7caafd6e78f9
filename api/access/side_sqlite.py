"""The side tables in `access.db`, made when something is first written."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.access.errors import SideAway
from api.access.side_tables import ROOMS, Row, SideTables, Value

_PATIENCE = 10
_TRIES, _PAUSE = 50, 0.1


class _Plain:
    """Statements on one SQLite connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def execute(self, sql: str, *values: Value) -> list[Row]:
        """As `Write.execute`."""
        return self._db.execute(sql, values).fetchall()


class SqliteSide(SideTables):
    """One connection writes and one reads: a page never waits for a sign-in.

    While there is no file, reads are answered by empty tables in memory: a folder that nobody set
    up needs none, and a full disk does not close pages that were open before.
    """

    quick = True

    def __init__(self, path: Path) -> None:
        super().__init__(path.name)
        self._path = path
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._empty: sqlite3.Connection | None = None
        self._made = self._shown = 0
        self._writing = threading.RLock()
        self._reading = threading.Lock()

    @property
    def there(self) -> bool:
        """Whether anything was ever written here."""
        return self._path.exists()

    def read(self, sql: str, *values: Value) -> list[Row]:
        """As `SideTables.read`."""
        with self._told():
            if not self._path.exists():
                return self._in_memory(sql, values)
            if self._made != len(self._foundings):
                with self.write():
                    pass
            with self._reading:
                if self._reader is None:
                    self._reader = self._connected()
                return self._reader.execute(sql, values).fetchall()

    @contextmanager
    def write(self) -> Iterator[_Plain]:
        """As `SideTables.write`."""
        with self._writing, self._told():
            db = self._writer
            if db is None:
                db = self._writer = self._founded()
            db.execute("BEGIN IMMEDIATE")
            wanted = len(self._foundings)
            try:
                plain = _Plain(db)
                if self._made != wanted:
                    plain.execute(ROOMS)
                    self._settle(plain)
                yield plain
                db.execute("COMMIT")
                self._made = wanted
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    def scrub(self) -> None:
        """As `SideTables.scrub`: the file is written anew, and its log emptied."""
        with self._writing, self._told():
            if self._writer is not None:
                self._writer.execute("VACUUM")
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """As `SideTables.close`."""
        with self._writing, self._reading:
            for one in (self._writer, self._reader, self._empty):
                if one is not None:
                    one.close()
            self._writer = self._reader = self._empty = None

    def _in_memory(self, sql: str, values: tuple[Value, ...]) -> list[Row]:
        with self._reading:
            if self._empty is not None and self._shown != len(self._foundings):
                self._empty.close()
                self._empty = None
            if self._empty is None:
                self._empty = sqlite3.connect(
                    ":memory:", isolation_level=None, check_same_thread=False
                )
                self._empty.execute(ROOMS)
                self._settle(_Plain(self._empty))
                self._shown = len(self._foundings)
            return self._empty.execute(sql, values).fetchall()

    def _founded(self) -> sqlite3.Connection:
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        made = self._connected()
        try:
            self._turn_to_wal(made)
            made.execute("PRAGMA synchronous=FULL")
            made.execute("PRAGMA secure_delete=ON")
            # What SQLite writes aside while it rewrites the file is for no disk.
            made.execute("PRAGMA temp_store=MEMORY")
        except BaseException:
            made.close()
            raise
        return made

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, timeout=_PATIENCE
        )

    def _turn_to_wal(self, db: sqlite3.Connection) -> None:
        """Several processes may make the file at once, and for this SQLite itself does not wait."""
        for _ in range(_TRIES):
            try:
                db.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as wrong:
                if "locked" not in str(wrong):
                    raise
                time.sleep(_PAUSE)
            else:
                return
        db.execute("PRAGMA journal_mode=WAL")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as wrong:
            raise SideAway("side-away", where=self.where, why=str(wrong)) from wrong
