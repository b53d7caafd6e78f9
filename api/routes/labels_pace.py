"""How fast labels come out, from what was seen of a print so far."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_LOOKS_BACK_SECONDS = 30.0
_LEAST_SECONDS = 1.0
_JOBS_KEPT = 20


class Pace:
    """Remembers when how many labels of each job had come out; labels a second from that.

    A rate is known once two looks lie a second apart and a label came out between them. A job that
    stands still for half a minute has none.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, deque[tuple[float, int]]] = {}

    def rate(self, job: str, out: int) -> float | None:
        """Labels a second of a job of which `out` labels are out now; None while unknown."""
        now = self._clock()
        looks = self._seen.setdefault(job, deque())
        while len(self._seen) > _JOBS_KEPT:
            del self._seen[next(iter(self._seen))]
        looks.append((now, out))
        while now - looks[0][0] > _LOOKS_BACK_SECONDS and len(looks) > 2:
            looks.popleft()
        seconds, labels = now - looks[0][0], out - looks[0][1]
        return labels / seconds if seconds >= _LEAST_SECONDS and labels > 0 else None
