"""What a party has of each lot now: what came in, less what it used up, gave away or destroyed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.verify.amounts import kilograms
from ledger.verify.graph import Lot
from ledger.verify.lots import LotGraph

NOTHING: Final = Decimal(0)
TYPES: Final = ("harvested", "received", "processed", "packed", "shipped", "sold", "destroyed")
_OUT: Final = ("shipped", "sold", "destroyed")


@dataclass(frozen=True, slots=True)
class InStock:
    """One lot with something left. `expiry` is an ISO day or "", `since` the day it came in."""

    lot: Lot
    kg: Decimal
    packs: Decimal
    expiry: str
    since: str


def in_stock(graph: LotGraph, lots: Iterable[Lot], party: str) -> list[InStock]:
    """Lots of which the party has kilograms or packs, the one that ends first in front.

    Of its own lots counts what was weighed in, else what was made; of others' what it received.
    """
    found = []
    for lot in lots:
        kg, packs = left_of(graph, lot, party)
        if kg > 0 or packs > 0:
            line = graph.line(lot)
            came = [step.day for step in (*line.made_by, *line.steps("received"))]
            since = min(came, default="")
            found.append(InStock(lot, kg, packs, graph.expiry(lot) or "", since))
    return sorted(found, key=lambda one: (one.expiry or "9999", one.since, one.lot))


def left_of(graph: LotGraph, lot: Lot, party: str) -> tuple[Decimal, Decimal]:
    """(kilograms, packs) of a lot that the party still has, never below nothing."""
    line = graph.line(lot)
    received = [one.body["quantity"] for one in line.steps("received") if one.party == party]
    if party in graph.makers(lot):
        kg, packs = graph.had_kilograms(lot) or NOTHING, Decimal(graph.packs(lot))
    else:
        kg, packs = _sum(received)
    gone = [amount for step, amount in line.taken_by if step.party == party]
    gone += [
        one.body["quantity"] for kind in _OUT for one in line.steps(kind) if one.party == party
    ]
    gone_kg, gone_packs = _sum(gone)
    return max(kg - gone_kg, NOTHING), max(packs - gone_packs, NOTHING)


def _sum(amounts: Iterable[dict[str, str]]) -> tuple[Decimal, Decimal]:
    kg = packs = NOTHING
    for one in amounts:
        mass = kilograms(one)
        if mass is not None:
            kg += mass
        elif one["unit"] == "pack":
            packs += Decimal(one["value"])
    return kg, packs
