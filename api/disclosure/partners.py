"""Who is a partner of a lot, and by whose word: only the party that gives goods away opens its lots.

A lot is its owner's, and of whomever a holder of it says, in a signed statement, to have shipped or
sold it to. What somebody says of itself (to have received it, to have made something of it) opens
nothing: anybody can say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol

Facts = dict[str, Any]
GIVING: Final = frozenset({"shipped", "sold"})


class Lots(Protocol):
    """The read side, as far as this asks it."""

    def lot(self, item: str, code: str) -> Any: ...
    def owner_of(self, item: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Lineage:
    """The parties of a lot and of everything it was made of, and what stands behind a mere claim.

    `said`: whoever said something of any of these lots, and their owners. `claimed`: whoever said
    something of lots that were taken by somebody to whom no holder gave them, and of what those
    were made of. `lots` are all of these lots, (item, lot code).
    """

    said: frozenset[str]
    claimed: frozenset[str]
    lots: frozenset[tuple[str, str]]


def owner_of(lots: Lots, item: str) -> str:
    """The party whose item it is; "" for a GTIN that nobody registered."""
    party, slash, _ = item.partition("/")
    return party if slash else lots.owner_of(item) or ""


def partner_in(step: Facts) -> str:
    """Code of the party that a step names as the other side, "" when it names none."""
    found = step["counterparty"]
    return str(found.get("party") or "") if isinstance(found, dict) else str(found or "")


def holders_of(facts: Facts, lots: Lots) -> frozenset[str]:
    """The owner of a lot, and whoever got it from a holder by that holder's word.

    In whatever order the statements came. What a stolen key said is nobody's word.
    """
    stolen = {one["entry"] for one in facts["findings"] if one["code"] == "disputed-key"}
    given = [
        (step["party"], to)
        for step in facts["steps"]
        if step["type"] in GIVING and step["id"] not in stolen and (to := partner_in(step))
    ]
    found = {owner_of(lots, facts["item"])} - {""}
    grown = True
    while grown:
        new = {to for giver, to in given if giver in found} - found
        found |= new
        grown = bool(new)
    return frozenset(found)


def suppliers_of(facts: Facts, lots: Lots) -> frozenset[str]:
    """The owners of what a lot was made of: its maker's own word."""
    return frozenset(owner_of(lots, one["item"]) for one in facts["parents"]) - {""}


def lineage_of(facts: Facts, lots: Lots) -> Lineage:
    """Goes through all that a lot was made of, each lot at most twice."""
    said: set[str] = set()
    claimed: set[str] = set()
    ring = [(facts, False)]
    reached: dict[tuple[str, str], bool] = {(facts["item"], facts["lot"]): False}
    for one, lie in ring:  # grows while it is gone through
        here = {step["party"] for step in one["steps"]}
        said |= here | {owner_of(lots, one["item"]), one["party"]}
        if lie:
            claimed |= here
        maker = owner_of(lots, one["item"]) or one["party"]
        for parent in one["parents"]:
            place = parent["item"], parent["lot"]
            found = lots.lot(*place)
            if found is None:  # nothing was said of it
                said.add(owner_of(lots, parent["item"]))
                continue
            beyond = lie or maker not in holders_of(found.facts, lots)
            if place not in reached or (beyond and not reached[place]):
                reached[place] = beyond
                ring.append((found.facts, beyond))
    return Lineage(frozenset(said) - {""}, frozenset(claimed), frozenset(reached))
