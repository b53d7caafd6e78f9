"""A reach without what other parties do not show: a drill opens nothing that a lot's page keeps shut.

Of the own lots and dealings everything is shown. Of a partner's, what it made of the own goods is
known; whom it deals with, and how much it has, is shown unless it hides it (docs/access.md).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from api.recall.reach import Amounts, LotReach, Reach
from ledger.verify.graph import Lot

Hidden = Callable[[str], frozenset[str]]


def as_seen(reach: Reach, party: str, hidden: Hidden) -> tuple[Reach, int]:
    """What the party sees, and how many lots or deliveries are left out or told in part."""
    placed = {one.placed.lot: one.placed for one in reach.lots}
    shut: dict[Lot, bool] = {}

    def closed(lot: Lot) -> bool:
        """Whether somebody between the own goods and this lot hides to whom they went."""
        if lot not in shut:
            one = placed[lot]
            via = placed.get(one.via) if one.via is not None else None
            shut[lot] = (
                one.party != party
                and via is not None
                and (closed(via.lot) or (via.party != party and "buyers" in hidden(via.party)))
            )
        return shut[lot]

    left_out = 0
    lots = []
    # Nearest first, so that whatever leads to a lot is known before it.
    for one in reach.lots:
        if closed(one.placed.lot):
            left_out += 1
            continue
        shown = _lot(one, party, hidden)
        left_out += shown is not one
        lots.append(shown)
    went = []
    for each in reach.went:
        own = party in (each.giver, each.to)
        if shut.get(each.lot):
            continue
        if not own and hidden(each.giver) & {"buyers", "amounts"}:
            left_out += 1
            continue
        went.append(each)
    return Reach(lots, went, reach.more), left_out


def _lot(one: LotReach, party: str, hidden: Hidden) -> LotReach:
    owner = one.placed.party
    groups = frozenset() if owner == party else hidden(owner)
    at = {
        who: amounts
        for who, amounts in one.at.items()
        if who == party or not ("amounts" in hidden(who) or "buyers" in groups)
    }
    ended = {} if groups & {"amounts", "buyers"} else one.ended
    packs = 0 if "amounts" in groups else one.packs
    labels = 0 if "labels" in groups else one.labels
    if (at, ended, packs, labels) == (one.at, one.ended, one.packs, one.labels):
        return one
    return LotReach(one.placed, packs, labels, at, ended)


def given(reach: Reach, lot: Lot, party: str, how: str) -> Amounts:
    """What a party gave away of a lot by shipping or selling it, by unit."""
    found: Amounts = {}
    for one in reach.went:
        if (one.lot, one.giver, one.how) == (lot, party, how):
            unit, value = one.quantity["unit"], one.quantity["value"]
            found[unit] = found.get(unit, Decimal(0)) + Decimal(value)
    return found
