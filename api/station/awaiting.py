"""Joining that goes on by itself once the party's admin, whose key is elsewhere, has signed."""

from __future__ import annotations

from collections.abc import Callable

from api.station.errors import StationError
from api.station.hub_client import HubAway
from api.station.joined import Joined

EVERY = 60.0
"""Seconds between two questions; a hub takes five tries a minute from one address."""


def joined_when_let_in(
    join_once: Callable[[], Joined],
    waits: Callable[[StationError], None],
    pause: Callable[[float], None],
    seconds: float,
) -> Joined:
    """Join, and ask again for about so many seconds while the enrolment waits to be signed.

    `waits` is told once why; `pause` sleeps. A hub that is away meanwhile is asked again, too.

    Raises:
        StationError: as `join`; `ticket-waiting` when it still waits at the end.
    """
    told: StationError | None = None
    while True:
        try:
            return join_once()
        except StationError as wrong:
            if wrong.code == "ticket-waiting":
                if told is None:
                    waits(wrong)
                told = wrong
            elif told is None or not isinstance(wrong, HubAway):
                raise
            if seconds <= 0:
                raise told from None
        span = min(EVERY, seconds)
        pause(span)
        seconds -= span
