"""How stations stand, in numbers: at a hub all of them, at a station itself. No key, no party.

What waits at a station its hub cannot know: the station's own metrics say so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from api.access.errors import SideAway
from api.routes.services import Services
from api.station.standing import standing

Values = Mapping[str, float]
T = TypeVar("T")
SILENT: Final = 24 * 3600
"""Seconds after which a station counts as silent: a shed works every day."""


def station_gauges(
    services: Services, now: Callable[[], float] = time.time
) -> dict[str, Callable[[], Values]]:
    """Gauges for one scrape, by name; they say nothing where there are no stations."""
    link = services.link
    if link is None:
        return {
            "stations": lambda: _stations(services, now()),
            "station_oldest_contact_seconds": lambda: _oldest(services, now()),
            "station_forks": lambda: _forks(services),
        }
    return {
        "unsent_statements": lambda: {"": standing(link, services.ledger).unsent},
        "station_frozen": lambda: {"": float(link.state.frozen() is not None)},
        "hub_contact_seconds": lambda: _since(link.state.contact(), now()),
    }


def _contacts(services: Services) -> dict[str, tuple[int, bool]]:
    """Key id -> (last contact, whether frozen) of stations that were heard of and may go on."""
    records = services.hub.keys().records.values()
    ended = {one.keyid_hex for one in records if one.ended is not None}
    return {
        keyid: (one.contact, one.frozen != "")
        for keyid, one in services.hub.standings.all().items()
        if keyid not in ended
    }


def _stations(services: Services, now: float) -> Values:
    contacts = _read(lambda: _contacts(services))
    if not contacts:
        return {}
    frozen = sum(stopped for _, stopped in contacts.values())
    silent = sum(now - at > SILENT for at, stopped in contacts.values() if not stopped)
    return {"frozen": frozen, "silent": silent, "in_touch": len(contacts) - frozen - silent}


def _oldest(services: Services, now: float) -> Values:
    contacts = _read(lambda: _contacts(services))
    return _since(min((at for at, _ in contacts.values()), default=None), now)


def _forks(services: Services) -> Values:
    """Stations whose key was seen in two places."""
    forks = _read(services.hub.standings.fork_counts)
    return {"": len(forks)} if _read(lambda: _contacts(services)) or forks else {}


def _since(at: int | None, now: float) -> Values:
    return {} if at is None else {"": max(now - at, 0.0)}


def _read(ask: Callable[[], dict[str, T]]) -> dict[str, T]:
    """Nothing for a hub whose tables were never made."""
    try:
        return ask()
    except SideAway as away:
        if away.code != "side-unfounded":
            raise
        return {}
