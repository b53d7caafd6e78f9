"""Locks between processes, kept in files of SQLite's own: the system lets go of them on a crash."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import LedgerError

_PATIENCE = 30  # seconds: longer than any append, shorter than a person's patience
_REPLACED = 5  # times that a lock file may be found to be another one than was locked
_TAKE = "BEGIN EXCLUSIVE"

_Which = tuple[int, int]
"""Device and number of a file."""

_forks: list[bool] = []
"""One item for each fork that led to this process: what was open before is its parent's."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _forks.append(True))


def _open(path: Path, timeout: int) -> sqlite3.Connection:
    lock = sqlite3.connect(path, isolation_level=None, timeout=timeout, check_same_thread=False)
    try:
        # Nothing is ever written to it, and a journal on the disk costs more than all the rest.
        lock.execute("PRAGMA journal_mode=MEMORY")
        # SQLite opens what it may not write for reading, and then "exclusive" keeps no reader out.
        if not os.access(path, os.W_OK):
            raise sqlite3.OperationalError(f"{path.name} is not writable")
    except BaseException:
        lock.close()
        raise
    return lock


def _exclusive(path: Path, timeout: int) -> sqlite3.Connection:
    lock = _open(path, timeout)
    try:
        lock.execute(_TAKE)
    except BaseException:
        lock.close()
        raise
    return lock


def _which(path: Path) -> _Which | None:
    """Which file a path leads to now; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


@dataclass(frozen=True, slots=True)
class _Kept:
    """A lock file that is open: which one it was, and after how many forks."""

    lock: sqlite3.Connection
    which: _Which
    forks: int


class FileLock:
    """One lock, re-entrant within a thread, exclusive between threads and between processes."""

    def __init__(self, path: Path, *, keep: bool = False) -> None:
        """With `keep` the file stays open between two holdings, until `close`: much quicker."""
        self._path = path
        self._keep = keep
        self._threads = threading.RLock()
        self._depth = 0
        self._kept: _Kept | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock, at most 30 seconds (twice, the first time), until the block ends.

        Raises:
            LedgerError: `store-unwritable`, it cannot be had.
        """
        with self._threads:
            if self._depth:
                yield
                return
            try:
                lock = self._take()
            except (sqlite3.Error, OSError) as wrong:
                raise LedgerError("store-unwritable", why=str(wrong)) from wrong
            self._depth = 1
            try:
                yield
            finally:
                self._depth = 0
                self._release(lock)

    def mine(self) -> bool:
        """Whether the thread that asks holds it."""
        # Nobody else can have it while this thread has `_threads`, which is free when nobody does.
        if not self._threads.acquire(blocking=False):
            return False
        try:
            return self._depth > 0
        finally:
            self._threads.release()

    def close(self) -> None:
        """Let go of the file, unless it is locked just now."""
        if self._threads.acquire(blocking=False):
            try:
                if not self._depth:
                    self._forget()
            finally:
                self._threads.release()

    def _take(self) -> sqlite3.Connection:
        if not self._keep:
            return _exclusive(self._path, _PATIENCE)
        for _ in range(_REPLACED):
            kept = self._opened()
            if kept is not None:
                try:
                    kept.lock.execute(_TAKE)
                    # A lock on a file that lies there no more would keep nobody out.
                    if _which(self._path) == kept.which:
                        return kept.lock
                except BaseException:
                    self._forget()  # it may have been got, and nobody would ever let go of it
                    raise
            self._forget()
        raise OSError(f"{self._path.name} is being replaced")

    def _opened(self) -> _Kept | None:
        """The open file; None when it is not sure which one it is, as right after it was made."""
        kept = self._kept
        if kept is None or kept.forks != len(_forks):
            before = _which(self._path)
            lock = _open(self._path, _PATIENCE)
            if before is None or before != _which(self._path):
                lock.close()
                return None
            kept = self._kept = _Kept(lock, before, len(_forks))
        return kept

    def _release(self, lock: sqlite3.Connection) -> None:
        if not self._keep:
            lock.close()
            return
        try:
            lock.execute("ROLLBACK")
        except sqlite3.Error:
            self._forget()

    def _forget(self) -> None:
        if self._kept is not None:
            self._kept.lock.close()
            self._kept = None


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
