"""The preview and the ledger agree: what one accepts the other records, what one refuses too."""

from __future__ import annotations

import random

import pytest

from api.bootstrap import Services
from api.intake.diary import read_diary
from api.tables.judged import TO_RECORD
from api.tables.recording import record_row
from ledger.domain.drafts import Draft
from ledger.verify.wording import Refusal
from tests.intake.test_scenario_diaries import files as scenario
from tests.pages.cooperative import NOW, PARTY
from tests.shared_data import shared
from tests.tables.files import HARVEST, HEADINGS, PACKING, RECEIPT, checked, csv_of
from tests.tables.test_round_trip import ledger

KINDS = ("thu hoạch", "tiếp nhận", "đóng gói", "xuất hàng", "bán", "tiêu hủy", "tạm giữ", "in tem")


def agreed(services: Services, party: str, raw: bytes) -> tuple[int, int]:
    """Judge a file, then record its rows one by one and hold both against each other."""
    found = checked(services, raw, party=party)
    recorded = bad = 0
    for row in found.rows:
        if row.state in TO_RECORD:
            refusal, _ = record_row(services, row)
            assert refusal is None, (row.line, refusal.say("en"))
            recorded += 1
        elif row.state == "bad":
            bad += 1
    return recorded, bad


def test_what_the_preview_of_a_faulty_diary_accepts_is_recorded_to_the_last_row() -> None:
    setup = scenario("mien-dong")[1].read_bytes()
    with ledger(setup) as (services, party):
        recorded, bad = agreed(
            services, party, shared("scenarios", "mien-dong-loi.csv").read_bytes()
        )
    assert recorded and bad


@pytest.mark.parametrize("seed", range(3))
def test_any_mixture_of_rows_is_judged_as_the_ledger_judges_it(
    services: Services, seed: int
) -> None:
    chance = random.Random(seed)
    lots = ["BD-260915", "BD-A", "BD-B"]
    packs = ["L260923A", "L-A", "L-B"]
    rows = []
    for _ in range(45):
        kind = chance.choice(KINDS)
        base = PACKING if kind in ("đóng gói", "in tem") else HARVEST
        typed = {**base, "loại": kind, "thời gian": f"{chance.randint(14, 30)}/09/2026 08:00"}
        if base is PACKING:
            typed["lô"] = chance.choice(packs)
            typed["từ lô"] = f"{chance.choice(lots)}={chance.randint(1, 30)}"
            typed["số lượng"] = str(chance.randint(1, 60))
            typed["đơn vị"] = "tem" if kind == "in tem" else "gói"
        else:
            typed["lô"] = chance.choice(lots)
            typed["số lượng"] = str(chance.randint(1, 40))
            typed["ghi chú"] = "hỏng"
        rows.append(typed)
    found = checked(services, csv_of(rows, HEADINGS))
    verdicts = []
    for row in found.rows:
        drafts = row.drafts
        if row.state == "bad":
            drafts = _drafts_anyway(services, rows[row.line - 2])
        if not drafts:
            continue  # refused by intake already, which the ledger never hears
        try:
            services.station.record(drafts[0])
            verdicts.append((row.line, row.state, "new"))
        except Refusal:
            verdicts.append((row.line, row.state, "bad"))
    assert len(verdicts) > 15 and {one[2] for one in verdicts} == {"new", "bad"}
    assert [one for one in verdicts if one[1] != one[2] and one[1] != "known"] == []


def _drafts_anyway(services: Services, row: dict[str, str]) -> tuple[Draft, ...]:
    """What intake alone makes of a row by now."""
    known = services.views.known_for(PARTY)
    (found,) = read_diary(csv_of([row]), PARTY, known, NOW)
    return () if found.draft is None else (found.draft,)


def test_corrections_find_what_a_row_before_them_said(services: Services) -> None:
    right = {**HARVEST, "loại": "đính chính thu hoạch", "số lượng": "11"}
    assert agreed(services, "HTX-MD", csv_of([HARVEST, right])) == (2, 0)
    lone = {**right, "lô": "BD-KHAC"}
    found = checked(services, csv_of([lone]))
    assert found.rows[0].state == "bad"
    work = {**HARVEST, "loại": "chăm sóc", "ghi chú": "phun", "số lượng": "", "đơn vị": ""}
    mended = {**work, "loại": "đính chính chăm sóc", "ghi chú": "tưới"}
    assert agreed(services, "HTX-MD", csv_of([work, mended])) == (2, 0)


def test_received_goods_of_a_lot_that_is_not_there_are_judged_by_their_owner(
    services: Services,
) -> None:
    assert agreed(services, "HTX-MD", csv_of([{**RECEIPT, "lô": "CHUA-CO"}])) == (0, 1)
