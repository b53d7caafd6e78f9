"""The embedded store: one SQLite file for entries, log and checkpoints."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from eventsourcing.persistence import PersistenceError

from ledger.errors import LedgerError
from ledger.store import guard
from ledger.store.locks import FileLock, Leaderships
from ledger.store.seam import Replica, SealedBatch, StoreFault
from ledger.store.sqlite_connections import Connections
from ledger.store.sqlite_recorder import EntryRecorder, GuardedDatastore

_PAGE = 1000
_BY_ID = "SELECT state FROM stored_events WHERE entry_id = ?"
_BY_PLACE = "SELECT state FROM stored_events WHERE originator_id = ? AND originator_version = ?"
_AFTER = "SELECT position, state FROM stored_events WHERE position > ? ORDER BY position LIMIT ?"
_SEALED = (
    "SELECT leaf, state FROM log_leaves JOIN stored_events USING (position) "
    "WHERE leaf >= ? ORDER BY leaf LIMIT ?"
)
_SEALED_AT = (
    "SELECT leaf, state FROM log_leaves JOIN stored_events USING (position) "
    "WHERE leaf IN ({}) ORDER BY leaf"
)
_CHECKPOINTS = "SELECT size, root FROM log_checkpoints WHERE size > ? ORDER BY size LIMIT ?"
# A step from each journal to the next by the index, instead of a walk over all its entries.
HEADS = (
    "WITH RECURSIVE journal (id) AS (SELECT min(originator_id) FROM stored_events UNION ALL "
    "SELECT (SELECT min(originator_id) FROM stored_events WHERE originator_id > journal.id) "
    "FROM journal WHERE journal.id IS NOT NULL) "
    "SELECT originator_id, originator_version, entry_id FROM journal JOIN stored_events "
    "ON originator_id = journal.id AND originator_version = (SELECT max(originator_version) "
    "FROM stored_events WHERE originator_id = journal.id)"
)
# One statement, so that no sealing can come between its two halves.
COUNTED = (
    "WITH last (leaf, position) AS (SELECT leaf, position FROM log_leaves "
    "WHERE position <= :position ORDER BY position DESC LIMIT 1) "
    "SELECT coalesce((SELECT leaf + 1 FROM last), 0) + (SELECT count(*) FROM stored_events "
    "WHERE position > coalesce((SELECT position FROM last), 0) AND position <= :position)"
)
STEERING = (
    "SELECT leaf, position, state FROM stored_events "  # noqa: S608  # no input
    f"LEFT JOIN log_leaves USING (position) WHERE {guard.STEERS} AND position <= ? ORDER BY position"
)


class SqliteStore:
    """`ledger.store.seam.LedgerStore` in one SQLite file.

    If the process dies inside `seal`, the transaction is undone whole and the same
    entries are sealed at the next start, at the same indexes: they are taken in
    position order and positions are never given twice.
    """

    def __init__(self, path: Path, replica: Replica | None = None) -> None:
        if not path.exists():
            raise LedgerError("store-missing", path=path.parent)
        version = guard.upgrade(path)
        if version > guard.SCHEMA_VERSION:
            raise LedgerError(
                "store-newer", path=path, found=version, expected=guard.SCHEMA_VERSION
            )
        if version == 0:
            raise LedgerError("store-missing", path=path.parent)
        self.path = path
        self.replica = replica
        self._datastore = GuardedDatastore(path)
        self.recorder = EntryRecorder(self._datastore, path)
        self._connections = Connections(path)
        self._append_lock = FileLock(path.with_suffix(".lock"), keep=True)
        self._seal_lock = FileLock(path.with_suffix(".seal.lock"), keep=True)
        self._leaderships = Leaderships(path)
        self._closing = threading.Event()

    @classmethod
    def create(cls, path: Path) -> SqliteStore:
        """A new, empty store at `path`."""
        if path.exists():
            raise LedgerError("store-exists", path=path.parent)
        guard.create(path)
        return cls(path)

    @property
    def location(self) -> str:
        return str(self.path)

    def writing(self) -> AbstractContextManager[None]:
        return self._append_lock.held()

    def sequencing(self) -> AbstractContextManager[None]:
        return self._seal_lock.held()

    def lead(self, role: str) -> bool:
        return self._leaderships.lead(role)

    def wait(self, seconds: float) -> None:
        """SQLite tells nobody of an append: the whole time is slept."""
        self._closing.wait(seconds)

    def faults(self) -> list[StoreFault]:
        with self._connections.one() as connection:
            missing = guard.missing(connection)
        return [
            StoreFault("guard-missing", {"name": name, "where": self.location}) for name in missing
        ]

    def newest(self) -> int:
        return int(self._one("SELECT coalesce(max(position), 0) FROM stored_events") or 0)

    def heads(self) -> list[tuple[str, int, bytes]]:
        return [(row[0], row[1], row[2]) for row in self._rows(HEADS)]

    def counted(self, position: int) -> int:
        return int(self._rows(COUNTED, {"position": position})[0][0])

    def steering(self, up_to: int) -> list[tuple[int | None, int, bytes]]:
        rows = self._rows(STEERING, (up_to,))
        return [(row[0], row[1], row[2]) for row in rows]

    def entry(self, entry_id: bytes) -> bytes | None:
        found: bytes | None = self._one(_BY_ID, entry_id)
        return found

    def entry_at(self, journal: str, seq: int) -> bytes | None:
        found: bytes | None = self._one(_BY_PLACE, journal, seq)
        return found

    def after(self, position: int, limit: int) -> list[tuple[int, bytes]]:
        if self._append_lock.mine():
            return self._after_as_appending(position, limit)
        rows = self._rows(_AFTER, (position, limit))
        return [(row[0], row[1]) for row in rows]

    def _after_as_appending(self, position: int, limit: int) -> list[tuple[int, bytes]]:
        """`after` on the connection that appends: others read its pages from the file again."""
        try:
            with self.recorder.appending() as connection:
                return [(row[0], row[1]) for row in connection.execute(_AFTER, (position, limit))]
        except PersistenceError as wrong:
            raise LedgerError("store-unwritable", why=str(wrong)) from wrong

    def settle(self) -> None:
        """The write-ahead log is all: what left it for the file was synchronised on the way.

        No lock lies on it, unlike the file, where closing a second handle would let go of them.
        """
        try:
            with self.path.with_name(f"{self.path.name}-wal").open("rb") as journal:
                os.fsync(journal.fileno())
        except FileNotFoundError:
            return
        except OSError as wrong:
            raise LedgerError("store-unwritable", why=str(wrong)) from wrong

    def size(self) -> int:
        return int(self._one("SELECT coalesce(max(leaf) + 1, 0) FROM log_leaves") or 0)

    def sealed_position(self) -> int:
        return int(self._one("SELECT coalesce(max(position), 0) FROM log_leaves") or 0)

    def seal(self, *batches: SealedBatch) -> None:
        with self._connections.one() as connection:
            _seal(connection, batches)

    def sealed(self, first: int, limit: int) -> list[tuple[int, bytes]]:
        rows = self._rows(_SEALED, (first, limit))
        return [(row[0], row[1]) for row in rows]

    def sealed_at(self, indexes: Sequence[int]) -> list[tuple[int, bytes]]:
        places = ",".join("?" * len(indexes))
        rows = self._rows(_SEALED_AT.format(places), tuple(indexes))
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
        rows = self._rows(
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
        last = 0
        while rows := self._rows(_CHECKPOINTS, (last, _PAGE)):
            yield from ((row[0], row[1]) for row in rows)
            last = rows[-1][0]

    def _rows(
        self, sql: str, values: tuple[object, ...] | Mapping[str, object] = ()
    ) -> list[sqlite3.Row]:
        with self._connections.one() as connection:
            return connection.execute(sql, values).fetchall()

    def _one(self, sql: str, *values: object) -> Any:
        rows = self._rows(sql, values)
        return rows[0][0] if rows else None

    def close(self) -> None:
        self._closing.set()
        self._leaderships.close()
        self._append_lock.close()
        self._seal_lock.close()
        self.recorder.close()
        self._datastore.close()
        self._connections.close()


def _seal(connection: sqlite3.Connection, batches: Sequence[SealedBatch]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for batch in batches:
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
