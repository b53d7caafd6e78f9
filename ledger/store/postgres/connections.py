"""Connections of one store: a few that are handed out per call, and one for each lock held.

Threads come and go in a web server, so no connection belongs to a thread, except while
that thread holds the right to append or to seal: the lock lives in that session, and
what it protects goes through it or not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg import errors as pg

from ledger.store.postgres.connecting import Connection
from ledger.store.postgres.errors import PostgresError, lost, refusal

T = TypeVar("T")
_PATIENCE = 30  # seconds, as the server's lock_timeout
# Asked for in shorter turns, so that a server that has gone silent is told from one that is busy.
_SLICE = 5
MOST = 8


class Pool:
    """At most `MOST` connections, opened when needed and handed out per call."""

    def __init__(self, opener: Callable[[], Connection], where: str) -> None:
        self._open = opener
        self._where = where
        self._slots = threading.BoundedSemaphore(MOST)
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._closed = False
        self.in_use = 0

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a query that changes nothing; over a new connection when an old one turns out dead.

        Raises:
            LedgerError: `store-unreachable`, `store-busy` or another refusal of the server.
        """
        with self._slot():
            try:
                return self._try(work)
            except psycopg.Error as wrong:
                if not lost(wrong, None) and not isinstance(wrong, psycopg.OperationalError):
                    raise refusal(wrong, self._where, gone=False) from wrong
                if wrong.sqlstate is not None and not lost(wrong, None):
                    raise refusal(wrong, self._where, gone=False) from wrong
            # Where one is dead, all are: the server was restarted or another took over.
            self._drop_idle()
            try:
                return self._try(work)
            except psycopg.Error as wrong:
                raise refusal(wrong, self._where, gone=lost(wrong, None)) from wrong

    def once(self, work: Callable[[Connection], T]) -> T:
        """Run a change, once: whether it may be repeated is for the caller to say.

        Raises psycopg.Error as it came.
        """
        with self._slot():
            return self._try(work)

    def _try(self, work: Callable[[Connection], T]) -> T:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._open()
        keep = False
        try:
            result = work(connection)
            keep = True
        except psycopg.Error as wrong:
            keep = not lost(wrong, connection)
            raise
        else:
            return result
        finally:
            with self._lock:
                keep = keep and not self._closed
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=_PATIENCE):
            raise PostgresError("store-busy", where=self._where, why="no connection free")
        with self._lock:
            self.in_use += 1
        try:
            yield
        finally:
            with self._lock:
                self.in_use -= 1
            self._slots.release()

    def _drop_idle(self) -> None:
        with self._lock:
            dropped, self._idle = self._idle, []
        for one in dropped:
            one.close()

    def close(self) -> None:
        """Close what is idle now, and the rest when it comes back."""
        with self._lock:
            self._closed = True
        self._drop_idle()


class HeldLock:
    """A session advisory lock with the connection that holds it; re-entrant within a thread."""

    def __init__(self, opener: Callable[[], Connection], where: str, key: tuple[int, int]) -> None:
        self._open = opener
        self._where = where
        self._key = key
        self._threads = threading.RLock()
        self._owner: int | None = None
        self._depth = 0
        self._connection: Connection | None = None
        self._broken = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock, at most 30 seconds, and hold it until the block ends.

        Raises:
            LedgerError: `store-busy`, `store-unreachable`.
        """
        if not self._threads.acquire(timeout=_PATIENCE):
            raise PostgresError("store-busy", where=self._where, why="lock")
        try:
            if not self._depth:
                self._take()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    self._let_go()
        finally:
            self._threads.release()

    def connection(self) -> Connection | None:
        """The connection that this thread must use now; None when it does not hold the lock.

        Raises:
            LedgerError: `lock-lost`, the connection broke since the lock was taken.
        """
        if self._owner != threading.get_ident() or self._connection is None:
            return None
        if self._broken or self._connection.closed:
            raise PostgresError("lock-lost", where=self._where)
        return self._connection

    def broke(self) -> None:
        """Tell that the held connection failed: it is not used again inside this block."""
        self._broken = True

    def _take(self) -> None:
        stale, slices = self._connection is not None, _PATIENCE // _SLICE
        while True:
            try:
                if self._connection is None:
                    self._connection = self._open()
                    self._connection.execute(f"SET lock_timeout = '{_SLICE}s'")
                    # A time limit would end the wait for a standby and show what that does not
                    # have; so it waits on, with the lock, when this side has long given up.
                    self._connection.execute("SET statement_timeout = 0")
                self._connection.execute("SELECT pg_advisory_lock(%s, %s)", self._key)
                break
            except psycopg.Error as wrong:
                gone = lost(wrong, self._connection) or wrong.sqlstate is None
                slices -= isinstance(wrong, pg.LockNotAvailable)
                if gone:
                    self._discard()
                if not (gone and stale) and not (slices and isinstance(wrong, pg.LockNotAvailable)):
                    raise refusal(wrong, self._where, gone=gone) from wrong
                stale = stale and not gone
        self._owner = threading.get_ident()
        self._broken = False

    def _let_go(self) -> None:
        self._owner = None
        if self._connection is None:
            return
        try:
            if self._broken:
                self._discard()
            else:
                self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", self._key)
        except psycopg.Error:
            self._discard()  # ending the session lets go of the lock, too

    def _discard(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Close the kept connection; waits for a block that is under way."""
        if self._threads.acquire(timeout=_PATIENCE):
            try:
                self._discard()
            finally:
                self._threads.release()
