"""How far the standbys that pages are read from lag behind the primary, asked of the servers."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from api.watching.bounded import Bounded

if TYPE_CHECKING:
    from api.watching.server_state import ReplayState

_LIMIT = 1.5
_KEPT = 1.0
_PRIMARY = ""


@dataclass(frozen=True, slots=True)
class Lag:
    """Of one standby. `seconds` by its own word, `bytes` of the primary's WAL; None: unknown."""

    up: bool
    seconds: float | None = None
    bytes: float | None = None


class Standbys:
    """Asks each standby that the settings name; none is asked more than once a second."""

    def __init__(self, database: str, read_from: Sequence[str], passwords: Path) -> None:
        """Addresses as in the settings; `passwords` is a libpq password file."""
        from api.watching.server_state import ReplayState, ServerProbe  # brings a large library

        self._probes = {_PRIMARY: ServerProbe(database, passwords)}
        for dsn in read_from:
            probe = ServerProbe(dsn, passwords)
            self._probes[probe.where] = probe
        self._asking = Bounded[ReplayState](_LIMIT)
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, Lag]] | None = None

    def lags(self) -> Mapping[str, Lag]:
        """By host, port and database of the standby, as the settings name it. Never raises."""
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > _KEPT:
                # The primary first: what it writes meanwhile is no lag.
                answers = self._asking.ask({_PRIMARY: self._probes[_PRIMARY].replay})
                primary = answers[_PRIMARY]
                answers = self._asking.ask(
                    {name: one.replay for name, one in self._probes.items() if name != _PRIMARY}
                )
                found = {name: _lag(answer, primary) for name, answer in answers.items()}
                self._known = time.monotonic(), found
            return self._known[1]

    def gauge(self, name: str) -> dict[str, float]:
        """`up`, `seconds` or `bytes` of each standby of which it is known."""
        values = {where: getattr(lag, name) for where, lag in self.lags().items()}
        return {where: float(value) for where, value in values.items() if value is not None}

    def close(self) -> None:
        """Hang up."""
        for probe in self._probes.values():
            probe.close()


def _lag(answer: ReplayState | Exception, primary: ReplayState | Exception) -> Lag:
    if isinstance(answer, Exception):
        return Lag(up=False)
    behind = None
    if not isinstance(primary, Exception) and not primary.in_recovery:
        behind = float(max(primary.position - answer.position, 0))
    # One that was promoted, or stands in for a standby, is a primary itself: it lags by nothing.
    return Lag(True, answer.age or 0.0, behind)
