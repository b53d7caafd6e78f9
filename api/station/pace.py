"""How long a station waits before it asks its hub again: longer after each failure, never in step.

Hundreds of stations meet a hub that was away. Each waits a random part of a bound that doubles, so
that they do not all come back in the same second. Chance is passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

IDLE = 60.0
"""Seconds between two rounds when all is well and nothing waits."""
FIRST = 2.0
LONGEST = 600.0
"""Bounds of the wait after the first failure and after many, in seconds."""
FROZEN = 600.0


@dataclass(slots=True)
class Pace:
    """The waits of one station. `chance` gives numbers from 0 up to 1."""

    chance: Callable[[], float]
    idle: float = IDLE
    first: float = FIRST
    longest: float = LONGEST
    failures: int = 0

    def well(self) -> float:
        """Seconds to wait after a round that went well."""
        self.failures = 0
        return self.idle * (0.75 + self.chance() / 2)

    def failed(self, asked: float | None = None) -> float:
        """Seconds to wait after one that failed; never less than the hub `asked` for."""
        bound = min(self.first * 2.0 ** min(self.failures, 30), self.longest)
        self.failures += 1
        wait = bound * (0.5 + self.chance() / 2)
        # What was asked for is no less bounded: a hub cannot silence a station for a day.
        return wait if asked is None else max(wait, min(asked, self.longest))

    def frozen(self) -> float:
        """Seconds to wait while the station is frozen and only listens."""
        self.failures = 0
        return FROZEN * (0.75 + self.chance() / 2)
