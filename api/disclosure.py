"""Layered disclosure: what of a lot the public sees, its partners see, and inspectors see.

Never touched: the ten items of Circular 02/2024, recalls and holds, expiry, findings. What is left
out is left out whole, and the answer says which groups are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from api.access.disclosing import EVERYTHING, NOTHING, Disclosures
from api.access.side_tables import SideTables
from api.access.viewer import Viewer

Facts = dict[str, Any]
Hidden = Callable[[str], frozenset[str]]
_TRADE: Final = frozenset({"suppliers", "buyers"})
_SITE_PAPERS: Final = frozenset({"growing-area", "packing-house"})
_LABEL_STEPS: Final = frozenset(
    {"labels-issued", "labels-printed", "labels-voided", "labels-reprinted"}
)
_TEST_STEPS: Final = frozenset({"tested", "inspected"})
_IN: Final = frozenset({"received", "harvested"})
_OUT: Final = frozenset({"shipped", "sold"})


class Views(Protocol):
    """The read side, as far as disclosure asks it."""

    def lot(self, item: str, code: str) -> Any: ...
    def owner_of(self, item: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Sight:
    """How one viewer sees one lot.

    `lot` holds the groups that its own party hides from them, `of` those that another party of the
    lineage hides; `friend` is the viewer's party, whose own dealings are shown.
    """

    lot: frozenset[str]
    of: Hidden
    friend: str | None = None


def parties_of(facts: Facts, views: Views) -> set[str]:
    """Every party that has a part in a lot: its own, those of its ancestry and of its steps."""
    found = {facts["party"], *(step["party"] for step in facts["steps"])}
    found.update(_owner(views, item) for item, _ in facts["ancestors"])
    return found - {""}


def partners_of(facts: Facts, views: Views) -> set[str]:
    """The parties one step back or forward of a lot, and its own."""
    found = {facts["party"]}
    for step in facts["steps"]:
        found |= {step["party"], _partner(step)}
    for one in (*facts["parents"], *facts["children"]):
        found.add(_owner(views, one["item"]))
    return found - {""}


def sight_of(
    viewer: Viewer, facts: Facts, hidden: Mapping[str, frozenset[str]] | None, views: Views
) -> Sight | None:
    """How a viewer sees a lot; None when nothing is left out for them."""
    if viewer.sees_all or (hidden is not None and not hidden):
        return None

    def of(party: str) -> frozenset[str]:
        return EVERYTHING if hidden is None else hidden.get(party, NOTHING)

    own = facts["party"]
    if viewer.party is None:
        return Sight(of(own), of)
    partners = partners_of(facts, views)
    if viewer.party == own:
        near = partners

        def beyond(party: str) -> frozenset[str]:
            return NOTHING if party in near else of(party)

        return Sight(NOTHING, beyond, own)
    if viewer.party in partners:
        mine = {viewer.party, own}

        def others(party: str) -> frozenset[str]:
            return NOTHING if party in mine else of(party)

        # The step between them whole; whom the other deals with besides is a step further.
        return Sight(of(own) & _TRADE, others, viewer.party)
    return Sight(of(own), of)


def seen(facts: Facts, sight: Sight | None, views: Views) -> Facts:
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
        _stage(one, whole | sight.of(_owner(views, one["item"])), cut) for one in facts["stages"]
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
        if one["party"] in {facts["party"], sight.friend} or not cut(whole, "buyers")
        if (kept := _step(one, whole | sight.of(one["party"]), sight.friend, cut)) is not None
    ]
    for name, group in (("parents", "suppliers"), ("children", "buyers")):
        shown[name] = []
        for one in facts[name]:
            owner = _owner(views, one["item"])
            groups = whole | sight.of(owner)
            foreign = owner not in {facts["party"], sight.friend}
            if foreign and cut(groups, group):
                continue
            unsaid = {"quantity": None} if "quantity" in one and cut(groups, "amounts") else {}
            shown[name].append({**one, **unsaid})
    shown["ancestors"] = [
        one
        for one in facts["ancestors"]
        if (owner := _owner(views, one[0])) in {facts["party"], sight.friend}
        or not cut(whole | sight.of(owner), "suppliers")
    ]
    if not taken:
        return facts
    shown["hidden"] = [one for one in _ORDER if one in taken]
    return shown


_ORDER: Final = ("amounts", "suppliers", "buyers", "sites", "field-work", "tests", "labels")
_Cut = Callable[[frozenset[str], str], bool]


def _stage(stage: Facts, groups: frozenset[str], cut: _Cut) -> Facts:
    shown = dict(stage)
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
    if step["counterparty"] and _partner(step) != friend:
        dealt = "suppliers" if kind in _IN else "buyers" if kind in _OUT else ""
        if dealt and cut(groups, dealt):
            shown["counterparty"] = None
    return shown


def _partner(step: Facts) -> str:
    found = step["counterparty"]
    return str(found.get("party") or "") if isinstance(found, dict) else str(found or "")


def _holder(certificate: Facts) -> str:
    """The party of `site:PARTY/CODE`, "" for other subjects."""
    kind, _, rest = certificate["subject"].partition(":")
    return str(rest.partition("/")[0]) if kind == "site" else ""


def _owner(views: Views, item: str) -> str:
    party, slash, _ = item.partition("/")
    return party if slash else views.owner_of(item) or ""


def whole_for(
    viewer: Viewer, facts: Facts, hidden: Mapping[str, frozenset[str]] | None, views: Views
) -> bool:
    """Whether somebody may have a lot's signed bundle, which cannot be shown in part."""
    if viewer.sees_all or (hidden is not None and not hidden):
        return True
    if viewer.party is not None and viewer.party in partners_of(facts, views):
        return True
    if hidden is None:
        return False
    return not any(hidden.get(party) for party in parties_of(facts, views))


class Services(Protocol):
    """What `may_see` needs of the program behind it."""

    @property
    def side(self) -> SideTables: ...
    @property
    def views(self) -> Views: ...


def may_see(services: Services, party: str, item: str, lot: str) -> bool:
    """Whether a station of `party` may have the bundle of a lot, by a request that it has signed.

    True for an unknown lot: that there is none is no secret. Waits for the side tables; raises
    SideAway.
    """
    found = services.views.lot(item, lot)
    if found is None:
        return True
    disclosures = Disclosures(services.side)
    disclosures.load()
    viewer = Viewer(frozenset({"station"}), party)
    return whole_for(viewer, found.facts, disclosures.hidden(), services.views)
