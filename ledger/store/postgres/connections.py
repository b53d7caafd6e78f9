"""Connections of one store that are handed out per call.

Threads come and go in a web server, so no connection belongs to a thread, except while
that thread holds the right to append or to seal (`held_lock`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg

from ledger.store.postgres.connecting import Connection
from ledger.store.postgres.errors import PostgresError, lost, refusal

T = TypeVar("T")
_PATIENCE = 30  # seconds
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
