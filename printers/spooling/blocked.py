"""Notices that a send has been blocked for a while, from a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_BLOCKED_SECONDS = 1.5
_LOOK_SECONDS = 0.25


class BlockedWatch:
    """One thread for a whole connection, since starting one for each label would cost more than
    the label. `tell` is called at most once per send, never after `sending()` has ended."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._since: float | None = None
        self._ended = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Watch until the end of the block."""
        thread = threading.Thread(target=self._watch, name="blocked-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """From here to the end of the block a label is being sent."""
        with self._lock:
            self._since = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._since = None

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            with self._lock:
                if self._since is not None and time.monotonic() - self._since >= _BLOCKED_SECONDS:
                    self._since = None
                    self._tell()
