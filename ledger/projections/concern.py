"""Which lots look different after a statement: those it names, and those it only concerns.

A lot's facts also hold names, certificates, scales and waiting times, which are registered by
statements that name no lot. Each finds the lots it concerns by an index, never by looking through
all lots of a party: a ledger has hundreds of such statements and hundreds of thousands of lots.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledger.projections.rows import days_after
from ledger.projections.stories import Stories
from ledger.verify.graph import Lot, lots_about, lots_taken
from ledger.verify.history import Located
from ledger.verify.registry import REGISTRY_TYPES, Registry

KEY_TROUBLE = frozenset({"key-compromised", "reattested"})
_OF_ITEM = "SELECT DISTINCT item, lot FROM entry_lot WHERE item = ?"
_MAKERS_OF_ITEM = "SELECT DISTINCT from_item, from_lot FROM edge WHERE to_item = ?"
_AT_SITE = (
    "SELECT DISTINCT item, lot FROM entry JOIN entry_lot USING (idx) WHERE party = ? AND site = ?"
)
_HARVESTED_AT = f"{_AT_SITE} AND day >= ? AND day < ? AND type = 'harvested'"
_OF_PARTY = (
    "SELECT item, lot FROM lot WHERE party = ?1 UNION "
    "SELECT item, lot FROM entry JOIN entry_lot USING (idx) WHERE party = ?1"
)
_WEIGHED = (
    "SELECT DISTINCT item, lot FROM entry JOIN entry_lot USING (idx) WHERE party = ? AND "
    "instrument = ? AND day > ? AND day < ?"
)
_OF_ENTRY = "SELECT item, lot FROM entry JOIN entry_lot USING (idx) WHERE id = ?"
# What a photo showed before it was corrected; its rows stay.
_PICTURED_LOT = "SELECT item, lot FROM photo WHERE entry = ? AND item IS NOT NULL"
_PICTURED_ITEM = (
    "SELECT DISTINCT item, lot FROM entry_lot WHERE item IN "
    "(SELECT product FROM photo WHERE entry = ? AND product IS NOT NULL)"
)
_PICTURED_SITE = (
    "SELECT DISTINCT entry_lot.item, entry_lot.lot FROM photo JOIN entry USING (party, site) "
    "JOIN entry_lot ON entry_lot.idx = entry.idx WHERE photo.entry = ?"
)
_LONGEST_WAIT = 365  # docs/format.md, `interval_days`
_EVER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Concern:
    """Lots to be found once the rows are written; `onward` when those made from them are too."""

    query: str
    values: tuple[object, ...]
    onward: bool = True


def named(one: Located) -> tuple[list[Lot], list[Lot]]:
    """(lots whose story goes on with a statement, lots that it only takes goods from)."""
    statement = one.statement
    about = lots_about(statement.type, statement.body)
    taken = lots_taken(statement.type, statement.body)
    if statement.type == "corrected":
        return [*about, *taken], []
    return about, [lot for lot in taken if lot not in about]


def concerns(one: Located, before: Registry) -> Iterator[Concern]:
    """What a statement concerns beyond the lots it names; `before` is the registry without it."""
    statement, body = one.statement, one.statement.body
    if statement.type in REGISTRY_TYPES:
        yield from _registered(one, before)
    elif statement.type == "photographed":
        yield from _pictured(statement.party, body)
    elif statement.type == "corrected":
        yield Concern(_OF_ENTRY, (body["corrects"],))
        if body["of"] == "photographed":
            yield from _pictured(statement.party, body["body"])
            for query in (_PICTURED_LOT, _PICTURED_ITEM, _PICTURED_SITE):
                yield Concern(query, (body["corrects"],))


def _pictured(party: str, body: dict[str, Any]) -> Iterator[Concern]:
    """Lots that show a photo of their product or of a site."""
    if "product" in body:
        yield Concern(_OF_ITEM, (body["product"],), onward=False)
    if "site" in body:
        yield Concern(_AT_SITE, (party, body["site"]))


def waiting_times(one: Located, stories: Stories) -> Iterator[Concern]:
    """Harvests that a waiting time may spoil: those on the days after the work, at its sites."""
    statement, body = one.statement, one.statement.body
    if statement.type == "field-work-recorded" and body.get("interval_days"):
        day = statement.time[:10]
        until = days_after(day, body["interval_days"])
        yield Concern(_HARVESTED_AT, (statement.party, body["site"], day, until))
    elif statement.type == "corrected" and body["of"] == "field-work-recorded":
        rows = stories.rows("SELECT day, site FROM entry WHERE id = ?", (body["corrects"],))
        if not rows:  # a replica may lack it
            return
        day, site = rows[0]
        until = days_after(day, _LONGEST_WAIT)
        for place in dict.fromkeys((site, body["body"]["site"])):
            yield Concern(_HARVESTED_AT, (statement.party, place, day, until))


def disputed_changed(before: set[str], after: set[str]) -> Iterator[Concern]:
    """Lots of the entries (ids) that a key statement put in dispute, or took out of it."""
    for entry_id in sorted(before ^ after):
        yield Concern(_OF_ENTRY, (entry_id,))


def _registered(one: Located, before: Registry) -> Iterator[Concern]:
    body, party = one.statement.body, one.statement.party
    match one.statement.type:
        case "party-registered":
            if before.parties.get(body["code"]) != body:
                yield Concern(_OF_PARTY, (body["code"],))
        case "site-registered":
            if before.sites.get((party, body["code"])) != body:
                yield Concern(_AT_SITE, (party, body["code"]))
        case "item-registered":
            item = f"{party}/{body['code']}"
            if before.items.get(item) != body:
                yield from _of_item(item)
        case "product-registered":
            if before.products.get(body["gtin"]) != (party, body):
                yield from _of_item(body["gtin"])
        case "certificate-recorded" | "certificate-withdrawn":
            yield _certified(body["subject"])
        case "instrument-verified":
            seen = before.instruments.get((party, body["code"]), [])
            for after, first in _uncovered(seen):
                yield Concern(_WEIGHED, (party, body["code"], after, first))


def _of_item(item: str) -> Iterator[Concern]:
    yield Concern(_OF_ITEM, (item,))
    # A lot's facts name what was made from it.
    yield Concern(_MAKERS_OF_ITEM, (item,), onward=False)


def _certified(subject: str) -> Concern:
    kind, _, rest = subject.partition(":")
    if kind == "product":
        return Concern(_OF_ITEM, (rest,))
    if kind == "site":
        party, _, code = rest.partition("/")
        return Concern(_AT_SITE, (party, code))
    return Concern(_OF_PARTY, (rest,))


def _uncovered(verified: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(last covered day before, first covered day after) of each gap between verifications."""
    last = ""
    for since, until in sorted(verified):
        if since > last:
            yield last, since
        last = max(last, until)
    yield last, _EVER
