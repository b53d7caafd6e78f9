"""Locks between processes, kept in files of SQLite's own: the system lets go of them on a crash."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import LedgerError

_PATIENCE = 30  # seconds: longer than any append, shorter than a person's patience


def _exclusive(path: Path, timeout: int) -> sqlite3.Connection:
    lock = sqlite3.connect(path, isolation_level=None, timeout=timeout, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except BaseException:
        lock.close()
        raise
    return lock


class FileLock:
    """One lock, re-entrant within a thread, exclusive between threads and between processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.RLock()
        self._depth = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock, at most 30 seconds, and hold it until the block ends.

        Raises:
            LedgerError: `store-unwritable`, it cannot be had.
        """
        with self._threads:
            if self._depth:
                yield
                return
            try:
                lock = _exclusive(self._path, _PATIENCE)
            except sqlite3.Error as wrong:
                raise LedgerError("store-unwritable", why=str(wrong)) from wrong
            self._depth = 1
            try:
                yield
            finally:
                self._depth = 0
                lock.close()


class Leaderships:
    """Roles that this process leads, each by a lock file kept open."""

    def __init__(self, path: Path) -> None:
        """`path` is the ledger file; a role's lock lies beside it."""
        self._path = path
        self._held: dict[str, sqlite3.Connection] = {}
        self._lock = threading.Lock()

    def lead(self, role: str) -> bool:
        """As `ledger.store.seam.LedgerStore.lead`."""
        with self._lock:
            if role in self._held:
                return True
            try:
                self._held[role] = _exclusive(self._path.with_suffix(f".{role}.lock"), 0)
            except sqlite3.Error:
                return False
            return True

    def close(self) -> None:
        """Let go of every role."""
        with self._lock:
            for lock in self._held.values():
                lock.close()
            self._held.clear()
