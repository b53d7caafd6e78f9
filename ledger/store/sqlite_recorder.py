"""Appending to the SQLite store: eventsourcing's recorder on guarded connections."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    Notification,
    OperationalError,
    StoredEvent,
)
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from ledger.recorded import EntryEvent
from ledger.store import guard
from ledger.verify.merkle import leaf_hash

_INSERT = (
    "INSERT INTO stored_events "
    "(originator_id, originator_version, topic, state, entry_id) VALUES (?,?,?,?,?)"
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


class GuardedDatastore(SQLiteDatastore):
    """The library's way to its pool, with guarded connections."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), originator_id_type="text")
        self.pool.close()
        self.pool = _GuardedPool(db_name=str(path), lock_timeout=5)


class EntryRecorder(SQLiteApplicationRecorder):
    """Stores events whose state is an entry; the entry id gets a column of its own.

    It appends on one connection of its own, kept open: the pages that the next append needs are
    in its memory. The pool is for reading.
    """

    def __init__(self, datastore: SQLiteDatastore, path: Path) -> None:
        super().__init__(datastore, guard.EVENTS)
        self._path = path
        self._threads = threading.Lock()
        self._appending: sqlite3.Connection | None = None

    @contextmanager
    def appending(self) -> Iterator[sqlite3.Connection]:
        """The connection that appends, for one thread at a time.

        Raises:
            PersistenceError: the database refuses; a transaction that was begun is undone.
        """
        with self._threads:
            try:
                if self._appending is None:
                    self._appending = guard.connect(self._path)
                yield self._appending
            except sqlite3.IntegrityError as wrong:
                self._undo()
                raise IntegrityError(wrong) from wrong
            except sqlite3.Error as wrong:
                self._undo()
                raise OperationalError(wrong) from wrong
            except BaseException:
                self._undo()
                raise

    def _undo(self) -> None:
        if self._appending is not None and self._appending.in_transaction:
            with suppress(sqlite3.Error):
                self._appending.execute("ROLLBACK")

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Append in one durable transaction; returns the positions.

        Raises:
            IntegrityError: a journal position or an entry is taken.
            PersistenceError: the database refuses otherwise.
        """
        with self.appending() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, map(_row, stored_events))
            # Within one transaction AUTOINCREMENT gives consecutive positions.
            ((last,),) = connection.execute("SELECT last_insert_rowid()")
            connection.execute("COMMIT")
        return range(last - len(stored_events) + 1, last + 1)

    def close(self) -> None:
        """Let go of the connection that appends."""
        with self._threads:
            if self._appending is not None:
                self._appending.close()
                self._appending = None

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


def _row(event: StoredEvent | EntryEvent) -> EntryEvent:
    if isinstance(event, EntryEvent):
        return event
    return EntryEvent(
        str(event.originator_id),
        event.originator_version,
        event.topic,
        event.state,
        leaf_hash(event.state),
    )
