"""The reach of a recall in words, for the page that previews an order and the one that prints it."""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.addresses import dossier_at
from api.pages.dates import day
from api.pages.messages_catalogue import Tongue
from api.pages.words import PARTNERS, STAGES, STATUSES, quantity, worded
from api.recall.reach import DESTROYED, MOST_LISTED, SOLD, Amounts, LotReach, Reach, Went
from ledger.verify.amounts import plain
from ledger.verify.registry import Registry


@dataclass(frozen=True, slots=True)
class ReachedLine:
    """One lot that is reached; `where` is who has how much of it."""

    link: str
    name: str
    code: str
    party: str
    stopped: str
    standing: str
    packs: int
    labels: int
    where: str


@dataclass(frozen=True, slots=True)
class WentLine:
    """Goods that were given on."""

    code: str
    giver: str
    how: str
    to: str
    day: str
    quantity: str


@dataclass(frozen=True, slots=True)
class ReachTold:
    """The whole reach. `where` is (who, how much) over all lots, sold and destroyed last."""

    count: int
    parties: tuple[str, ...]
    packs: int
    labels: int
    where: tuple[tuple[str, str], ...]
    lots: tuple[ReachedLine, ...]
    went: tuple[WentLine, ...]
    more: bool


class ReachTeller:
    """Tells reaches in one language."""

    def __init__(self, registry: Registry, say: Tongue) -> None:
        self._registry = registry
        self._say = say

    def tell(self, reach: Reach) -> ReachTold:
        """The reach in words."""
        where = [(self._named(who), self._amounts(a)) for who, a in reach.holdings().items()]
        return ReachTold(
            len(reach.lots),
            tuple(self._named(one) for one in reach.parties()),
            sum(one.packs for one in reach.lots),
            sum(one.labels for one in reach.lots),
            (*where, *self._ended({how: reach.gone(how) for how in (SOLD, DESTROYED)})),
            tuple(self._lot(one) for one in reach.lots[:MOST_LISTED]),
            tuple(self._went(one) for one in reach.went[:MOST_LISTED]),
            reach.more,
        )

    def _named(self, party: str) -> str:
        return str(self._registry.parties.get(party, {}).get("name", party))

    def _ended(self, ended: dict[str, Amounts]) -> list[tuple[str, str]]:
        say = self._say
        words = {SOLD: say("đã bán, không rõ người mua"), DESTROYED: say("đã tiêu hủy")}
        return [(words[how], self._amounts(amounts)) for how, amounts in ended.items() if amounts]

    def _lot(self, one: LotReach) -> ReachedLine:
        placed = one.placed
        where = [(self._named(party), self._amounts(has)) for party, has in one.at.items()]
        return ReachedLine(
            dossier_at(placed.lot, self._say.lang),
            placed.name,
            placed.lot[1],
            self._named(placed.party),
            placed.stopped,
            worded(STATUSES, placed.stopped, self._say) if placed.stopped else "",
            one.packs,
            one.labels,
            "; ".join(f"{who}: {much}" for who, much in [*where, *self._ended(one.ended)]) or "–",
        )

    def _went(self, one: Went) -> WentLine:
        say = self._say
        return WentLine(
            one.lot[1],
            self._named(one.giver),
            worded(STAGES, one.how, say),
            self._named(one.to) if one.to else worded(PARTNERS, one.kind, say) if one.kind else "–",
            day(one.day),
            quantity(one.quantity, say),
        )

    def _amounts(self, amounts: Amounts) -> str:
        told = [
            quantity({"value": plain(value), "unit": unit}, self._say)
            for unit, value in amounts.items()
        ]
        return ", ".join(told)
