"""How far a recall goes: every lot it reaches, how many packs, and where they are as far as known.

"As far as known" is the ledger's word: what was made, what was given to whom, what each used up,
sold to buyers without a name or destroyed. Goods that went on from somebody who records nothing
are still counted with that party.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from api.inspector.lineage import Placed, lineage_of
from api.routes.services import Views
from ledger.verify.graph import Lot
from ledger.verify.lots import LotGraph, LotLine, Step, made_amounts

MOST_LISTED: Final = 1_000
SOLD: Final = "sold"
DESTROYED: Final = "destroyed"
_TYPES: Final = (
    *("harvested", "processed", "packed", "shipped", "sold", "destroyed", "received"),
    *("labels-issued", "labels-voided"),
)
_NOTHING: Final = Decimal(0)
Amounts = dict[str, Decimal]
"""Quantities by unit."""


@dataclass(frozen=True, slots=True)
class Went:
    """Goods that somebody gave to somebody: the party's code, or the kind of partner.

    `number` and `name` (the digest of a private text) are the giver's word for a partner without one.
    """

    lot: Lot
    giver: str
    how: str
    to: str
    kind: str
    day: str
    quantity: dict[str, str]
    number: str = ""
    name: str = ""


@dataclass(slots=True)
class LotReach:
    """One lot that is reached: packs made, labels in force, and who has how much of it.

    `at` maps a party's code to what it has; `ended` maps SOLD and DESTROYED to what nobody has.
    """

    placed: Placed
    packs: int = 0
    labels: int = 0
    at: dict[str, Amounts] = field(default_factory=dict)
    ended: dict[str, Amounts] = field(default_factory=dict)


@dataclass(slots=True)
class Reach:
    """All of it. `more` when the chain is longer than is followed."""

    lots: list[LotReach]
    went: list[Went]
    more: bool

    def parties(self) -> list[str]:
        """Who made, got or has any of it, each once."""
        made = [one.placed.party for one in self.lots]
        return list(dict.fromkeys([*made, *(one.to for one in self.went if one.to)]))

    def holdings(self) -> dict[str, Amounts]:
        """What each party has of all lots together."""
        found: dict[str, Amounts] = {}
        for one in self.lots:
            for party, amounts in one.at.items():
                _into(found.setdefault(party, {}), amounts)
        return found

    def gone(self, how: str) -> Amounts:
        """What nobody has any more: SOLD to buyers without a name, or DESTROYED."""
        found: Amounts = {}
        for one in self.lots:
            _into(found, one.ended.get(how, {}))
        return found


def reach_of(views: Views, lots: Iterable[Lot], *, descendants: bool) -> Reach:
    """What a recall of these lots reaches, nearest first; each lot once."""
    reached: dict[Lot, Placed] = {}
    more = False
    for lot in lots:
        line = lineage_of(lot, views.lookup, views.registry, ahead=True)
        more |= line.more and descendants
        for one in [line.lots[lot], *(line.reached() if descendants else ())]:
            if one.lot not in reached or one.level < reached[one.lot].level:
                reached[one.lot] = one
    graph = LotGraph(views.stories.located_all(views.lookup.about(list(reached), _TYPES)))
    counted = [_Count(one, graph.line(one.lot)) for one in reached.values()]
    return Reach([one.told() for one in counted], [w for one in counted for w in one.went], more)


class _Count:
    """Adds up one lot, party by party."""

    def __init__(self, placed: Placed, line: LotLine) -> None:
        self._reach = LotReach(placed)
        self.went: list[Went] = []
        self._had: dict[str, Amounts] = {}
        self._given: dict[str, Amounts] = {}
        self._got: dict[str, Amounts] = {}
        self._received: dict[str, Amounts] = {}
        for step in line.made_by:
            self._made(step)
        for step, quantity in line.taken_by:
            _add(self._given.setdefault(step.party, {}), quantity)
        for step in line.about:
            self._moved(step)

    def _made(self, step: Step) -> None:
        had = self._had.setdefault(step.party, {})
        if step.type == "packed":
            packs = int(step.body["packs"])
            self._reach.packs += packs
            _into(had, {"pack": Decimal(packs)})
        for quantity in made_amounts(step, self._reach.placed.lot):
            _add(had, quantity)

    def _moved(self, step: Step) -> None:
        body, party = step.body, step.party
        match step.type:
            case "shipped" | "sold":
                _add(self._given.setdefault(party, {}), body["quantity"])
                to: dict[str, Any] = body.get("to", {})
                whom, kind = str(to.get("party", "")), str(to.get("kind", ""))
                if whom:
                    _add(self._got.setdefault(whom, {}), body["quantity"])
                else:
                    _add(self._reach.ended.setdefault(SOLD, {}), body["quantity"])
                lot = self._reach.placed.lot
                known = str(to.get("number", "")), str(to.get("digest", ""))
                self.went.append(
                    Went(lot, party, step.type, whom, kind, step.day, body["quantity"], *known)
                )
            case "received":
                _add(self._received.setdefault(party, {}), body["quantity"])
            case "destroyed":
                _add(self._given.setdefault(party, {}), body["quantity"])
                _add(self._reach.ended.setdefault(DESTROYED, {}), body["quantity"])
            case "labels-issued":
                self._reach.labels += int(body["count"])
            case "labels-voided":
                ranges = body["voided"]["ranges"]
                self._reach.labels -= sum(part["last"] - part["first"] + 1 for part in ranges)

    def told(self) -> LotReach:
        """The lot with what each party has of it now."""
        for party in dict.fromkeys([*self._had, *self._got, *self._received]):
            had = self._had.get(party)
            if had is None:
                # Either side's word is enough that goods came; both speak of the same goods.
                had = dict(self._got.get(party, {}))
                for unit, value in self._received.get(party, {}).items():
                    had[unit] = max(had.get(unit, _NOTHING), value)
            given = self._given.get(party, {})
            left = {unit: value - given.get(unit, _NOTHING) for unit, value in had.items()}
            kept = {unit: value for unit, value in left.items() if value > 0}
            if kept:
                self._reach.at[party] = kept
        return self._reach


def _add(amounts: Amounts, quantity: dict[str, str]) -> None:
    _into(amounts, {quantity["unit"]: Decimal(quantity["value"])})


def _into(amounts: Amounts, more: Amounts) -> None:
    for unit, value in more.items():
        amounts[unit] = amounts.get(unit, _NOTHING) + value
