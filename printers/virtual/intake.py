"""The printer's receive buffer: when it is full, nothing more is read from the connection."""

from __future__ import annotations

import threading
import time


class Intake:
    """Bytes from the connection to the mechanism; one thread puts, one takes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = bytearray()
        self._changed = threading.Condition()
        self._working = False
        self._since = 0.0

    def room(self) -> int:
        """Bytes that still fit."""
        with self._changed:
            return self._most - len(self._held)

    def put(self, received: bytes) -> None:
        """Add what was received."""
        with self._changed:
            self._held += received
            self._since = time.monotonic()
            self._changed.notify_all()

    def take(self, seconds: float) -> tuple[bytes, float | None]:
        """All that is held; b"" after waiting in vain.

        With it the moment since when there was work, None when the taker did not have to wait.
        """
        with self._changed:
            since = None
            if not self._held:
                self._working = False
                self._changed.notify_all()
                self._changed.wait(seconds)
                since = self._since
            if not self._held:
                return b"", None
            self._working = True
            found = bytes(self._held)
            self._held.clear()
            self._changed.notify_all()
            return found, since

    def idle(self) -> bool:
        """Whether all that was received has been worked off as far as it goes."""
        with self._changed:
            return not self._held and not self._working

    def wait(self, seconds: float) -> None:
        """Wait for a change, at most so long."""
        with self._changed:
            self._changed.wait(seconds)

    def wake(self) -> None:
        """Let whoever waits look around."""
        with self._changed:
            self._changed.notify_all()

    def empty(self) -> None:
        """Forget what is held."""
        with self._changed:
            self._held.clear()
            self._changed.notify_all()
