"""A small side table known in memory: what hot pages ask for at every request."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Generic, TypeVar

from api.access.errors import SideAway
from api.access.side_tables import SideTables

_FRESH: Final = 5.0  # seconds
_log = logging.getLogger("ocop.access")

Known = TypeVar("Known")


class SideMemory(Generic[Known]):
    """The answer to one query, as of five seconds ago at most (at once in the process that loads it).

    Reading never waits for a network: while the tables are away the answer stays as it was.
    """

    def __init__(
        self,
        side: SideTables,
        query: str,
        shaped: Callable[[Iterable[Sequence[Any]]], Known],
        first: Known,
        what: str,
    ) -> None:
        """`shaped` makes the answer of rows; `first` it is until they were read; `what` for the log."""
        self._side = side
        self._query = query
        self._shaped = shaped
        self._known = first
        self._what = what
        self._lock = threading.Lock()
        self._until = 0.0
        self._looking = False
        self.version = 0
        """Changes whenever the answer does."""

    def known(self) -> Known:
        """The answer; when it is time to, somebody looks again."""
        if time.monotonic() >= self._until and not self._looking:
            self._look_again()
        return self._known

    def load(self) -> None:
        """Read the table now. Raises SideAway, except for a hub whose tables were never made."""
        try:
            rows = self._side.read(self._query)
        except SideAway as away:
            if away.code != "side-unfounded":
                raise
            rows = []
        found = self._shaped(rows)
        with self._lock:
            if found != self._known:
                self.version += 1
            self._known = found
            self._until = time.monotonic() + _FRESH

    def _look_again(self) -> None:
        with self._lock:
            if self._looking:
                return
            self._looking = True
        if self._side.quick:
            self._look()
        else:
            threading.Thread(target=self._look, name=self._what, daemon=True).start()

    def _look(self) -> None:
        try:
            self.load()
        except SideAway as away:
            _log.warning("%s: as before, the side tables are away: %s", self._what, away.code)
            self._until = time.monotonic() + _FRESH
        finally:
            self._looking = False
