"""`Hub`: everything that stations ask of this ledger, wired once a process."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.access.limits import Limits
from api.disclosure.stations import public_to
from api.hub.asking import Asking, Doorkeeper
from api.hub.enrolment import Enrolments
from api.hub.errors import HubRefused
from api.hub.journal_heads import head_of
from api.hub.needs import Needs
from api.hub.pulling import Pulling
from api.hub.pushing import Pushing
from api.hub.roll import StationRow, roll_of
from api.hub.side_rooms import found_station_rooms
from api.hub.standing import Standings
from api.hub.tickets import Tickets
from ledger.store.seam import LedgerStore
from ledger.verify.keys import KeyBook
from ledger.verify.trust import Trust

if TYPE_CHECKING:
    from api.bootstrap import Services  # which makes this


@dataclass(frozen=True, slots=True)
class Hub:
    """The parts, for the routes and the command line. Close it when done.

    `keys` gives the keys as this machine's read models know them, `now` POSIX seconds.
    """

    origin: str
    store: LedgerStore
    keys: Callable[[], KeyBook]
    tickets: Tickets
    standings: Standings
    enrolments: Enrolments
    doorkeeper: Doorkeeper
    pushing: Pushing
    pulling: Pulling
    needs: Needs
    limits: Limits
    now: Callable[[], int]

    def status(self, asking: Asking) -> dict[str, Any]:
        """How the hub stands towards one station."""
        return {
            "head": head_of(self.store, asking.keyid),
            "key": {"enrolled": asking.record.enrolled, "ended": asking.record.ended},
            "size": self.store.size(),
            "last_contact": asking.before.contact or None,
            "now": self.now(),
        }

    def roll(self, party: str | None = None) -> list[StationRow]:
        """Every station and how it stands."""
        return roll_of(self.keys().records, self.standings, self.store, party)

    def refuse_unless_hub(self) -> None:
        """Raise HubRefused (`not-hub`) on a station's replica: its log is not the ledger's."""
        if self.store.replica is not None:
            raise HubRefused("not-hub")

    def close(self) -> None:
        """Close the file of needs."""
        self.needs.close()


def hub_of(services: Services) -> Hub:
    """The hub's side of an open ledger."""
    side, store = services.side, services.store
    found_station_rooms(side)

    def now() -> int:
        return int(services.now().timestamp())

    origin = services.settings.origin
    reader = services.exporter.projector

    def keys() -> KeyBook:
        return reader.history.keys

    tickets, standings = Tickets(side, secrets.randbits), Standings(side)
    limits = Limits(time.monotonic)
    needs = Needs(services.folder, services.reading)
    return Hub(
        origin,
        store,
        keys,
        tickets,
        standings,
        Enrolments(
            origin,
            tickets,
            services.ledger,
            store,
            services.station,
            lambda: Trust.parse(services.trust()),
            standings.heard_of,
            now,
        ),
        Doorkeeper(
            origin,
            services.ledger,
            keys,
            standings,
            now,
            lambda keyid: limits.take("station", keyid),
        ),
        Pushing(store, standings, lambda: services.writer, now),
        Pulling(
            *(store, services.reading, services.log, needs, standings, now),
            services.cosigned.best,
            services.cosigned.with_lines,
            lambda party: public_to(services, party),
        ),
        needs,
        limits,
        now,
    )
