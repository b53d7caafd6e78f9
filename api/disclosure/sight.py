"""What of a lot the public sees, its partners see, and inspectors see.

Never touched: the ten items of Circular 02/2024, recalls and holds, expiry, findings. What is left
out is left out whole, and the answer says which groups are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from api.access.viewer import Viewer
from api.disclosure.choices import EVERYTHING, NOTHING
from api.disclosure.partners import (
    GIVING,
    Facts,
    Lots,
    holders_of,
    lineage_of,
    owner_of,
    partner_in,
    suppliers_of,
)

Hidden = Callable[[str], frozenset[str]]
_TRADE: Final = frozenset({"suppliers", "buyers"})
_SITE_PAPERS: Final = frozenset({"growing-area", "packing-house"})
_LABEL_STEPS: Final = frozenset(
    {"labels-issued", "labels-printed", "labels-voided", "labels-reprinted"}
)
_TEST_STEPS: Final = frozenset({"tested", "inspected"})
_IN: Final = frozenset({"received", "harvested"})


@dataclass(frozen=True, slots=True)
class Sight:
    """How one viewer sees one lot.

    `lot` holds the groups that its own party hides from them, `of` those that another party of the
    lineage hides, `said` those that whoever said something of this very lot hides. `friend` is a
    partner's party, whose own dealings are shown; `own` the viewer's, whose words are its own.
    """

    lot: frozenset[str]
    of: Hidden
    said: Hidden
    friend: str | None = None
    own: str | None = None


def sight_of(
    viewer: Viewer, facts: Facts, hidden: Mapping[str, frozenset[str]] | None, views: Lots
) -> Sight | None:
    """How a viewer sees a lot; None when nothing is left out for them."""
    if viewer.sees_all or (hidden is not None and not hidden):
        return None

    def of(party: str) -> frozenset[str]:
        return EVERYTHING if hidden is None else hidden.get(party, NOTHING)

    def but(open_to: Collection[str]) -> Hidden:
        return lambda party: NOTHING if party in open_to else of(party)

    own, mine = facts["party"], viewer.party
    if mine is None:
        return Sight(of(own), of, of)
    suppliers = suppliers_of(facts, views)
    if mine == owner_of(views, facts["item"]):
        # What stands behind a mere claim stays closed, whoever else of that party is a supplier.
        near = suppliers - lineage_of(facts, views).claimed
        return Sight(NOTHING, but({mine} | near), lambda _party: NOTHING, mine, mine)
    if mine in suppliers | holders_of(facts, views):
        near = frozenset({own}) - lineage_of(facts, views).claimed
        # The step between them whole; whom the other deals with besides is a step further.
        return Sight(of(own) & _TRADE, but({mine} | near), but({mine, own}), mine, mine)
    return Sight(of(own), but({mine}), but({mine}), own=mine)


def seen(facts: Facts, sight: Sight | None, views: Lots) -> Facts:
    """The facts as they are shown; the member `hidden` names the groups that something was taken of.

    The very same object when nothing is taken away.
    """
    if sight is None:
        return facts
    taken: set[str] = set()
    shown = dict(facts)

    def cut(groups: frozenset[str], name: str) -> bool:
        if name in groups:
            taken.add(name)
            return True
        return False

    whole = sight.lot
    if cut(whole, "amounts"):
        shown["packs"], shown["balance"] = None, {}
    if cut(whole, "labels"):
        shown["labels"] = None
    shown["stages"] = [
        _stage(one, whole | sight.of(owner_of(views, one["item"])), cut, _friends(facts, sight))
        for one in facts["stages"]
    ]
    shown["photos"] = [
        one
        for one in facts["photos"]
        # A picture of a supplier's says whose goods these were.
        if one["party"] in _friends(facts, sight)
        or not cut(whole | sight.of(one["party"]), "suppliers")
    ]
    shown["certificates"] = [
        kept
        for one in facts["certificates"]
        if (kept := _certificate(one, whole | sight.of(_holder(one)), cut)) is not None
    ]
    shown["steps"] = [
        kept
        for one in facts["steps"]
        # What somebody else did with the lot says who has it.
        if one["party"] in {facts["party"], sight.friend, sight.own} or not cut(whole, "buyers")
        if (kept := _step(one, _groups(one, whole, sight), sight.friend, cut)) is not None
    ]
    for name, group in (("parents", "suppliers"), ("children", "buyers")):
        shown[name] = []
        for one in facts[name]:
            owner = owner_of(views, one["item"])
            groups = whole | sight.said(owner)
            foreign = owner not in {facts["party"], sight.friend}
            if foreign and cut(groups, group):
                continue
            unsaid = {"quantity": None} if "quantity" in one and cut(groups, "amounts") else {}
            shown[name].append({**one, **unsaid})
    shown["ancestors"] = [
        one
        for one in facts["ancestors"]
        if (owner := owner_of(views, one[0])) in {facts["party"], sight.friend}
        or not cut(whole | sight.of(owner), "suppliers")
    ]
    if not taken:
        return facts
    shown["hidden"] = [one for one in _ORDER if one in taken]
    return shown


_ORDER: Final = ("amounts", "suppliers", "buyers", "sites", "field-work", "tests", "labels")
_Cut = Callable[[frozenset[str], str], bool]


def _groups(step: Facts, whole: frozenset[str], sight: Sight) -> frozenset[str]:
    """What is hidden of one step from whoever looks: of their own words nothing."""
    party = step["party"]
    return NOTHING if party == sight.own else whole | sight.said(party)


def _friends(facts: Facts, sight: Sight) -> frozenset[str | None]:
    return frozenset({facts["party"], sight.friend, sight.own})


def _stage(
    stage: Facts, groups: frozenset[str], cut: _Cut, friends: Collection[str | None]
) -> Facts:
    shown = dict(stage)
    strange = [one for one in stage["photos"] if one["party"] not in friends]
    if strange and cut(groups, "suppliers"):
        shown["photos"] = [one for one in stage["photos"] if one["party"] in friends]
    if (stage["kg"] or stage["packs"]) and cut(groups, "amounts"):
        shown["kg"] = shown["packs"] = None
    if stage["sites"] and cut(groups, "sites"):
        shown["sites"] = []
    return shown


def _certificate(one: Facts, groups: frozenset[str], cut: _Cut) -> Facts | None:
    if not one["subject"].startswith("site:") or not cut(groups, "sites"):
        return one
    if one["kind"] in _SITE_PAPERS:
        return None  # its number is the place
    return {**one, "subject": "site", "subject_name": ""}


def _step(step: Facts, groups: frozenset[str], friend: str | None, cut: _Cut) -> Facts | None:
    kind = step["type"]
    if kind == "field-work-recorded" and cut(groups, "field-work"):
        return None
    shown = dict(step)
    measured = step["quantity"] or step["inputs"] or step["packs"]
    if measured and cut(groups, "amounts"):
        shown["quantity"] = shown["packs"] = None
        shown["inputs"] = [{**one, "quantity": None} for one in step["inputs"]]
    if step["site"] and cut(groups, "sites"):
        shown["site"] = shown["site_name"] = None
    if kind in _LABEL_STEPS and cut(groups, "labels"):
        shown["count"] = None
    if kind in _TEST_STEPS and cut(groups, "tests"):
        shown["result"] = shown["instrument"] = shown["counterparty"] = shown["note"] = None
    if step["counterparty"] and partner_in(step) != friend:
        dealt = "suppliers" if kind in _IN else "buyers" if kind in GIVING else ""
        if dealt and cut(groups, dealt):
            shown["counterparty"] = None
    return shown


def _holder(certificate: Facts) -> str:
    """The party of `site:PARTY/CODE`, "" for other subjects."""
    kind, _, rest = certificate["subject"].partition(":")
    return str(rest.partition("/")[0]) if kind == "site" else ""
