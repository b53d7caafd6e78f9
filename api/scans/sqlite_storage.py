"""Scan counts in `scans.db` beside the ledger. Losing the file loses counts and nothing else."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.scans.merging import LOT_COLUMNS, MERGE_BATCH, MERGE_LOT, SERIAL_COLUMNS, merge_serial
from api.scans.schema import SQLITE, SQLITE_VERSION
from api.scans.storage import NOTED_AT_MOST, LotCount, ScansUnavailable, SerialCount
from api.scans.tally import Batch, LotKey, LotScans, Serial

_ADD_SERIAL = (
    f"INSERT INTO serial AS kept ({SERIAL_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,0,?) "  # noqa: S608  # constant text
    + merge_serial("places_of")
)
_ADD_LOT = f"INSERT INTO lot AS kept ({LOT_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?) {MERGE_LOT}"  # noqa: S608  # constant text
_ADD_BATCH = f"INSERT INTO batch AS kept (process, number, day) VALUES (?,?,?) {MERGE_BATCH}"  # noqa: S608  # constant text
_SEEN = "SELECT scans, first_day FROM serial WHERE gtin = ? AND tag = ? AND counter = ?"
_LOT = (
    "SELECT scans, invented, never_issued, void, stopped, first_day, last_day "
    "FROM lot WHERE gtin = ? AND lot = ?"
)
_NOTED = (
    "SELECT gtin, tag, counter, lot, scans, void, first_day, last_day, places, history "
    "FROM serial WHERE gtin = ? AND lot = ? AND noted = 1 "
    "ORDER BY scans DESC, tag, counter LIMIT ?"
)
_TRIES, _PAUSE = 50, 0.1
_OLD_BATCHES = 7
"""Days: a process that has been silent so long sends nothing twice."""


class SqliteScans:
    """`api.scans.storage.ScanStorage` in one file, made when something is first written.

    One connection writes and one reads: in WAL mode a page never waits for a batch.
    """

    quick = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._writing = threading.Lock()
        self._reading = threading.Lock()

    def add(self, process: bytes, batch: Batch) -> bool:
        """As `ScanStorage.add`."""
        day = batch.day
        with self._transaction() as db:
            if not db.execute(_ADD_BATCH, (process, batch.number, day)).rowcount:
                return False
            db.executemany(
                _ADD_SERIAL,
                (
                    (*key, one.lot, one.scans, one.void, day, day, one.places, one.noted)
                    for key, one in batch.serials()
                ),
            )
            db.executemany(_ADD_LOT, ((*key, *one, day, day) for key, one in batch.lots()))
            return True

    def counts(self, serials: Sequence[Serial]) -> dict[Serial, tuple[int, int]]:
        """As `ScanStorage.counts`."""
        found = {}
        for serial in serials:
            rows = self._rows(_SEEN, serial)
            if rows:
                found[serial] = rows[0]
        return found

    def lot(self, lot: LotKey) -> LotCount | None:
        """As `ScanStorage.lot`."""
        rows = self._rows(_LOT, lot)
        if not rows:
            return None
        noted = [
            SerialCount((row[0], row[1], row[2]), *row[3:])
            for row in self._rows(_NOTED, (*lot, NOTED_AT_MOST))
        ]
        return LotCount(LotScans(*rows[0][:5]), rows[0][5], rows[0][6], noted)

    def day_key(self, day: int, fresh: bytes) -> bytes | None:
        """As `ScanStorage.day_key`."""
        with self._transaction() as db:
            newest = db.execute("SELECT max(day) FROM day_key").fetchone()[0]
            if newest is not None and newest > day:
                return None
            destroyed = db.execute("DELETE FROM day_key WHERE day < ?", (day,)).rowcount
            db.execute("INSERT OR IGNORE INTO day_key VALUES (?,?)", (day, fresh))
            db.execute("DELETE FROM batch WHERE day < ?", (day - _OLD_BATCHES,))
            (key,) = db.execute("SELECT key FROM day_key WHERE day = ?", (day,)).fetchone()
        if destroyed:
            # The write-ahead log would keep a copy of what `secure_delete` has overwritten.
            with self._writing, _told():
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return bytes(key)

    def close(self) -> None:
        """Close both connections."""
        with self._writing, self._reading:
            for connection in (self._writer, self._reader):
                if connection is not None:
                    connection.close()
            self._writer = self._reader = None

    def _rows(self, query: str, values: Sequence[object]) -> list[Any]:
        with self._reading, _told():
            if self._reader is None:
                self._reader = _existing(self._path)
            return [] if self._reader is None else self._reader.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._writing, _told():
            if self._writer is None:
                self._writer = _made(self._path)
            db = self._writer
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as wrong:
        raise ScansUnavailable(str(wrong)) from wrong


def _connect(path: Path) -> sqlite3.Connection:
    made = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    made.create_function("places_of", 1, int.bit_count, deterministic=True)
    return made


def _turn_to_wal(db: sqlite3.Connection) -> None:
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


def _existing(path: Path) -> sqlite3.Connection | None:
    """A connection for reading; None while nobody has made the tables."""
    if not path.exists():
        return None
    found = _connect(path)
    try:
        if _version(found, path):
            return found
    except BaseException:
        found.close()
        raise
    found.close()
    return None


def _version(db: sqlite3.Connection, path: Path) -> int:
    found = int(db.execute("PRAGMA user_version").fetchone()[0])
    if found > SQLITE_VERSION:
        raise ScansUnavailable(f"{path.name} is of version {found}, newer than this program")
    return found


def _made(path: Path) -> sqlite3.Connection:
    made = _connect(path)
    try:
        _version(made, path)  # before anything of a newer program's file is changed
        _turn_to_wal(made)
        # The last seconds may be lost with the power: these are counts.
        made.execute("PRAGMA synchronous=NORMAL")
        made.execute("PRAGMA secure_delete=ON")
        made.execute("BEGIN IMMEDIATE")
        if not _version(made, path):
            for statement in SQLITE:
                made.execute(statement)
        made.execute("COMMIT")
    except BaseException:
        made.close()
        raise
    return made
