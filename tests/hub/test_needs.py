"""What stations need is kept, not searched for: its cost, its places, and its loss."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.hub import needs as needs_module
from api.hub import relevance
from api.hub.needs import Needed, Needs
from api.hub.needs_schema import NEEDS_FILE
from api.hub.pulling import PullRequest
from ledger.store.seam import LedgerStore
from ledger.verify.entry import Entry
from tests.hub.scene import AskingStation, HubScene, code_of
from tests.store.small_ledger import FARM, SHOP, kg, lot, taken, tell

FRUIT, FLOUR = f"{FARM}/qua", f"{FARM}/bot"


class Counted:
    """A store that counts what is asked of it and how much it gives."""

    def __init__(self, store: LedgerStore) -> None:
        self._store = store
        self.asked = 0
        self.given = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def counted(*values: Any) -> Any:
            answer = found(*values)
            self.asked += 1
            self.given += len(answer) if isinstance(answer, list) else 1
            return answer

        return counted


def sent(station: AskingStation, entries: Sequence[Entry]) -> None:
    for first in range(0, len(entries), 400):
        answer = station.push(entries[first : first + 400])
        assert answer.status_code == 200, answer.text
    station.hub.settle()


def delivery(farm: AskingStation, code: str) -> list[Entry]:
    """A harvest that is shipped to the shop."""
    item = lot(FRUIT, code)
    where = {"quantity": kg("10"), "site": "VT-01"}
    return [
        farm.says("harvested", {"lot": item, **where}),
        farm.says("shipped", {"lot": item, **where, "to": {"kind": "company", "party": SHOP}}),
    ]


def everything(needs: Needs, party: str, limit: int = 400) -> list[tuple[int, int]]:
    """All places of a party, page after page."""
    found: list[tuple[int, int]] = []
    page = Needed((), 0, 0, more=True)
    while page.more:
        page = needs.page(party, "0" * 64, page.until, page.next, limit)
        found += page.places
    return found


def cost_of_a_pull(hub: HubScene, shop: AskingStation) -> tuple[int, int, int, int]:
    """(steps of SQLite in the tables of needs, questions to the store, rows, entries answered)."""
    made = hub.services.hub
    record = hub.services.exporter.projector.history.keys.records[shop.signer.keyid]
    from api.hub.asking import Asking
    from api.hub.standing import Standing

    counted = Counted(hub.services.reading)
    pulling = replace(made.pulling, reading=counted)
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    made.needs.page(SHOP, "0" * 64, 0, 0, 1)  # follows the log: paid once by whoever comes first
    db = made.needs._db
    assert db is not None
    db.set_progress_handler(step, 1)
    asked = PullRequest(shop.place[0], shop.place[1], shop.size, 400)
    answer = pulling.pull(Asking(record, Standing()), asked)
    db.set_progress_handler(None, 0)
    return steps, counted.asked, counted.given, len(answer["entries"])


def test_a_pull_costs_what_it_brings_and_not_what_the_ledger_holds(hub: HubScene) -> None:
    farm, shop = hub.joined(FARM), hub.joined(SHOP)
    sent(farm, farm.harvests(80))
    shop.pull_all()
    sent(farm, delivery(farm, "NEW-1"))
    small = cost_of_a_pull(hub, shop)
    shop.pull_all()
    sent(farm, farm.harvests(1600))
    shop.pull_all()
    sent(farm, delivery(farm, "NEW-2"))
    large = cost_of_a_pull(hub, shop)
    assert small[3] == large[3] == 2
    assert large[0] <= 1.5 * small[0] + 50, (small, large)
    # The proof grows with the logarithm: twenty times the entries, a few nodes more.
    assert large[1] <= small[1] + 8, (small, large)
    assert large[2] <= small[2] + 8 * 16, (small, large)


def test_news_of_others_between_two_pulls_cost_nothing(hub: HubScene) -> None:
    """A thousand statements that the shop does not need are stepped over, not looked through."""
    farm, shop = hub.joined(FARM), hub.joined(SHOP)
    shop.pull_all()
    sent(farm, farm.harvests(20))
    few = cost_of_a_pull(hub, shop)
    sent(farm, farm.harvests(800))
    many = cost_of_a_pull(hub, shop)
    assert few[3] == many[3] == 0
    assert many[0] <= few[0] + 20, (few, many)
    assert many[1] <= few[1] + 8, (few, many)


def test_every_machine_finds_the_same_places_however_it_follows(
    hub: HubScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(hub.services)
    farm = hub.joined(FARM)
    sent(farm, [one for number in range(5) for one in delivery(farm, f"D{number}")])
    store = hub.services.reading
    whole = {party: everything(hub.services.hub.needs, party) for party in (FARM, SHOP)}
    assert len(whole[SHOP]) > 20
    monkeypatch.setattr(needs_module, "_PAGE", 3)
    monkeypatch.setattr(needs_module, "MOST_FOLLOWED", 6)
    (tmp_path / "other").mkdir()
    other = Needs(tmp_path / "other", store)
    try:
        for party, expected in whole.items():
            assert everything(other, party, limit=2) == expected
    finally:
        other.close()


def test_a_lost_file_of_needs_is_made_again_with_the_same_places(hub: HubScene) -> None:
    tell(hub.services)
    made = hub.services.hub.needs
    before = everything(made, SHOP)
    made.close()
    for path in hub.services.folder.glob(f"{NEEDS_FILE}*"):
        path.unlink()
    assert everything(made, SHOP) == before
    made.close()
    (hub.services.folder / NEEDS_FILE).write_bytes(b"no database at all " * 400)
    for path in hub.services.folder.glob(f"{NEEDS_FILE}-*"):
        path.unlink()
    assert everything(made, SHOP) == before


def test_a_file_damaged_in_its_middle_costs_one_answer(hub: HubScene) -> None:
    tell(hub.services)
    made, shop = hub.services.hub.needs, hub.joined(SHOP)
    before = everything(made, SHOP)
    made.close()
    path = hub.services.folder / NEEDS_FILE
    with sqlite3.connect(path) as whole:
        whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole.close()
    raw = bytearray(path.read_bytes())
    for at in range(4096, len(raw)):
        raw[at] ^= 0x5A
    path.write_bytes(raw)
    first = shop.asks({"after": 0, "from": 0, "size": 0})
    assert code_of(first) == (503, "needs-away")
    assert first.headers["retry-after"]
    assert [one for one in everything(made, SHOP) if one[0] < before[-1][0]] == before[:-1]


def test_a_file_of_another_log_is_thrown_away(hub: HubScene) -> None:
    tell(hub.services)
    made = hub.services.hub.needs
    before = everything(made, SHOP)
    made.close()
    with sqlite3.connect(hub.services.folder / NEEDS_FILE) as wrong:
        wrong.execute("UPDATE progress SET last = x'00'")
        wrong.execute("INSERT INTO need VALUES ('CT-B', 1, 999999, 1, 1)")
    wrong.close()
    assert everything(made, SHOP) == before


def test_a_file_ahead_of_a_store_that_was_put_back_says_nothing_of_what_is_gone(
    hub: HubScene,
) -> None:
    tell(hub.services)
    made = hub.services.hub.needs
    whole = everything(made, SHOP)
    size = hub.services.store.size()

    class PutBack(Counted):
        def size(self) -> int:
            return size - 3

        def sealed(self, first: int, limit: int) -> list[tuple[int, bytes]]:
            return [row for row in self._store.sealed(first, limit) if row[0] < size - 3]

    shorter = Needs(hub.services.folder, PutBack(hub.services.reading))
    try:
        page = shorter.page(SHOP, "0" * 64, 0, 0, 400)
        assert list(page.places) == [one for one in whole if one[0] < size - 3]
        assert page.until == size - 3
    finally:
        shorter.close()


def test_a_graph_that_is_made_to_hurt_is_followed_only_so_far(
    hub: HubScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relevance, "_MOST_LOTS", 10)
    farm, shop = hub.joined(FARM), hub.joined(SHOP)
    shop.pull_all()
    entries = farm.harvests(1, "L")
    before = entries[0]
    chain = [
        farm.says(
            "processed",
            {
                "site": "XUONG",
                "inputs": [taken(FRUIT, f"C{number}", "1")],
                "outputs": [taken(FRUIT, f"C{number + 1}", "1")],
            },
        )
        for number in range(30)
    ]
    ship = farm.says(
        "shipped",
        {
            "lot": lot(FRUIT, "C30"),
            "quantity": kg("1"),
            "site": "XUONG",
            "to": {"kind": "company", "party": SHOP},
        },
    )
    sent(farm, [before, *chain, ship])
    came = shop.pull_all()
    assert len(came) == 11, "ten lots back, and the shipment"


def test_a_lot_that_is_made_of_itself_ends_the_walk(hub: HubScene) -> None:
    farm, shop = hub.joined(FARM), hub.joined(SHOP)
    shop.pull_all()
    circle = [
        farm.says(
            "processed",
            {
                "site": "XUONG",
                "inputs": [taken(FRUIT, one, "1")],
                "outputs": [taken(FRUIT, other, "1")],
            },
        )
        for one, other in (("R1", "R2"), ("R2", "R1"))
    ]
    sent(farm, [*circle, *delivery(farm, "R1")])
    assert len(shop.pull_all()) == 4


def test_an_answer_is_cut_where_it_would_be_too_large(
    hub: HubScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.hub import pulling

    monkeypatch.setattr(pulling, "_MOST_ANSWERED", 3000)
    tell(hub.services)
    shop, other = hub.joined(SHOP), hub.joined(SHOP)
    page = shop.pull()
    assert page["more"]
    assert len(page["entries"]) < 10
    shop.pull_all()
    monkeypatch.setattr(pulling, "_MOST_ANSWERED", 3_000_000)
    other.pull_all()
    assert shop.adopted.keys() == other.adopted.keys()


def test_a_log_that_grew_far_is_followed_over_several_questions(
    hub: HubScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needs_module, "MOST_FOLLOWED", 500)
    farm, shop = hub.joined(FARM), hub.joined(SHOP)
    sent(farm, farm.harvests(1600))
    sent(farm, delivery(farm, "LAST"))
    pages = [shop.pull() for _ in range(4)]
    assert [page["more"] for page in pages] == [True, True, True, False]
    assert pages[-1]["until"] == hub.services.store.size()
    assert len(pages[-1]["entries"]) == 2


def test_another_process_that_follows_the_log_is_not_waited_for(hub: HubScene) -> None:
    tell(hub.services)
    made = hub.services.hub.needs
    before = everything(made, SHOP)
    other = sqlite3.connect(hub.services.folder / NEEDS_FILE, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        farm = hub.joined(FARM)
        sent(farm, delivery(farm, "WAITS"))
        page = made.page(SHOP, "0" * 64, 0, 0, 400)
        assert list(page.places) == before
        assert page.more, "there is more as soon as the other one is done"
        other.execute("ROLLBACK")
        assert len(everything(made, SHOP)) > len(before)
    finally:
        other.close()
