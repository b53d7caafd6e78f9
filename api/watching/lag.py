"""How long the oldest unsealed entry has been waiting, as somebody who looks now and then saw it.

The time in a statement says when it was signed, which may be days ago at a station without a
network; so waiting is measured by looking: an entry waits since the first look that saw it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from ledger.store.seam import LedgerStore

_PAGE = 500
_COUNTED = 1000
_LOOKS = 4096


class LagWatch:
    """Remembers at which moment each newest position was first seen."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds that never go back."""
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: deque[tuple[float, int]] = deque()
        self._done = 0

    def look(self, newest: int, done: int) -> float:
        """Note (newest position, position done up to); returns `waiting`."""
        now = self._clock()
        with self._lock:
            self._done = max(self._done, done)
            last = self._seen[-1][1] if self._seen else self._done
            if newest > last and len(self._seen) < _LOOKS:
                self._seen.append((now, newest))
            while self._seen and self._seen[0][1] <= self._done:
                self._seen.popleft()
            return now - self._seen[0][0] if self._seen else 0.0

    def waiting(self) -> float:
        """Seconds since the oldest entry that is still not done was first seen; 0 without one."""
        now = self._clock()
        with self._lock:
            return now - self._seen[0][0] if self._seen else 0.0


def unsealed(store: LedgerStore) -> int:
    """Number of entries without a seal: exact up to 1,000, beyond that by their positions."""
    position, newest = store.sealed_position(), store.newest()
    if newest <= position:
        return 0
    count, at = 0, position
    while count < _COUNTED and (rows := store.after(at, _PAGE)):
        count += len(rows)
        at = rows[-1][0]
    return count + max(newest - at, 0) if count >= _COUNTED else count
