"""What a party's statements of a period add up to: exact decimals, no clock, no disk.

A run (one `processed` or `packed` statement) counts for its yield only when all that went in and
all that came out has a mass; a pack's mass is the product's net content. What no scale saw is
counted as a run without weights, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from ledger.verify.amounts import kilograms, total_kilograms
from ledger.verify.graph import lot_of
from ledger.verify.lots import Step

TYPES: Final = (
    *("harvested", "received", "processed", "packed", "shipped", "sold", "destroyed"),
    "labels-issued",
)
NOTHING: Final = Decimal(0)
_SENSELESS: Final = 10**9  # per cent; a percentage beyond it is a slip of the pen


@dataclass(slots=True)
class Weighed:
    """Kilograms of weighed runs: in, out, declared as lost; how many runs, how many without weights."""

    into: Decimal = NOTHING
    out: Decimal = NOTHING
    loss: Decimal = NOTHING
    runs: int = 0
    unweighed: int = 0

    @property
    def unexplained(self) -> Decimal:
        """What went in and neither came out nor was declared as lost; negative when more came out."""
        return self.into - self.out - self.loss

    @property
    def percent(self) -> Decimal | None:
        """Kilograms out of 100 kilograms in, to one decimal; None when nothing was weighed."""
        return share(self.out, self.into)

    def add(self, other: Weighed) -> None:
        """Take in another's runs."""
        self.into += other.into
        self.out += other.out
        self.loss += other.loss
        self.runs += other.runs
        self.unweighed += other.unweighed


@dataclass(slots=True)
class Month:
    """One month: kilograms and packs, by what was done."""

    harvested: Decimal = NOTHING
    received: Decimal = NOTHING
    processed: Weighed = field(default_factory=Weighed)
    packed: Weighed = field(default_factory=Weighed)
    packs: int = 0
    labels: int = 0
    shipped: Decimal = NOTHING
    sold: Decimal = NOTHING
    destroyed: Decimal = NOTHING


@dataclass(slots=True)
class Counted:
    """All of it. `runs` by (type, items that came out); `months` by YYYY-MM, each of the period.

    `shipped`, `sold` and `destroyed` of a month are packs.
    """

    runs: dict[tuple[str, tuple[str, ...]], Weighed]
    months: dict[str, Month]

    def together(self, kind: str) -> Weighed:
        """Every run of a type."""
        found = Weighed()
        for (of, _), one in self.runs.items():
            if of == kind:
                found.add(one)
        return found


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """Per cent to one decimal; None of nothing, and beyond all sense."""
    if whole <= 0:
        return None
    found = part * 100 / whole
    return round(found, 1) if abs(found) < _SENSELESS else None


def counted(
    steps: Iterable[Step], months: Iterable[str], net: Mapping[str, Decimal | None], item: str = ""
) -> Counted:
    """Add up the statements as they count today. `net` has the kilograms of a pack by GTIN.

    With `item`, only what concerns it: runs it came out of, its harvests, packs and labels.
    """
    found = Counted({}, {one: Month() for one in months})
    for step in steps:
        month = found.months.get(step.day[:7])
        if month is None:
            continue
        if step.type in ("processed", "packed"):
            items = _made(step)
            # An undone run is no run; an undone harvest adds nothing anyway.
            if (item and item not in items) or _undone(step):
                continue
            run = weighed(step, net)
            found.runs.setdefault((step.type, items), Weighed()).add(run)
            (month.packed if step.type == "packed" else month.processed).add(run)
            month.packs += int(step.body.get("packs", 0))
        elif not item or step.body["lot"]["item"] == item:
            _moved(month, step)
    return found


def _undone(step: Step) -> bool:
    """Whether nothing went in any more: packings are not undone (api/station_pages/undoing.py)."""
    amounts = [one["quantity"]["value"] for one in step.body["inputs"]]
    return step.type == "processed" and all(Decimal(one) == 0 for one in amounts)


def _made(step: Step) -> tuple[str, ...]:
    if step.type == "packed":
        return (str(step.body["lot"]["item"]),)
    return tuple(dict.fromkeys(lot_of(one["lot"])[0] for one in step.body["outputs"]))


def weighed(step: Step, net: Mapping[str, Decimal | None]) -> Weighed:
    """One run."""
    into = total_kilograms([one["quantity"] for one in step.body["inputs"]])
    loss: Decimal | None = NOTHING
    if step.type == "packed":
        pack = net.get(str(step.body["lot"]["item"]))
        out = None if pack is None else pack * int(step.body["packs"])
    else:
        out = total_kilograms([one["quantity"] for one in step.body["outputs"]])
        if "loss" in step.body:
            loss = kilograms(step.body["loss"])
    if into is None or out is None or loss is None:
        return Weighed(runs=1, unweighed=1)
    return Weighed(into, out, loss, runs=1)


def _moved(month: Month, step: Step) -> None:
    if step.type == "labels-issued":
        month.labels += int(step.body["count"])
        return
    amount = step.body["quantity"]
    mass, packs = kilograms(amount), amount["unit"] == "pack"
    match step.type:
        case "harvested" if mass is not None:
            month.harvested += mass
        case "received" if mass is not None:
            month.received += mass
        case "shipped" if packs:
            month.shipped += Decimal(amount["value"])
        case "sold" if packs:
            month.sold += Decimal(amount["value"])
        case "destroyed" if packs:
            month.destroyed += Decimal(amount["value"])
