"""Whose drill it is, which lot, since when: read from an address, which keeps all of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from api.access.viewer import Viewer, viewer_of
from api.disclosure.partners import holders_of
from api.registers.whose import chosen_party, parties_for
from api.routes.labels_reading import padded
from api.routes.services import Facts, Services
from ledger.verify.graph import Lot

ROOT: Final = "/quan-ly/dien-tap"
LOT: Final = f"{ROOT}/lo"
NOTICE: Final = f"{ROOT}/thong-bao"
ORDER: Final = f"{ROOT}/lenh"
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Scene:
    """A lot that the party made or got. `private` when names of partners may be opened."""

    party: str
    party_name: str
    lot: Lot
    facts: Facts
    private: bool

    @property
    def owned(self) -> bool:
        """Whether the party may recall it."""
        return bool(self.facts["party"] == self.party)

    @property
    def asked(self) -> dict[str, str]:
        """The query of every address about it."""
        return {"co-so": self.party, "item": self.lot[0], "lot": self.lot[1]}


def party_of(services: Services, request: Request) -> tuple[str | None, list[tuple[str, str]]]:
    """The party asked for or the first, None for neither; and all that whoever asks may choose."""
    parties = parties_for(services, viewer_of(request.scope))
    return chosen_party(parties, request.query_params.get("co-so", "")), parties


def scene_of(services: Services, request: Request) -> Scene | None:
    """The lot of the address; None when it is unknown, or neither made nor got by the party."""
    party, parties = party_of(services, request)
    asked = request.query_params
    lot = padded(asked.get("item", "")[:_LONGEST]), asked.get("lot", "")[:_LONGEST]
    known = None if party is None else services.views.lot(*lot)
    if party is None or known is None or not theirs(services, known.facts, party):
        return None
    private = opens_names(viewer_of(request.scope), party)
    return Scene(party, dict(parties)[party], lot, known.facts, private)


def theirs(services: Services, facts: Facts, party: str) -> bool:
    """Whether the party owns a lot, or got it by the word of somebody who had it."""
    return party in holders_of(facts, services.views)


def opens_names(viewer: Viewer, party: str) -> bool:
    """Whether somebody may read a party's private names: its own people, or its own machine."""
    return viewer.party == party or "machine" in viewer.roles


@dataclass(frozen=True, slots=True)
class Clock:
    """A drill's time: whole seconds; `ended` is None while it runs."""

    begun: dt.datetime
    ended: dt.datetime | None
    seconds: int

    @property
    def minutes(self) -> str:
        """As `12:05`."""
        return f"{self.seconds // 60}:{self.seconds % 60:02}"


def stamp(at: dt.datetime) -> str:
    """A moment as it stands in an address."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_of(asked: Mapping[str, str], now: dt.datetime) -> Clock | None:
    """The time of `?tu=&xong=`; None when no drill was begun, or in the future."""
    begun, ended = _moment(asked.get("tu", "")), _moment(asked.get("xong", ""))
    if begun is None or begun > now:
        return None
    if ended is not None and not begun <= ended <= now:
        ended = None
    return Clock(begun, ended, int(((ended or now) - begun).total_seconds()))


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text[:30], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        return None
