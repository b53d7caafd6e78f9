"""A bounded memory of parsed statements by log index, safe to use from several threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from ledger.verify.history import Located

_MOST = 4000


class StatementMemory:
    """The statements asked for last. A log index means one entry for ever, so none gets stale."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[int, Located] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, indexes: Iterable[int]) -> dict[int, Located]:
        """Those of these that are known."""
        found = {}
        with self._lock:
            for index in indexes:
                one = self._kept.get(index)
                if one is not None:
                    self._kept.move_to_end(index)
                    found[index] = one
        return found

    def keep(self, located: Iterable[Located]) -> None:
        """Remember these, and forget the longest unasked beyond the bound."""
        with self._lock:
            for one in located:
                self._kept[one.index] = one
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget all, such as after a rebuild whose keys are new objects."""
        with self._lock:
            self._kept.clear()
