"""The diaries beside the checkout: every good row drafts, every bad one is explained."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from api.intake.diary import read_diary
from api.intake.rows import Row
from api.intake.setup import read_setup
from ledger.domain.drafts import Draft
from ledger.verify.amounts import kilograms
from tests.intake.registry_of_drafts import RegistryOfDrafts
from tests.shared_data import shared

NOW = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
TIME = "2026-08-01T08:00:00+07:00"
DEMO = Path(str(resources.files("api.demo_data")))


def files(name: str) -> tuple[Path, Path]:
    if name == "demo":
        return DEMO / "demo.csv", DEMO / "demo.setup.json"
    return shared("scenarios", f"{name}.csv"), shared("scenarios", f"{name}.setup.json")


def read_all(diary: bytes, setup: bytes) -> Iterator[tuple[Row, RegistryOfDrafts]]:
    drafts = read_setup(setup, TIME)
    party = drafts[0].body["code"]
    registry = RegistryOfDrafts(party, drafts)
    for row in read_diary(diary, party, registry, NOW):
        yield row, registry
        if row.draft is not None:
            registry.take(row.draft)


@pytest.mark.parametrize(
    ("name", "rows"), [("mien-dong", 100), ("che-shan-tuyet", 115), ("demo", 45)]
)
def test_every_row_of_a_good_diary_becomes_a_draft(name: str, rows: int) -> None:
    diary, setup = (path.read_bytes() for path in files(name))
    found = [row for row, _ in read_all(diary, setup)]
    assert [(row.line, [p.en for p in row.problems]) for row in found if row.draft is None] == []
    assert len(found) >= rows
    assert [row.line for row in found] == list(range(2, len(found) + 2))


@pytest.mark.parametrize("name", ["mien-dong", "che-shan-tuyet", "demo"])
def test_no_text_of_note_or_partner_is_in_the_body_of_a_scenario_draft(name: str) -> None:
    diary, setup = (path.read_bytes() for path in files(name))
    seen = 0
    for row, _ in read_all(diary, setup):
        assert row.draft is not None
        body = json.dumps(row.draft.body, ensure_ascii=False)
        # The two personal columns, as they stand in the file.
        cells = diary.decode("utf-8-sig").splitlines()[row.line - 1].split(";")
        partner, note = cells[8], cells[11]
        for text in (partner, note):
            if text:
                seen += 1
                assert text not in body
    assert seen > 20


def faulty() -> dict[int, Row]:
    diary = shared("scenarios", "mien-dong-loi.csv").read_bytes()
    setup = shared("scenarios", "mien-dong.setup.json").read_bytes()
    return {row.line: row for row, _ in read_all(diary, setup)}


def test_of_the_faulty_diary_only_what_needs_the_ledger_passes_intake() -> None:
    rows = faulty()
    drafted = {line for line, row in rows.items() if row.draft is not None}
    good = {2, 7, 15}
    # More kilograms out than in, and 5,000 labels for a lot that was never packed: one row and the
    # registry cannot tell, the ledger's mass balance and label count can.
    for_the_ledger = {9, 14}
    assert drafted == good | for_the_ledger
    assert [line for line, row in rows.items() if row.empty] == [16]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (3, "negative"),
        (4, "date-impossible"),
        (5, "date-future"),
        (6, "site-unknown"),
        (8, "unit-wrong"),
        (10, "input-unknown"),
        (11, "check-digit"),
        (12, "lot-code"),
        (13, "expiry-before-packing"),
        (17, "type-unknown"),
        (18, "formula"),
    ],
)
def test_each_faulty_row_is_told_what_is_wrong(line: int, code: str) -> None:
    row = faulty()[line]
    assert [problem.code for problem in row.problems] == [code]
    (problem,) = row.problems
    assert problem.vi != problem.en
    # What is wrong, then what to do, in one sentence.
    assert ";" in problem.vi and ";" in problem.en
    assert problem.vi.endswith(".") and problem.en.endswith(".")


def test_the_row_in_nfd_means_what_its_nfc_form_means() -> None:
    draft = faulty()[7].draft
    assert draft is not None
    assert draft.body["quantity"] == {"value": "1250.75", "unit": "kg"}
    assert draft.body["from"] == {"kind": "household", "number": "07"}
    assert draft.private["from.digest"] == "Hộ 07 (Phượng)"


def test_the_demo_is_about_another_product_with_enough_packs_to_label() -> None:
    drafts: list[Draft] = [
        row.draft
        for row, _ in read_all(*(path.read_bytes() for path in files("demo")))
        if row.draft is not None
    ]
    packs = {d.body["lot"]["code"]: d.body["packs"] for d in drafts if d.type == "packed"}
    issued = {d.body["lot"]["code"]: d.body["count"] for d in drafts if d.type == "labels-issued"}
    recalled = {lot["code"] for d in drafts if d.type == "recalled" for lot in d.body["lots"]}
    assert len(issued) >= 3
    assert all(count <= packs[code] for code, count in issued.items())
    assert any(count >= 12 and code not in recalled for code, count in packs.items())
    assert recalled & set(packs)
    assert any(d.type == "corrected" for d in drafts)


@pytest.mark.parametrize("name", ["demo", "mien-dong"])
def test_nothing_in_a_good_diary_weighs_more_than_it_was_made_from(name: str) -> None:
    setup, had = RegistryOfDrafts("X"), dict[str, Decimal]()
    packs: dict[str, Decimal] = {}
    gone: dict[str, Decimal] = {}
    diary, setup_file = (path.read_bytes() for path in files(name))
    for draft in read_setup(setup_file, TIME):
        setup.take(draft)
    for row, _ in read_all(diary, setup_file):
        assert row.draft is not None
        draft = row.draft
        body = draft.body
        inputs = [(one["lot"]["code"], kg(one)) for one in body.get("inputs", [])]
        into = sum((mass for _, mass in inputs), Decimal(0))
        if draft.type == "corrected":
            body = body["body"]
            had[body["lot"]["code"]] = min(had[body["lot"]["code"]], kg(body))
        elif draft.type in ("harvested", "received"):
            assert kg(body) <= had.get(body["lot"]["code"], kg(body)), row.source
            had[body["lot"]["code"]] = kg(body)
        elif draft.type == "processed":
            (out,) = body["outputs"]
            assert kg(out) < into, row.source
            had[out["lot"]["code"]] = kg(out)
        elif draft.type == "packed":
            net = setup.products[body["lot"]["item"]]["net_content"]
            assert Decimal(net["value"]) / 1000 * body["packs"] <= into, row.source
            packs[body["lot"]["code"]] = Decimal(body["packs"])
        elif draft.type in ("shipped", "sold", "destroyed"):
            code = body["lot"]["code"]
            if code in packs:
                gone[code] = gone.get(code, Decimal(0)) + Decimal(body["quantity"]["value"])
                assert gone[code] <= packs[code], row.source
            else:
                inputs = [(code, kg(body))]
        for code, mass in inputs:
            had[code] -= mass
            assert had[code] >= 0, row.source
    assert len(packs) >= 3


def kg(of: dict[str, Any]) -> Decimal:
    found = kilograms(of["quantity"])
    assert found is not None
    return found
