"""Leaderships by advisory lock, and being woken when something was appended."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable

import psycopg

from ledger.errors import LedgerError
from ledger.store.postgres.connecting import Connection
from ledger.store.postgres.functions import CHANNEL, LEADING_CLASS


class Leaderships:
    """Roles that this store leads, all held by one session."""

    def __init__(self, opener: Callable[[], Connection]) -> None:
        self._open = opener
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._held: set[str] = set()

    def lead(self, role: str) -> bool:
        """As `LedgerStore.lead`: every call asks the server, so a lost session is noticed."""
        with self._lock:
            held, stale = role in self._held, self._connection is not None
            try:
                return self._ask(role)
            except (psycopg.Error, LedgerError):
                self._discard()
            if held or not stale:
                return False
            try:
                return self._ask(role)
            except (psycopg.Error, LedgerError):
                self._discard()
                return False

    def _ask(self, role: str) -> bool:
        if self._connection is None:
            self._connection = self._open()
        if role in self._held:
            self._connection.execute("SELECT 1")
            return True
        key = (LEADING_CLASS, zlib.crc32(role.encode()) - 2**31)
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s, %s)", key).fetchone()
        if row is None or not row[0]:
            return False
        self._held.add(role)
        return True

    def _discard(self) -> None:
        self._held.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Let go of every role."""
        with self._lock:
            self._discard()


class Listener:
    """Waits for the append function's word. One thread listens, others are woken with it."""

    def __init__(self, opener: Callable[[], Connection], *, listens: bool) -> None:
        """`listens` is False on a standby, where LISTEN does not exist: there one just waits."""
        self._open = opener
        self._listens = listens
        self._turn = threading.Lock()
        self._heard = threading.Condition()
        self._closing = threading.Event()
        self._connection: Connection | None = None

    def wait(self, seconds: float) -> None:
        """As `LedgerStore.wait`."""
        if not self._listens:
            self._closing.wait(seconds)
            return
        if not self._turn.acquire(blocking=False):
            with self._heard:
                self._heard.wait(seconds)
            return
        try:
            self._listen(seconds)
        except (psycopg.Error, LedgerError):
            self._discard()
            self._closing.wait(min(seconds, 1))
        finally:
            self._turn.release()
            with self._heard:
                self._heard.notify_all()

    def _listen(self, seconds: float) -> None:
        if self._connection is None:
            self._connection = self._open()
            self._connection.execute(f"LISTEN {CHANNEL}")
        # In slices, so that closing need not wait for the whole time.
        while seconds > 0 and not self._closing.is_set():
            part = min(seconds, 1)
            if list(self._connection.notifies(timeout=part, stop_after=1)):
                return
            seconds -= part

    def _discard(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Wake whoever waits; waits for them, at most two seconds."""
        self._closing.set()
        if self._turn.acquire(timeout=2):
            try:
                self._discard()
            finally:
                self._turn.release()
