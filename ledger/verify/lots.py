"""Lots folded from located statements: what was made, taken, moved, stopped and corrected."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ledger.verify.amounts import kilograms
from ledger.verify.graph import Lot, amounts_taken, lot_of, lots_about, lots_made
from ledger.verify.history import Located
from ledger.verify.shapes import CORRECTABLE

# Statements that say what happened to goods; their dates tell how far the ledger had come. A photo is
# often brought from a telephone much later, which is no lateness of the work.
GOODS_TYPES = frozenset(CORRECTABLE) - {"photographed"}
_STOPS = {"held": "held", "recalled": "recalled"}
_ENDS = frozenset({"released", "recall-closed"})


@dataclass(frozen=True, slots=True)
class Step:
    """A statement as it counts today: the body after corrections."""

    located: Located
    body: dict[str, Any]

    @property
    def id(self) -> str:
        return self.located.id

    @property
    def type(self) -> str:
        return self.located.statement.type

    @property
    def party(self) -> str:
        return self.located.statement.party

    @property
    def time(self) -> str:
        return self.located.statement.time

    @property
    def day(self) -> str:
        """Local calendar day as signed, ISO text."""
        return self.located.statement.time[:10]

    @property
    def moment(self) -> dt.datetime:
        return moment(self.located.statement.time)


def moment(text: str) -> dt.datetime:
    """Aware datetime of RFC 3339 text."""
    return dt.datetime.fromisoformat(text)


@dataclass(slots=True)
class LotLine:
    """Everything that touches one lot, in log order."""

    about: list[Step] = field(default_factory=list)
    made_by: list[Step] = field(default_factory=list)
    taken_by: list[tuple[Step, dict[str, str]]] = field(default_factory=list)
    _of_type: dict[str, list[Step]] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        """Take in a step about this lot, the next in log order."""
        self.about.append(step)
        self._of_type.setdefault(step.type, []).append(step)

    def steps(self, kind: str) -> Sequence[Step]:
        """The steps of one type, in log order."""
        return self._of_type.get(kind, ())


_UNTOUCHED = LotLine()


class LotGraph:
    """A set of located statements seen as lots. Give it in any order; it sorts by log index."""

    def __init__(self, located: Iterable[Located], *, dated: bool = True) -> None:
        """Unless `dated`, log indexes are not those that anchors speak of (a station's replica)."""
        ordered = sorted(located, key=lambda one: one.index)
        self.lines: dict[Lot, LotLine] = {}
        self._of_item: dict[str, list[LotLine]] = {}
        self._labels: dict[str, list[Step]] = {}
        self._field_work: dict[tuple[str, str], list[Step]] = {}
        self.steps: dict[str, Step] = {}
        self.corrections: dict[str, Located] = {}
        replaced: dict[str, dict[str, Any]] = {}
        for one in ordered:
            if one.statement.type == "corrected":
                replaced[one.statement.body["corrects"]] = one.statement.body["body"]
                self.corrections[one.statement.body["corrects"]] = one
        for one in ordered:
            if one.statement.type != "corrected":
                self._add(Step(one, replaced.get(one.id, one.statement.body)))
        goods = [one for one in ordered if one.statement.type in GOODS_TYPES]
        self._indexes = [one.index for one in goods]
        self._reached: list[str] = []
        self._dated = dated
        for one in goods:
            latest = self._reached[-1] if self._reached else one.statement.time
            self._reached.append(max(latest, one.statement.time, key=moment))

    def _add(self, step: Step) -> None:
        self.steps[step.id] = step
        if step.type == "field-work-recorded":
            place = step.located.statement.party, step.body["site"]
            self._field_work.setdefault(place, []).append(step)
        for lot in dict.fromkeys(lots_about(step.type, step.body)):
            self._line(lot).add(step)
        for lot in dict.fromkeys(lots_made(step.type, step.body)):
            self._line(lot).made_by.append(step)
        for lot, quantity in amounts_taken(step.type, step.body):
            self._line(lot).taken_by.append((step, quantity))

    def _line(self, lot: Lot) -> LotLine:
        line = self.lines.get(lot)
        if line is None:
            line = self.lines[lot] = LotLine()
            self._of_item.setdefault(lot[0], []).append(line)
        return line

    def line(self, lot: Lot) -> LotLine:
        """The lot's line; an empty one when nothing touches it."""
        return self.lines.get(lot, _UNTOUCHED)

    def field_work_at(self, party: str, site: str) -> Sequence[Step]:
        """What was done on a party's site, in log order."""
        return self._field_work.get((party, site), ())

    def labels_of(self, item: str) -> list[Step]:
        """Every issue of an item's labels: lots in the order in which the log names them."""
        if item not in self._labels:
            lines = self._of_item.get(item, ())
            self._labels[item] = [step for line in lines for step in line.steps("labels-issued")]
        return self._labels[item]

    def reached_before(self, size: int) -> str | None:
        """Latest time of goods among entries with log index below `size`."""
        at = bisect_left(self._indexes, size)
        return self._reached[at - 1] if at and self._dated else None

    def parents(self, lot: Lot) -> list[Lot]:
        """Lots that this lot was made from: one step back."""
        return list(
            dict.fromkeys(
                taken
                for step in self.line(lot).made_by
                for taken, _ in amounts_taken(step.type, step.body)
            )
        )

    def children(self, lot: Lot) -> list[Lot]:
        """Lots that were made from this lot: one step forward."""
        return list(
            dict.fromkeys(
                made
                for step, _ in self.line(lot).taken_by
                for made in lots_made(step.type, step.body)
            )
        )

    def ancestors(self, lot: Lot) -> list[Lot]:
        """All lots this lot comes from, nearest first, itself not included. Cycles end the walk."""
        return _closure(lot, self.parents)

    def descendants(self, lot: Lot) -> list[Lot]:
        """All lots that come from this lot, nearest first, itself not included."""
        return _closure(lot, self.children)

    def stops(self, lot: Lot) -> list[Step]:
        """Holds and recalls of this very lot that nobody has ended, in log order."""
        ended = {step.body["ends"] for step in self.line(lot).about if step.type in _ENDS}
        return [s for s in self.line(lot).about if s.type in _STOPS and s.id not in ended]

    def made_kilograms(self, lot: Lot) -> Decimal | None:
        """Mass that came into being as this lot, in kg; None when unknown or no mass."""
        total: Decimal | None = None
        for step in self.line(lot).made_by:
            for quantity in made_amounts(step, lot):
                mass = kilograms(quantity)
                if mass is None:
                    return None
                total = mass if total is None else total + mass
        return total

    def received_kilograms(self, lot: Lot) -> Decimal | None:
        """Mass received of this lot in kg, or None when nothing was received by weight."""
        masses = [kilograms(s.body["quantity"]) for s in self.line(lot).steps("received")]
        known = [mass for mass in masses if mass is not None]
        return sum(known, Decimal(0)) if known else None

    def received_by(self, lot: Lot) -> dict[str, Decimal]:
        """Kilograms that each party received of this lot, by weight; in order of first receipt."""
        masses: dict[str, Decimal] = {}
        for step in self.line(lot).steps("received"):
            mass = kilograms(step.body["quantity"])
            if mass is not None:
                masses[step.party] = masses.get(step.party, Decimal(0)) + mass
        return masses

    def makers(self, lot: Lot) -> set[str]:
        """Parties that made this lot; empty while their statements are not there."""
        return {step.party for step in self.line(lot).made_by}

    def had_kilograms(self, lot: Lot) -> Decimal | None:
        """Kilograms there were of this lot, or None when unknown.

        What its makers weighed in, else what they made; of a lot whose makers say nothing, what
        others received. A part that came to a partner is no measure of the whole.
        """
        makers = self.makers(lot)
        received = self.received_by(lot)
        weighed = [mass for party, mass in received.items() if party in makers or not makers]
        return sum(weighed, Decimal(0)) if weighed else self.made_kilograms(lot)

    def taken_kilograms(self, lot: Lot) -> Decimal:
        """Mass taken from this lot for making others, in kg."""
        masses = [kilograms(quantity) for _, quantity in self.line(lot).taken_by]
        return sum((mass for mass in masses if mass is not None), Decimal(0))

    def packs(self, lot: Lot) -> int:
        """Packs made as this lot."""
        return sum(int(s.body["packs"]) for s in self.line(lot).made_by if s.type == "packed")

    def labels_issued(self, lot: Lot) -> int:
        return sum(int(s.body["count"]) for s in self.line(lot).steps("labels-issued"))

    def labels_voided(self, lot: Lot) -> int:
        return sum(
            part["last"] - part["first"] + 1
            for s in self.line(lot).steps("labels-voided")
            for part in s.body["voided"]["ranges"]
        )

    def expiry(self, lot: Lot) -> str | None:
        """Earliest expiry day among the packings of this lot, ISO text."""
        days = [s.body["expiry"] for s in self.line(lot).made_by if "expiry" in s.body]
        return min(days, default=None)


def made_amounts(step: Step, lot: Lot) -> list[dict[str, str]]:
    """Quantities in which `step` made `lot` (empty for packings, which count packs)."""
    if step.type == "harvested":
        return [step.body["quantity"]]
    if step.type == "processed":
        return [o["quantity"] for o in step.body["outputs"] if lot_of(o["lot"]) == lot]
    return []


def _closure(start: Lot, step: Any) -> list[Lot]:
    found: dict[Lot, None] = {}
    ring = [start]
    while ring:
        ring = [near for lot in ring for near in step(lot) if near != start and near not in found]
        found.update(dict.fromkeys(ring))
        ring = list(dict.fromkeys(ring))
    return list(found)
