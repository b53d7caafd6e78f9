"""The cases of bundle format v2 about one lot in several hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.verify.graph import Lot
from ledger.verify.statement import Statement
from tests.ledger_story import GROWER, PACKER, SIGNERS, amount, kg, lot
from tests.tampering.forgery import Desk
from tests.tampering.indexed import Whole, indexed
from tests.vectors.bundle_cases_v2 import Case

_RAW: Lot = (f"{GROWER}/qua", "Q1")


def _case(what: str, shown: Lot, received: str, taken: str) -> Case:
    """10 kg, of which the maker takes 6; a partner receives and takes what it says."""
    desk = Desk()
    for party, items in ((GROWER, ("qua", "bot")), (PACKER, ("tra",))):
        desk.enrol(party)
        admin = SIGNERS[party, "admin"]
        site = {"code": "XUONG", "kind": "other", "name": "Xưởng"}
        desk.add(admin, "site-registered", site, party=party)
        for code in items:
            desk.add(admin, "item-registered", {"code": code, "name": code}, party=party)
    maker, partner = SIGNERS[GROWER, "station"], SIGNERS[PACKER, "station"]
    body: dict[str, Any] = {"lot": lot(*_RAW), "quantity": kg("10"), "site": "XUONG"}
    made = desk.add(maker, "harvested", body, time="2026-08-05")
    body = {"lot": lot(*_RAW), "quantity": kg(received), "site": "XUONG"}
    came = desk.add(partner, "received", body, time="2026-08-06", links=[made], party=PACKER)
    for signer, party, out, kilograms, link in (
        (maker, GROWER, "bot", "6", made),
        (partner, PACKER, "tra", taken, came),
    ):
        outputs = [{"lot": lot(f"{party}/{out}", "B1"), "quantity": kg("3")}]
        body = {"site": "XUONG", "inputs": [amount(*_RAW, kilograms)], "outputs": outputs}
        desk.add(signer, "processed", body, time="2026-08-07", links=[link], party=party)
    whole = Whole(indexed(desk.entries))
    code = shown[0].partition("/")[2]
    told = [one for one in whole.located if not _of_another(one.statement, code)]
    bundle = whole.bundle([one.index for one in told if one.index < desk.size], shown)
    return Case(what, "", bundle, replace(desk.trust, index_required=True))


def _of_another(statement: Statement, code: str) -> bool:
    """Whether it tells what else was made of the lot: a bundle speaks of a lot's ancestors only."""
    others = {"bot", "tra"} - {code}
    body = statement.body
    if statement.type == "processed":
        made: str = body["outputs"][0]["lot"]["item"]
        return made.partition("/")[2] in others
    return statement.type == "item-registered" and body["code"] in others


def goods_cases() -> Mapping[str, Case]:
    """What each hand says of one lot."""
    return {
        "received_in_part": _case(
            "A partner received 4 of 10 kg; the maker took the rest.",
            (f"{GROWER}/bot", "B1"),
            "4",
            "4",
        ),
        "received_in_part_overdrawn": _case(
            "A partner received 3 of 10 kg and took 3.5.",
            (f"{PACKER}/tra", "B1"),
            "3",
            "3.5",
        ),
    }
