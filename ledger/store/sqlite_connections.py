"""Connections to one ledger file, handed out per call: threads come and go in a web server."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.store import guard


class Connections:
    """Guarded connections: as many as there ever were calls at once, each for one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """A connection for the block; it is closed after it if a transaction was left open."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = guard.connect(self._path)
        try:
            yield connection
        finally:
            with self._lock:
                keep = not (self._closed or connection.in_transaction)
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()

    def close(self) -> None:
        """Close what is idle now, and the rest when it comes back: never under a thread at work."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
