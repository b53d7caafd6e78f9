"""The embedded store: eventsourcing's SQLite recorder on guarded connections, and the seal's tables."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eventsourcing.persistence import InterfaceError, Notification, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from ledger.errors import LedgerError
from ledger.store import guard
from ledger.store.seam import SealedBatch
from ledger.verify.merkle import leaf_hash

_BY_ID = "SELECT state FROM stored_events WHERE entry_id = ?"
_BY_PLACE = "SELECT state FROM stored_events WHERE originator_id = ? AND originator_version = ?"
_AFTER = "SELECT position, state FROM stored_events WHERE position > ? ORDER BY position LIMIT ?"
_SEALED = (
    "SELECT leaf, state FROM log_leaves JOIN stored_events USING (position) "
    "WHERE leaf >= ? ORDER BY leaf LIMIT ?"
)
_NOTIFICATIONS = (
    "SELECT position, originator_id, originator_version, topic, state FROM stored_events "
    "WHERE position > ? AND position <= ? ORDER BY position LIMIT ?"
)


class _GuardedPool(SQLiteConnectionPool):
    """The library's pool, but every connection is a guarded one."""

    def _create_connection(self) -> SQLiteConnection:
        try:
            connection = guard.connect(self.db_name, timeout=self.lock_timeout or 5)
        except sqlite3.Error as wrong:
            raise InterfaceError(wrong) from wrong
        return SQLiteConnection(sqlite_conn=connection, max_age=self.max_age)


class _GuardedDatastore(SQLiteDatastore):
    def __init__(self, path: Path) -> None:
        super().__init__(str(path), originator_id_type="text")
        self.pool.close()
        self.pool = _GuardedPool(db_name=str(path), lock_timeout=5)


class EntryRecorder(SQLiteApplicationRecorder):
    """Stores events whose state is an entry; the entry id gets a column of its own."""

    def __init__(self, datastore: SQLiteDatastore) -> None:
        super().__init__(datastore, guard.EVENTS)
        self.insert_events_statement = (
            "INSERT INTO stored_events "
            "(originator_id, originator_version, topic, state, entry_id) VALUES (?,?,?,?,?)"
        )

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: Any
    ) -> Sequence[int] | None:
        positions = []
        for event in stored_events:
            c.execute(
                self.insert_events_statement,
                (
                    str(event.originator_id),
                    event.originator_version,
                    event.topic,
                    event.state,
                    leaf_hash(event.state),
                ),
            )
            positions.append(c.lastrowid)
        return positions

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """As in the library; own SQL because our position column has a name."""
        above = (start or 0) - (1 if inclusive_of_start and start is not None else 0)
        below = 2**62 if stop is None else stop
        # There is one topic (`Recorded`), so a choice of topics takes all rows or none.
        with self.datastore.transaction(commit=False) as c:
            c.execute(_NOTIFICATIONS, (above, below, limit))
            return [
                Notification(
                    id=row["position"],
                    originator_id=row["originator_id"],
                    originator_version=row["originator_version"],
                    topic=row["topic"],
                    state=row["state"],
                )
                for row in c.fetchall()
                if not topics or row["topic"] in topics
            ]

    def _max_notification_id(self, c: SQLiteCursor) -> int:
        c.execute("SELECT coalesce(max(position), 0) FROM stored_events")
        return int(c.fetchone()[0])


class SqliteStore:
    """`ledger.store.seam.LedgerStore` in one SQLite file.

    If the process dies inside `seal`, the transaction is undone whole and the same
    entries are sealed at the next start, at the same indexes: they are taken in
    position order and positions are never given twice.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise LedgerError("store-missing", path=path.parent)
        version = guard.schema_version(path)
        if version > guard.SCHEMA_VERSION:
            raise LedgerError(
                "store-newer", path=path, found=version, expected=guard.SCHEMA_VERSION
            )
        if version == 0:
            raise LedgerError("store-missing", path=path.parent)
        self.path = path
        self._datastore = _GuardedDatastore(path)
        self.recorder = EntryRecorder(self._datastore)
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.RLock()

    @classmethod
    def create(cls, path: Path) -> SqliteStore:
        """A new, empty store at `path`."""
        if path.exists():
            raise LedgerError("store-exists", path=path.parent)
        guard.create(path)
        return cls(path)

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = guard.connect(self.path)
            self._open.append(found)
        return found

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer at a time: a lock file of SQLite's own, let go of by the system on a crash."""
        with self._lock:
            if getattr(self._local, "writing", False):
                yield
                return
            lock = self._locked()
            try:
                self._local.writing = True
                yield
            finally:
                self._local.writing = False
                lock.close()

    def _locked(self) -> sqlite3.Connection:
        """The lock file, locked; LedgerError when it cannot be had within 30 seconds."""
        try:
            lock = sqlite3.connect(self.path.with_suffix(".lock"), isolation_level=None, timeout=30)
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except BaseException:
                lock.close()
                raise
        except sqlite3.Error as wrong:
            raise LedgerError("store-unwritable", why=str(wrong)) from wrong
        return lock

    def entry(self, entry_id: bytes) -> bytes | None:
        found: bytes | None = self._one(_BY_ID, entry_id)
        return found

    def entry_at(self, journal: str, seq: int) -> bytes | None:
        found: bytes | None = self._one(_BY_PLACE, journal, seq)
        return found

    def after(self, position: int, limit: int) -> list[tuple[int, bytes]]:
        rows = self._connection().execute(_AFTER, (position, limit))
        return [(row[0], row[1]) for row in rows]

    def size(self) -> int:
        return int(self._one("SELECT coalesce(max(leaf) + 1, 0) FROM log_leaves") or 0)

    def sealed_position(self) -> int:
        return int(self._one("SELECT coalesce(max(position), 0) FROM log_leaves") or 0)

    def seal(self, batch: SealedBatch) -> None:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(
                "INSERT INTO log_leaves (leaf, position, entry_id) VALUES (?,?,?)",
                [(leaf.index, leaf.position, leaf.entry_id) for leaf in batch.leaves],
            )
            connection.executemany(
                "INSERT INTO log_nodes (level, idx, hash) VALUES (?,?,?)", batch.nodes
            )
            connection.execute(
                "INSERT INTO log_checkpoints (size, root, note) VALUES (?,?,?)",
                (batch.size, batch.root, batch.note),
            )
            connection.execute("COMMIT")
        except sqlite3.Error as wrong:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise LedgerError("store-unwritable", why=str(wrong)) from wrong

    def sealed(self, first: int, limit: int) -> list[tuple[int, bytes]]:
        rows = self._connection().execute(_SEALED, (first, limit))
        return [(row[0], row[1]) for row in rows]

    def index_of(self, entry_id: bytes) -> int | None:
        found = self._one("SELECT leaf FROM log_leaves WHERE entry_id = ?", entry_id)
        return None if found is None else int(found)

    def node(self, level: int, index: int) -> bytes:
        found = self._one("SELECT hash FROM log_nodes WHERE level = ? AND idx = ?", level, index)
        if found is None:
            raise KeyError((level, index))
        return bytes(found)

    def nodes(self, level: int, first: int, count: int) -> list[bytes]:
        rows = self._connection().execute(
            "SELECT hash FROM log_nodes WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx",
            (level, first, first + count),
        )
        return [row[0] for row in rows]

    def checkpoint(self, size: int | None = None) -> str | None:
        found: str | None
        if size is None:
            found = self._one("SELECT note FROM log_checkpoints ORDER BY size DESC LIMIT 1")
        else:
            found = self._one("SELECT note FROM log_checkpoints WHERE size = ?", size)
        return found

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        for row in self._connection().execute("SELECT size, root FROM log_checkpoints"):
            yield row[0], row[1]

    def _one(self, sql: str, *values: object) -> Any:
        row = self._connection().execute(sql, values).fetchone()
        return None if row is None else row[0]

    def close(self) -> None:
        self._datastore.close()
        for connection in self._open:
            connection.close()
        self._open.clear()
