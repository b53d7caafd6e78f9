"""A reach in the words of a drill: each lot with its packs and serials, and who got what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.drill.partly import given
from api.pages.addresses import dossier_at
from api.pages.dates import day
from api.pages.messages_catalogue import Tongue
from api.pages.words import PARTNERS, STAGES, STATUSES, quantity, worded
from api.recall.reach import DESTROYED, Amounts, LotReach, Reach, Went
from ledger.domain.serials import SerialNumber
from ledger.verify.amounts import plain
from ledger.verify.graph import Lot
from ledger.verify.registry import Registry

MOST: Final = 500
"""Lots and deliveries of one page."""
Ranges = Callable[[str, str], list[tuple[str, int, int]]]
Opened = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class LotTold:
    """One lot: what was made, labelled, shipped, sold, destroyed, what is still here and elsewhere."""

    link: str
    code: str
    name: str
    party: str
    item: str
    stopped: str
    recalled: bool
    packs: int
    labels: int
    shipped: str
    sold: str
    destroyed: str
    here: str
    elsewhere: str
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliveryTold:
    """One delivery of the own goods or of what was made of them."""

    code: str
    giver: str
    to: str
    how: str
    day: str
    quantity: str


@dataclass(frozen=True, slots=True)
class DrillTold:
    """All of it; `here` is what the party itself still has, `whole` counts of everything."""

    lots: tuple[LotTold, ...]
    deliveries: tuple[DeliveryTold, ...]
    count: int
    packs: int
    labels: int
    shipped: str
    here: str
    more: bool


class DrillTeller:
    """Tells reaches in one language, for one party."""

    def __init__(
        self, registry: Registry, party: str, ranges: Ranges, opened: Opened, say: Tongue
    ) -> None:
        """`opened` gives the private name of a digest, None where it may not be read."""
        self._registry = registry
        self._party = party
        self._ranges = ranges
        self._opened = opened
        self._say = say

    def tell(self, reach: Reach) -> DrillTold:
        """The reach in words."""
        shipped: Amounts = {}
        for one in reach.lots:
            for how in ("shipped", "sold"):
                for unit, value in given(reach, one.placed.lot, self._party, how).items():
                    shipped[unit] = shipped.get(unit, value - value) + value
        return DrillTold(
            tuple(self._lot(reach, one) for one in reach.lots[:MOST]),
            tuple(self._delivery(one) for one in reach.went[:MOST]),
            len(reach.lots),
            sum(one.packs for one in reach.lots),
            sum(one.labels for one in reach.lots),
            self._amounts(shipped),
            self._amounts(reach.holdings().get(self._party, {})),
            reach.more or max(len(reach.lots), len(reach.went)) > MOST,
        )

    def _lot(self, reach: Reach, one: LotReach) -> LotTold:
        lot, stopped = one.placed.lot, one.placed.stopped
        others = [
            f"{self.named(who)}: {self._amounts(has)}"
            for who, has in one.at.items()
            if who != self._party
        ]
        return LotTold(
            dossier_at(lot, self._say.lang),
            lot[1],
            one.placed.name,
            self.named(one.placed.party),
            lot[0],
            worded(STATUSES, stopped, self._say) if stopped else "",
            stopped == "recalled",
            one.packs,
            one.labels,
            self._amounts(given(reach, lot, self._party, "shipped")),
            self._amounts(given(reach, lot, self._party, "sold")),
            self._amounts(one.ended.get(DESTROYED, {})),
            self._amounts(one.at.get(self._party, {})),
            "; ".join(others) or "–",
            self.serials(lot) if one.labels else (),
        )

    def serials(self, lot: Lot) -> tuple[str, ...]:
        """The labels of a lot as people read them off: station and number, from – to."""
        return tuple(_span(tag, first, last) for tag, first, last in self._ranges(*lot))

    def named(self, party: str) -> str:
        """A party's registered name."""
        return str(self._registry.parties.get(party, {}).get("name", party))

    def _delivery(self, one: Went) -> DeliveryTold:
        say = self._say
        return DeliveryTold(
            one.lot[1],
            self.named(one.giver),
            self._receiver(one),
            worded(STAGES, one.how, say),
            day(one.day),
            quantity(one.quantity, say),
        )

    def _receiver(self, one: Went) -> str:
        if one.to:
            return self.named(one.to)
        # Other parties' words of their buyers are theirs, even where their texts are on this machine.
        own = one.giver == self._party
        private = self._opened(one.name) if own and one.name else None
        if private:
            return private
        if not one.kind:
            return self._say("người mua không ghi tên")
        kind = worded(PARTNERS, one.kind, self._say)
        return f"{kind} {one.number}" if one.number else kind

    def _amounts(self, amounts: Amounts) -> str:
        told = [
            quantity({"value": plain(value), "unit": unit}, self._say)
            for unit, value in amounts.items()
            if value
        ]
        return ", ".join(told) or "–"


def _span(tag: str, first: int, last: int) -> str:
    start, end = (SerialNumber(tag, one).counter_text for one in (first, last))
    return f"{tag} {start}" if first == last else f"{tag} {start} – {end}"
