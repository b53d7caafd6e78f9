"""How often somebody may ask: so many at once, then so many a minute, in bounded memory.

The generic cell rate algorithm: one number for each asker, the moment at which its allowance will
be whole again. Each process counts for itself; what must hold for all of them (sign-ins, PINs) is
counted in the side tables, too.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

MINUTE = 60.0
REMEMBERED = 20_000
"""Askers of one kind that are remembered; the one that was silent longest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a minute, and as many at once; or so many in more minutes."""

    a_minute: int
    minutes: int = 1


RATES: Final = {
    "sign-in": Rate(5),  # of an account
    "sign-in-address": Rate(60),  # a shared address may hold a whole office
    "pin": Rate(20),  # of a whole station
    "join": Rate(5),
    "report": Rate(5),
    "report-day": Rate(40, 24 * 60),  # else one network fills the day's room of all
    "scan": Rate(600),
    "scan-serial": Rate(60),
    "station": Rate(600),  # of a key
    "station-address": Rate(1200),  # stations of a village may share one
    "api": Rate(600),
    "log": Rate(6000),
}


class Limits:
    """What was asked lately. `clock` gives seconds that only grow. For any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._whole: dict[str, OrderedDict[str, float]] = {kind: OrderedDict() for kind in RATES}
        self._steps = {
            kind: (whole / rate.a_minute, whole - whole / rate.a_minute)
            for kind, rate in RATES.items()
            for whole in (MINUTE * rate.minutes,)
        }

    def take(self, kind: str, who: str) -> float | None:
        """Count one; None when it may go on, else the seconds to wait (nothing was counted).

        KeyError for an unknown kind.
        """
        step, slack = self._steps[kind]
        asked = self._whole[kind]
        now = self._clock()
        with self._lock:
            whole = asked.get(who, now)
            whole = max(whole, now)
            wait = whole - now - slack
            if wait > 1e-9:
                return wait
            asked[who] = whole + step
            asked.move_to_end(who)
            if len(asked) > REMEMBERED:
                asked.popitem(last=False)
        return None

    def remembered(self, kind: str) -> int:
        """How many askers of a kind are kept in memory."""
        return len(self._whole[kind])


def asker(address: str) -> str:
    """Whom an address counts for: itself, or the /64 network of an IPv6 address.

    One subscriber has 2^64 addresses of IPv6.
    """
    if ":" not in address:
        return address
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    mapped = found.ipv4_mapped
    return str(mapped) if mapped is not None else found.packed[:8].hex()


def is_own_machine(address: str) -> bool:
    """Whether it is a loopback address: the machine itself is not limited."""
    return address.startswith("127.") or address == "::1"
