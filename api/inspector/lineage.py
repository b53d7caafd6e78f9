"""A lot's whole chain, both ways and level by level: what it was made of, what became of it.

Level 0 is the lot, -1 one step back, 1 one step forward. A lot that is reached by several ways
stands at its nearest level. Only indexed reads: no statement is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ledger.projections.lookup import Lookup
from ledger.projections.naming import folded, words_of
from ledger.verify.graph import Lot
from ledger.verify.registry import Registry

MOST_LOTS: Final = 5_000
"""Lots of one direction that are followed; beyond it a page says that there are more."""
MOST_FOR_ALL: Final = 500
"""The same for the public, whose every question costs the server something."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One lot of a chain. `stopped` is "held", "recalled" or ""; `via` the next one to level 0."""

    lot: Lot
    level: int
    name: str
    party: str
    stopped: str
    via: Lot | None


@dataclass(slots=True)
class Lineage:
    """A chain: every lot at its level, and the steps between them as (from, to)."""

    own: Lot
    lots: dict[Lot, Placed] = field(default_factory=dict)
    steps: list[tuple[Lot, Lot]] = field(default_factory=list)
    more: bool = False

    def levels(self) -> list[tuple[int, list[Placed]]]:
        """Every level with its lots by name and code, from the first input to the last product."""
        found: dict[int, list[Placed]] = {}
        for one in self.lots.values():
            found.setdefault(one.level, []).append(one)
        order = {level: sorted(lots, key=_by_name) for level, lots in found.items()}
        return sorted(order.items())

    def path_to(self, lot: Lot) -> list[Placed]:
        """The nearest way between level 0 and a lot, in the direction of the goods."""
        found: list[Placed] = []
        here: Lot | None = lot
        while here is not None and here in self.lots and len(found) <= len(self.lots):
            found.append(self.lots[here])
            here = self.lots[here].via
        # Walked towards level 0: an input's way is in order, a product's is backwards.
        return found if found and found[0].level < 0 else found[::-1]

    def matching(self, text: str) -> list[Placed]:
        """Lots whose code, name or party has words that begin with each word of a text."""
        wanted, whole = words_of(text), folded(text).strip()
        if not wanted:
            return []
        named: dict[tuple[str, str], list[str]] = {}
        found = []
        for _, lots in self.levels():
            for one in lots:
                if (one.name, one.party) not in named:
                    named[one.name, one.party] = words_of(f"{one.name} {one.party}")
                words = [*words_of(f"{one.lot[1]} {one.lot[0]}"), *named[one.name, one.party]]
                begun = all(any(has.startswith(word) for has in words) for word in wanted)
                if begun or whole in folded(one.lot[1]):
                    found.append(one)
        return found

    def reached(self) -> list[Placed]:
        """Every lot made from this one, nearest first."""
        return [one for level, lots in self.levels() if level > 0 for one in lots]


def _by_name(one: Placed) -> tuple[str, Lot]:
    return one.name, one.lot


def lineage_of(
    lot: Lot,
    lookup: Lookup,
    registry: Registry,
    *,
    ahead: bool = False,
    most: int = MOST_LOTS,
) -> Lineage:
    """The chain of a lot, `most` lots each way; `ahead` follows only what was made from it."""
    found = Lineage(lot)
    places: dict[Lot, tuple[int, Lot | None]] = {lot: (0, None)}
    for back in (False,) if ahead else (True, False):
        _walk(found, places, lookup, most, back=back)
    _fill(found, places, lookup, registry)
    return found


def _walk(
    found: Lineage,
    places: dict[Lot, tuple[int, Lot | None]],
    lookup: Lookup,
    most: int,
    *,
    back: bool,
) -> None:
    ring, level, count = [found.own], 0, 0
    while ring:
        steps = lookup.edges(ring, back=back)
        found.steps += [(far, near) if back else (near, far) for near, far in steps]
        level += -1 if back else 1
        ring = []
        for near, far in steps:
            if far in places:
                continue
            count += 1
            if count > most:
                found.more = True
                return
            places[far] = level, near
            ring.append(far)


def _fill(
    found: Lineage,
    places: dict[Lot, tuple[int, Lot | None]],
    lookup: Lookup,
    registry: Registry,
) -> None:
    standings = lookup.standings(list(places))
    for lot, (level, via) in places.items():
        party, stopped = standings.get(lot) or (registry.owner_of(lot[0]) or "", "")
        found.lots[lot] = Placed(lot, level, registry.item_name(lot[0]), party, stopped, via)
