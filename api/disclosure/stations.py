"""What a station may have of a hub, by a request that its party signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from api.access.side_tables import SideTables
from api.access.viewer import Viewer
from api.disclosure.bundles import tells_no_more, whole_for
from api.disclosure.choices import Disclosures
from api.disclosure.partners import Lots, owner_of
from ledger.verify.graph import lots_named
from ledger.verify.statement import Statement


class Services(Protocol):
    """What these questions need of the program behind them."""

    @property
    def side(self) -> SideTables: ...
    @property
    def views(self) -> Lots: ...


def may_see(services: Services, party: str, item: str, lot: str) -> bool:
    """Whether a station of `party` may ask for the bundle of a lot.

    True for an unknown lot: that there is none is no secret. Waits for the side tables; raises
    SideAway.
    """
    found = services.views.lot(item, lot)
    return found is None or whole_for(
        _station_of(party), found.facts, _hidden(services), services.views
    )


def may_have(services: Services, party: str, item: str, lot: str, raw: bytes) -> bool:
    """Whether a station that may ask for it may have these bytes of the bundle. Raises SideAway."""
    found = services.views.lot(item, lot)
    return found is None or tells_no_more(
        _station_of(party), found.facts, _hidden(services), services.views, raw
    )


def public_to(services: Services, party: str) -> Callable[[Statement], bool]:
    """The question whether a station of `party` may have a statement because everybody may.

    So it is when neither who says it nor the owner of a lot that it names hides anything; the
    party's own part is never hidden from it. Waits for the side tables; raises SideAway.
    """
    hidden = _hidden(services) or {}

    def public(statement: Statement) -> bool:
        lots = lots_named(statement.type, statement.body)
        owners = {owner_of(services.views, item) for item, _ in lots}
        return not any(hidden.get(one) for one in {statement.party, *owners} - {party})

    return public


def _station_of(party: str) -> Viewer:
    return Viewer(frozenset({"station"}), party)


def _hidden(services: Services) -> Mapping[str, frozenset[str]] | None:
    """Who hides what, as the tables say now."""
    disclosures = Disclosures(services.side)
    disclosures.load()
    return disclosures.hidden()
