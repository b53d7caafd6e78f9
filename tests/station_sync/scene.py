"""A hub with two cooperatives on a real socket, and stations that join it with real tickets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.bootstrap import Services, create, enrol_party, open_folder
from api.commands.serve import listen, serving
from api.settings import Settings
from api.station.joined import Joined
from api.station.joining import join
from api.station.loop import synchroniser_of
from api.station.standing import Standing, standing
from api.station.syncing import Round
from api.station_wire.ticket import Ticket, fingerprint_of
from ledger.domain.drafts import Draft
from ledger.station import Answer

ORIGIN = "hub.example/log"
SON, BIEN = "HTX-SON", "HTX-BIEN"
BASE = "https://truyxuat.example.vn"
START = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)


class Clock:
    """A clock that tests set."""

    def __init__(self, at: dt.datetime | None = None) -> None:
        self.at = dt.datetime.now(dt.UTC) if at is None else at

    def __call__(self) -> dt.datetime:
        return self.at

    def pass_(self, **span: float) -> None:
        """Some time goes by."""
        self.at += dt.timedelta(**span)


def make_hub(folder: Path) -> None:
    """A hub's ledger with two cooperatives, their admin keys, sites and items."""
    services = create(folder, Settings(ORIGIN, BASE))
    try:
        for party in (SON, BIEN):
            name = {"code": party, "kind": "cooperative", "name": f"Hợp tác xã {party}"}
            say(services, "party-registered", "LEDGER", name)
            enrol_party(services, party)
            say(services, "site-registered", party, _site("VT-1", "growing-area"))
            say(services, "site-registered", party, _site("XUONG", "processing"))
            say(services, "item-registered", party, {"code": "che", "name": "Chè tươi"})
    finally:
        services.close()


def _site(code: str, kind: str) -> dict[str, str]:
    return {"code": code, "kind": kind, "name": f"Địa điểm {code}"}


def say(
    services: Services, kind: str, party: str, body: dict[str, Any], time: str | None = None
) -> Answer:
    """Record one draft at a machine."""
    return services.station.record(Draft(kind, party, time or services.station.now_text(), body))


def harvest(services: Services, party: str, code: str, kilograms: str = "100") -> Answer:
    """Record a harvest of tea."""
    lot = {"item": f"{party}/che", "code": code}
    quantity = {"value": kilograms, "unit": "kg"}
    return say(services, "harvested", party, {"lot": lot, "quantity": quantity, "site": "VT-1"})


def ship(services: Services, party: str, code: str, to: str) -> Answer:
    """Record that a lot of the party's tea leaves for another party."""
    body = {
        "lot": {"item": f"{party}/che", "code": code},
        "quantity": {"value": "50", "unit": "kg"},
        "site": "XUONG",
        "to": {"kind": "cooperative", "party": to},
    }
    return say(services, "shipped", party, body)


def receive(services: Services, party: str, code: str, sender: str) -> Answer:
    """Record that a lot of another party's tea has come."""
    body = {
        "lot": {"item": f"{sender}/che", "code": code},
        "quantity": {"value": "50", "unit": "kg"},
        "site": "XUONG",
        "from": {"kind": "cooperative", "party": sender},
    }
    return say(services, "received", party, body)


@dataclass(slots=True)
class Hub:
    """A hub that answers on a port of 127.0.0.1."""

    services: Services
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ticket(self, party: str) -> Ticket:
        """A new ticket, as `ocop station invite` prints it."""
        now = int(self.services.now().timestamp())
        code, _ = self.services.hub.tickets.invite(party, 1, now)
        return Ticket(self.address, code, fingerprint_of(self.services.trust_file()))


@contextmanager
def running_hub(
    folder: Path, now: Callable[[], dt.datetime] | None = None, port: int = 0
) -> Iterator[Hub]:
    """Serve a hub's folder from threads of this process, sequencer and projection included."""
    services = open_folder(folder) if now is None else open_folder(folder, now)
    try:
        with listen("127.0.0.1", port) as listener, serving(services, listener):
            yield Hub(services, listener.getsockname()[1])
    finally:
        services.close()


def joined(folder: Path, hub: Hub, party: str) -> Joined:
    """A new station of a running hub, that has not pulled anything yet."""
    return join(folder, hub.ticket(party))


@contextmanager
def station(folder: Path, now: Callable[[], dt.datetime] | None = None) -> Iterator[Services]:
    """An open station."""
    services = open_folder(folder) if now is None else open_folder(folder, now)
    try:
        yield services
    finally:
        services.close()


def sync(services: Services) -> Round:
    """One round with the hub, then sealed and projected here."""
    synchroniser = synchroniser_of(services)
    try:
        return synchroniser.once()
    finally:
        synchroniser.close()
        services.station.catch_up()


def stands(services: Services) -> Standing:
    """How a station stands."""
    assert services.link is not None
    return standing(services.link, services.ledger)
