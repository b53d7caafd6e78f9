"""`index.db`: the rows of the completeness index in a file of their own, which may be lost any time.

Rows and what they are rows of change in one transaction, so a crash leaves the index of an earlier
size, and following the log goes on from there.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ledger.verify.row_tree import Block, Place, RowsSpoilt, RowTree
from ledger.verify.sparse_map import EMPTY

VERSION = 2
_TABLES = (
    # What stands at one place of one block, see `ledger.verify.row_tree`: a row, or a block below.
    "CREATE TABLE place (above TEXT NOT NULL, digit INTEGER NOT NULL, hash BLOB NOT NULL, "
    "key BLOB, value TEXT, PRIMARY KEY (above, digit)) WITHOUT ROWID",
    "CREATE TABLE standing (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, "
    "rows INTEGER NOT NULL, root BLOB NOT NULL, tip BLOB NOT NULL, entry INTEGER, id BLOB, "
    "holds INTEGER NOT NULL, fault TEXT)",
)
_READ = "SELECT digit, hash, key, value FROM place WHERE above = ?"
_WRITE = "INSERT OR REPLACE INTO place VALUES (?,?,?,?,?)"
_STANDING = "SELECT size, rows, root, tip, entry, id, holds, fault FROM standing"
_STAND = "INSERT OR REPLACE INTO standing VALUES (1,?,?,?,?,?,?,?,?)"
_KEPT_LOG = 64 * 1024 * 1024  # bytes
_CACHE = 32 * 1024  # KiB
_CHECKPOINT = 8 * 1024  # pages of 4 KiB: rows stand at random, so a change writes many pages
_WAIT = 30  # seconds for another process to end its turn
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rows of the file are.

    They are those of the first `size` entries, the last of which has id `tip`. `entry` and `id` are
    log index and id of the newest commitment seen; `holds` when it is true and the rows are just
    those it commits to. `fault` is a false commitment that was seen, as JSON.
    """

    size: int = 0
    rows: int = 0
    root: bytes = EMPTY
    tip: bytes = b""
    entry: int | None = None
    id: bytes | None = None
    holds: bool = False
    fault: str | None = None


class Sight:
    """The rows as one connection sees them: `ledger.verify.row_tree.Blocks`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def read(self, digits: str) -> Block:
        rows = self._connection.execute(_READ, (digits,))
        return {digit: Place(found, key, value) for digit, found, key, value in rows}

    def write(self, digits: str, places: Block) -> None:
        self._connection.executemany(
            _WRITE, [(digits, digit, *place) for digit, place in places.items()]
        )

    def standing(self) -> Standing:
        """What the rows are."""
        size, rows, root, tip, entry, found, holds, fault = self._connection.execute(
            _STANDING
        ).fetchone()
        return Standing(size, rows, root, tip, entry, found, bool(holds), fault)


class MapFile:
    """One index file, made when it is first asked. One thread writes, another may read meanwhile.

    Within `turn` it is itself `ledger.verify.row_tree.Blocks`.
    """

    def __init__(self, path: Path | None) -> None:
        """None keeps the rows in a temporary file of SQLite's own, which goes with this object."""
        self._path = path
        self._lock = threading.RLock()
        self._opened: sqlite3.Connection | None = None
        self._looking_lock = threading.RLock()
        self._looking: sqlite3.Connection | None = None

    @property
    def exists(self) -> bool:
        """Whether there is anything to be read."""
        return self._opened is not None or (self._path is not None and self._path.exists())

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The one right to write; all or nothing of the block stays."""
        with self._lock, _within(self._connection(), "BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def glance(self) -> Iterator[Sight]:
        """Whatever is read of it in the block is of one moment; no turn is waited for."""
        if self._path is None:  # nobody else sees a temporary file
            with self._lock, _within(self._connection(), "BEGIN"):
                yield Sight(self._connection())
            return
        with self._looking_lock:
            if self._looking is None:
                self._looking = _open(self._path)
            with _within(self._looking, "BEGIN"):
                yield Sight(self._looking)

    def mended(self, work: Callable[[], _Answer]) -> _Answer:
        """Do something, and once more with an empty file when this one turns out to be damaged."""
        try:
            return work()
        except sqlite3.OperationalError:
            raise  # busy, or the disk is full: nothing is wrong with the file
        except sqlite3.DatabaseError:
            self._throw_away()
            return work()
        except RowsSpoilt:
            with self.turn():
                self.clear()
            return work()

    def read(self, digits: str) -> Block:
        return Sight(self._connection()).read(digits)

    def write(self, digits: str, places: Block) -> None:
        Sight(self._connection()).write(digits, places)

    def standing(self) -> Standing:
        """What the rows are, within a turn."""
        return Sight(self._connection()).standing()

    def stand(self, at: Standing) -> None:
        """Say what the rows are from now on, within the turn that changed them."""
        values = at.size, at.rows, at.root, at.tip, at.entry, at.id, int(at.holds), at.fault
        self._connection().execute(_STAND, values)

    def clear(self) -> None:
        """No rows any more, within a turn."""
        _make(self._connection())

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None
        with self._looking_lock:
            if self._looking is not None:
                self._looking.close()
                self._looking = None

    def _throw_away(self) -> None:
        with self._lock:
            self.close()
            if self._path is not None:
                for end in ("", "-wal", "-shm"):
                    self._path.with_name(self._path.name + end).unlink(missing_ok=True)

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = _open("" if self._path is None else self._path)
        return self._opened


@contextmanager
def _within(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _open(path: Path | str) -> sqlite3.Connection:
    """Losing the newest rows in a power cut is harmless (synchronous=NORMAL), see above."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_WAIT)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA cache_size={-_CACHE}")
        connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT}")
        connection.execute(f"PRAGMA journal_size_limit={_KEPT_LOG}")
        if _version(connection) != VERSION:
            connection.execute("BEGIN IMMEDIATE")
            if _version(connection) != VERSION:  # several processes may have seen it at once
                _make(connection)
            connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _make(connection: sqlite3.Connection) -> None:
    with closing(
        connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ) as found:
        names = [str(row[0]) for row in found.fetchall()]
    for name in names:
        connection.execute(f'DROP TABLE "{name}"')
    for table in _TABLES:
        connection.execute(table)
    empty = Standing()
    values = empty.size, empty.rows, empty.root, empty.tip, None, None, 0, None
    connection.execute(_STAND, values)
    connection.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def rows_on_disk() -> Iterator[RowTree]:
    """An empty map in a temporary file, for an audit of a ledger too large to keep its rows in memory."""
    file = MapFile(None)
    try:
        with file.turn():
            yield RowTree(file)
    finally:
        file.close()
