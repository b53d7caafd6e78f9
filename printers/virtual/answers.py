"""What the printer says back: at once, late, never, or nonsense."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque

from printers.virtual.troubles import Troubles

_NONSENSE = b"\xff\x9dOK"


class Answers:
    """Answers go to whoever is connected now; with nobody there they are lost."""

    def __init__(self, troubles: Troubles) -> None:
        self._troubles = troubles
        self._link: socket.socket | None = None
        self._late: deque[tuple[float, bytes]] = deque()
        self._lock = threading.Lock()

    def connect(self, link: socket.socket | None) -> None:
        """Another connection, or none."""
        with self._lock:
            self._link = link
            self._late.clear()

    def say(self, answer: bytes) -> None:
        """Say `answer`, as the faults allow."""
        faults = self._troubles.faults
        if faults.silent or self._troubles.stalled:
            return
        spoken = _NONSENSE if faults.odd_reply else answer
        with self._lock:
            if faults.slow_replies_seconds or self._late:
                self._late.append((time.monotonic() + faults.slow_replies_seconds, spoken))
            else:
                self._send(spoken)

    def say_late(self) -> None:
        """Send what has waited long enough; called often."""
        with self._lock:
            while self._late and self._late[0][0] <= time.monotonic():
                self._send(self._late.popleft()[1])

    def _send(self, spoken: bytes) -> None:
        if self._link is not None:
            with contextlib.suppress(OSError):
                self._link.sendall(spoken)
