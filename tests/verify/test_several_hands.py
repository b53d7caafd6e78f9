"""One lot in several hands: what each received and took is judged for itself."""

from __future__ import annotations

from typing import Any

from ledger.projections.facts import lot_facts
from tests.ledger_story import PACKER, SIGNERS, amount, kg, lot
from tests.verify.test_rules import Q1, RAW, Farm


def _shared(farm: Farm, taken: str, received: str = "4") -> str:
    """A lot of 10 kg: 4 kg go to another party, which receives and takes some; we take 6 kg."""
    farm.enrol(PACKER)
    buyer = SIGNERS[PACKER, "station"]
    farm.add(
        SIGNERS[PACKER, "admin"], "item-registered", {"code": "tra", "name": "Trà"}, party=PACKER
    )
    farm.harvest(value="10")
    farm.ship(Q1, value="4")
    body: dict[str, Any] = {"lot": lot(*Q1), "quantity": kg(received), "site": "XUONG"}
    came = farm.add(
        buyer, "received", body, time="2026-08-06", links=[farm.newest[Q1]], party=PACKER
    )
    farm.process(into="6", out="5")
    out = {"lot": lot(f"{PACKER}/tra", "T1"), "quantity": kg("1")}
    body = {"site": "XUONG", "inputs": [amount(RAW, "Q1", taken)], "outputs": [out]}
    farm.add(buyer, "processed", body, time="2026-08-07", links=[came], party=PACKER)
    return came


def test_a_part_that_came_to_a_partner_is_no_measure_of_the_whole_lot() -> None:
    farm = Farm()
    _shared(farm, "4")
    assert [one for one in farm.findings(Q1) if one.severity == "error"] == []
    graph, history = farm.folded()
    balance = lot_facts(graph, history.registry, Q1, {})["balance"]
    assert (balance["received_kg"], balance["taken_kg"], balance["left_kg"]) == ("4", "10", "0")


def test_a_partner_that_takes_more_than_it_received_is_found() -> None:
    farm = Farm()
    _shared(farm, "4.5", received="4")
    found = [one for one in farm.findings(Q1) if one.severity == "error"]
    assert [one.code for one in found] == ["overdrawn"]
    farm = Farm()
    _shared(farm, "3.5", received="3")
    found = [one for one in farm.findings(Q1) if one.severity == "error"]
    assert [(one.code, dict(one.params)) for one in found] == [
        ("overdrawn", {"taken": "3.5", "had": "3"})
    ]


def test_goods_that_go_from_hand_to_hand_are_no_more_than_were_made() -> None:
    farm = Farm()
    farm.harvest(value="10")
    farm.goods("received", "08-05", {"lot": lot(*Q1), "quantity": kg("9.5"), "site": "XUONG"})
    farm.enrol(PACKER)
    body = {"lot": lot(*Q1), "quantity": kg("9.4"), "site": "XUONG"}
    farm.add(
        SIGNERS[PACKER, "station"],
        "received",
        body,
        time="2026-08-06",
        links=[farm.newest[Q1]],
        party=PACKER,
    )
    assert [one for one in farm.findings(Q1) if one.severity == "error"] == []
