"""The moving part: it takes time, stands still while something is wrong, and counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from printers.virtual.stock import DOTS_PER_MM

# Ahead of the clock by less than this, going on is nearer to the truth than a sleep.
_SHORTEST_SLEEP = 0.004
_LOOK_SECONDS = 0.02
# So much lateness is made up for; more means that the whole machine stood still.
_MOST_LATE = 0.25


class PowerLost(Exception):
    """The printer has no power any more: what it was doing ends where it is."""


class Mechanism:
    """`move` is called by the one thread that prints; the rest may be read from any.

    Time runs on a schedule: a sleep that lasts too long is made up for, so that a printer whose
    buffer is never empty runs at its nominal speed.
    """

    def __init__(self, speed_mm_s: float | None, halted: Callable[[], bool]) -> None:
        self._row_seconds = 1 / DOTS_PER_MM / speed_mm_s if speed_mm_s else 0.0
        self._halted = halted
        self._due = 0.0
        self.off = threading.Event()
        self.hurry = threading.Event()
        self.rows = 0
        self.busy_seconds = 0.0

    def begin(self, since: float) -> None:
        """New work arrived at `since` (time.monotonic) after there was none."""
        self._due = max(self._due, since)

    def move(self, rows: int) -> None:
        """Move the paper by `rows`. Raises PowerLost."""
        if not rows:
            return
        self._stand_still()
        self.rows += rows
        if not self._row_seconds:
            return
        for at in range(0, rows, DOTS_PER_MM):
            self._stand_still()
            spent = min(DOTS_PER_MM, rows - at) * self._row_seconds
            self.busy_seconds += spent
            self._due += spent
            now = time.monotonic()
            self._due = max(self._due, now - _MOST_LATE)
            ahead = self._due - now
            if ahead > _SHORTEST_SLEEP and not self.hurry.is_set():
                self.off.wait(ahead)

    def _stand_still(self) -> None:
        if self.off.is_set():
            raise PowerLost
        if self._halted():
            while self._halted():
                if self.off.wait(_LOOK_SECONDS):
                    raise PowerLost
            self._due = time.monotonic()
