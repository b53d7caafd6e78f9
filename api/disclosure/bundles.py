"""Who may have a lot's signed bundle, which cannot be shown in part.

A bundle holds everything that its statements build on, and anybody can sign a statement that
builds on any other: the ids of all are in the log's public tiles. So once it is made, what the
lot's lineage does not explain is looked at by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api.access.viewer import Viewer
from api.disclosure.partners import Facts, Lots, holders_of, lineage_of, owner_of
from api.hub.relevance import FOR_EVERYBODY, FOR_NOBODY
from ledger.verify.bundle import LotBundle
from ledger.verify.graph import lots_about, lots_named
from ledger.verify.statement import Statement, read_statement


def whole_for(
    viewer: Viewer, facts: Facts, hidden: Mapping[str, frozenset[str]] | None, views: Lots
) -> bool:
    """Whether somebody may have a lot's bundle.

    It holds every word about the lot and about what it was made of. Its owner and whoever got it
    may have it, unless somebody in between only claims to have got what it made the lot of.
    """
    if viewer.sees_all or (hidden is not None and not hidden):
        return True

    def closed(parties: frozenset[str]) -> bool:
        others = parties - {viewer.party}
        return bool(others) if hidden is None else any(hidden.get(one) for one in others)

    if viewer.party is not None and viewer.party in holders_of(facts, views):
        return not closed(lineage_of(facts, views).claimed)
    if closed(frozenset({facts["party"]})):
        return False
    return not closed(lineage_of(facts, views).said)


def tells_no_more(
    viewer: Viewer,
    facts: Facts,
    hidden: Mapping[str, frozenset[str]] | None,
    views: Lots,
    raw: bytes,
) -> bool:
    """Whether somebody who may have the lot whole may have these bytes of a bundle of it."""
    if viewer.sees_all or (hidden is not None and not hidden):
        return True
    said = [
        statement
        for one in LotBundle.parse(raw).entries
        if (statement := read_statement(one.entry.payload)).type not in FOR_EVERYBODY | FOR_NOBODY
    ]
    open_lots = lineage_of(facts, views).lots
    if not any(_closed(one, said, open_lots, viewer.party, hidden, views) for one in said):
        return True
    # A carton holds several lots, and what is said of it builds on all of them.
    for lot in {lot for one in said for lot in lots_about(one.type, one.body)} - open_lots:
        found = views.lot(*lot)
        if found is not None and whole_for(viewer, found.facts, hidden, views):
            open_lots |= lineage_of(found.facts, views).lots
    return not any(_closed(one, said, open_lots, viewer.party, hidden, views) for one in said)


def _closed(
    one: Statement,
    said: Sequence[Statement],
    open_lots: frozenset[tuple[str, str]],
    mine: str | None,
    hidden: Mapping[str, frozenset[str]] | None,
    views: Lots,
) -> bool:
    """Whether somebody hides something of a statement that the open lots do not explain."""
    if _of(open_lots, one):
        return False
    owners = {owner_of(views, item) for item, _ in lots_named(one.type, one.body)}
    others = {one.party, *owners} - {mine, ""}
    if not (others if hidden is None else any(hidden.get(party) for party in others)):
        return False
    place = one.party, _site(one)
    # Work in the field is of the harvests of its site.
    return bool(lots_about(one.type, one.body)) or all(
        place != (other.party, other.body["site"])
        for other in said
        if other.type == "harvested" and _of(open_lots, other)
    )


def _of(lots: frozenset[tuple[str, str]], one: Statement) -> bool:
    return any(lot in lots for lot in lots_about(one.type, one.body))


def _site(one: Statement) -> str | None:
    """The field of work that is about no lot."""
    body = one.body["body"] if one.type == "corrected" else one.body
    found = body.get("site")
    return None if found is None else str(found)
