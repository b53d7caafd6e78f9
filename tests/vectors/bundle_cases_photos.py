"""The cases of bundle format v2 about a lot with photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.verify.graph import Lot
from tests.ledger_story import GROWER, PACKER, SIGNERS, amount, kg, lot
from tests.tampering.forgery import Desk
from tests.tampering.indexed import Whole, indexed
from tests.vectors.bundle_cases_v2 import Case

_RAW: Lot = (f"{GROWER}/qua", "Q1")
_MADE: Lot = (f"{GROWER}/bot", "B1")


def _photo(letter: str, caption: str, **shows: Any) -> dict[str, Any]:
    size = {"width": 1280, "height": 960}
    return {"photo": letter * 64, "small": f"0{letter}" * 32, **size, "caption": caption, **shows}


def _case(what: str, *, corrected: bool = False, foreign: str = "") -> Case:
    """A harvest with a photo, and what was made of it; `foreign` who else hangs a picture on it."""
    desk = Desk()
    for party, items in ((GROWER, ("qua", "bot")), (PACKER, ())):
        desk.enrol(party)
        admin = SIGNERS[party, "admin"]
        site = {"code": "XUONG", "kind": "other", "name": "Xưởng"}
        desk.add(admin, "site-registered", site, party=party)
        for code in items:
            desk.add(admin, "item-registered", {"code": code, "name": code}, party=party)
    maker, partner = SIGNERS[GROWER, "station"], SIGNERS[PACKER, "station"]
    body: dict[str, Any] = {"lot": lot(*_RAW), "quantity": kg("10"), "site": "XUONG"}
    made = desk.add(maker, "harvested", body, time="2026-08-05")
    # Weeks later than the work, which is nothing to find fault with.
    shown = _photo("a", "Hái quả", lot=lot(*_RAW), stage="harvested")
    head = desk.add(maker, "photographed", shown, time="2026-07-01", links=[made])
    if corrected:
        right = _photo("a", "Hái quả trên nương", lot=lot(*_RAW))
        said = {"corrects": head, "of": "photographed", "reason": "typing-error", "body": right}
        head = desk.add(maker, "corrected", said, time="2026-08-06", links=[head])
    if foreign == "photographed":
        strange = _photo("b", "Ảnh của người khác", lot=lot(*_RAW))
        desk.add(partner, "photographed", strange, time="2026-08-06", links=[head], party=PACKER)
    elif foreign == "corrected":
        own = desk.add(partner, "photographed", _photo("c", "Ảnh"), time="2026-08-06", party=PACKER)
        strange = _photo("c", "Ảnh", lot=lot(*_RAW))
        said = {"corrects": own, "of": "photographed", "reason": "other", "body": strange}
        links = [head, own]
        desk.add(partner, "corrected", said, time="2026-08-06", links=links, party=PACKER)
    outputs = [{"lot": lot(*_MADE), "quantity": kg("3")}]
    body = {"site": "XUONG", "inputs": [amount(*_RAW, "6")], "outputs": outputs}
    desk.add(maker, "processed", body, time="2026-08-07", links=[head])
    whole = Whole(indexed(desk.entries))
    bundle = whole.bundle(range(desk.size), _MADE)
    return Case(what, "", bundle, replace(desk.trust, index_required=True))


def photo_cases() -> Mapping[str, Case]:
    """Photos that stand, and pictures that strangers hang on somebody's goods."""
    return {
        "photographed": _case("A harvest was photographed before it was processed."),
        "photograph_corrected": _case("The photo's words were corrected.", corrected=True),
        "photograph_of_others_goods_fail": _case(
            "Another party hung a picture on the lot.", foreign="photographed"
        ),
        "photograph_moved_to_others_goods_fail": _case(
            "Another party's correction moved its own picture to the lot.", foreign="corrected"
        ),
    }
