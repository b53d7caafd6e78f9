"""A small cache of what was made last, for what strangers ask by the thousand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """At most `most` values, the one that was not asked for longest given up first.

    For one thread: pages are answered on the event loop.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value under a key; made now, and kept, when there is none."""
        kept = self._kept
        try:
            kept.move_to_end(key)
        except KeyError:
            made = kept[key] = make()
            if len(kept) > self._most:
                kept.popitem(last=False)
            return made
        return kept[key]
