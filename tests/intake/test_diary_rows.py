"""One row at a time: what it becomes, and every sentence about what is wrong with it."""

from __future__ import annotations

import pytest

from api.intake.folding import folded
from api.intake.kinds import KINDS
from api.intake.sentences import FILES, ROWS
from ledger.verify.shapes import BODIES, CORRECTABLE
from tests.intake.small_cooperative import (
    GTIN,
    HARVEST,
    HEADINGS,
    PACKING,
    PARTY,
    codes,
    draft_of,
    judged,
)


def test_a_harvest_becomes_a_draft_with_exact_decimals_and_the_time_of_vietnam() -> None:
    draft = draft_of(judged(HARVEST, partner="Hộ 12", instrument="CAN-01"))
    assert (draft.type, draft.party) == ("harvested", PARTY)
    assert draft.time == "2026-09-07T09:06:00+07:00"
    assert draft.body == {
        "lot": {"item": f"{PARTY}/qua-tuoi", "code": "Q01"},
        "quantity": {"value": "12.5", "unit": "kg"},
        "site": "VT-01",
        "from": {"kind": "household", "number": "12"},
        "instrument": "CAN-01",
    }
    assert draft.private == {}
    assert draft.faults() == []


def test_a_day_without_an_hour_starts_at_midnight() -> None:
    assert draft_of(judged(HARVEST, time="7/9/2026")).time == "2026-09-07T00:00:00+07:00"


def test_packing_finds_the_item_of_each_input_lot() -> None:
    draft = draft_of(judged(PACKING, inputs="B01 = 1,2 + B01=2.000 g"))
    lot = {"item": f"{PARTY}/bot", "code": "B01"}
    assert draft.body["inputs"] == [
        {"lot": lot, "quantity": {"value": "1.2", "unit": "kg"}},
        {"lot": lot, "quantity": {"value": "2000", "unit": "g"}},
    ]
    assert draft.body["packs"] == 14
    assert draft.body["expiry"] == "2027-09-08"
    assert draft.body["lot"] == {"item": f"0{GTIN}", "code": "L01"}


def test_labels_leave_tag_and_first_serial_to_the_station() -> None:
    row = judged(PACKING, type="in tem", quantity="14", unit="tem", inputs="", expiry="")
    draft = draft_of(row)
    assert draft.body == {"lot": {"item": f"0{GTIN}", "code": "L01"}, "count": 14}
    assert draft.faults() == []


def test_field_work_reads_activity_and_waiting_days_from_the_note_only_as_codes() -> None:
    row = judged(
        HARVEST, type="chăm sóc", item="", lot="", note="Phun thuốc cho anh Tám, cách ly 14 ngày"
    )
    draft = draft_of(row)
    assert draft.body == {
        "site": "VT-01",
        "activity": "spraying",
        "dose": {"value": "12.5", "unit": "kg"},
        "interval_days": 14,
    }
    assert draft.private == {"note": "Phun thuốc cho anh Tám, cách ly 14 ngày"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("kiểm nghiệm", "tested"), ("tạm giữ", "held"), ("thu hồi", "recalled")],
)
def test_trouble_carries_codes_and_keeps_the_authority_private(name: str, kind: str) -> None:
    draft = draft_of(
        judged(
            PACKING,
            type=name,
            inputs="",
            expiry="",
            partner="Chi cục TĐC, chị Hoa",
            note="độ ẩm không đạt",
        )
    )
    assert draft.type == kind
    assert draft.body["by"] == {"kind": "authority"}
    assert draft.private == {"by.digest": "Chi cục TĐC, chị Hoa", "note": "độ ẩm không đạt"}
    assert draft.body.get("reason", "test-failed") == "test-failed"
    assert draft.body.get("result", "fail") == "fail"
    assert draft.faults() == []


def test_a_correction_holds_the_right_values_and_leaves_the_search_to_the_caller() -> None:
    draft = draft_of(judged(HARVEST, type="đính chính thu hoạch", partner="Hộ 07 (Phượng)"))
    assert draft.type == "corrected"
    assert draft.body["of"] == "harvested"
    assert draft.body["reason"] == "typing-error"
    assert "corrects" not in draft.body
    assert draft.body["body"]["quantity"] == {"value": "12.5", "unit": "kg"}
    assert draft.private == {"body.from.digest": "Hộ 07 (Phượng)"}
    sealed = draft.sealed_body(lambda text: f"{len(text):064d}")
    assert sealed["body"]["from"]["digest"] == f"{14:064d}"
    assert draft.faults() == []


def test_a_correction_of_a_packing_may_come_after_the_expiry() -> None:
    row = judged(PACKING, type="đính chính đóng gói", time="20/10/2026", expiry="01/10/2026")
    assert draft_of(row).body["body"]["expiry"] == "2026-10-01"


@pytest.mark.parametrize("name", ["đính chính", "đính chính in tem", "đính chính bay"])
def test_a_correction_of_nothing_that_can_be_corrected_is_refused(name: str) -> None:
    assert codes(judged(HARVEST, type=name)) == ["correction-of-nothing"]


def test_every_problem_of_a_row_is_reported_at_once() -> None:
    row = judged(
        HARVEST,
        time="31/02/2026",
        site="KHONG",
        item="la",
        lot="LÔ 1",
        quantity="-4",
        unit="bó",
        instrument="CAN-9",
    )
    assert set(codes(row)) == {
        "date-impossible",
        "site-unknown",
        "item-unknown",
        "lot-code",
        "negative",
        "unit",
        "instrument-unknown",
    }
    assert row.draft is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"time": "09/07"}, "date-form"),
        ({"time": "07/09/2026 25:00"}, "date-impossible"),
        ({"time": "07/09/1926 08:00"}, "date-too-old"),
        ({"time": "23/11/2026"}, "date-future"),
        ({"time": ""}, "missing"),
        ({"site": ""}, "missing"),
        ({"lot": ""}, "missing"),
        ({"quantity": "0"}, "zero"),
        ({"quantity": "12.5"}, "number"),
        ({"quantity": "=1+1"}, "formula"),
        ({"quantity": "3", "unit": "bao"}, "unit-wrong"),
        ({"quantity": "3", "unit": "tem"}, "unit-wrong"),
        ({"lot": "-1+1"}, "formula"),
        ({"lot": "@SUM(A1)"}, "formula"),
        ({"lot": "+84"}, "formula"),
        ({"lot": "A" * 21}, "lot-code"),
        ({"item": "8,9385E+12"}, "gtin-scientific"),
        ({"item": "8938503000598"}, "product-unknown"),
        ({"item": "8938503000421"}, "check-digit"),
        ({"type": "bay lên trời"}, "type-unknown"),
        ({"note": "x" * 2001}, "cell-too-long"),
        ({"site": "VT\x0701"}, "control-character"),
    ],
)
def test_a_bad_cell_of_a_harvest_is_named(changes: dict[str, str], code: str) -> None:
    assert codes(judged(HARVEST, **changes)) == [code]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"inputs": "B01"}, "inputs-form"),
        ({"inputs": "B01=kg"}, "inputs-form"),
        ({"inputs": "B01=-2"}, "negative"),
        ({"inputs": "LA=2"}, "input-unknown"),
        ({"inputs": "+".join(["B01=1"] * 61)}, "inputs-too-many"),
        ({"inputs": ""}, "missing"),
        ({"quantity": "14,5"}, "not-whole"),
        ({"quantity": "14", "unit": "kg"}, "unit-wrong"),
        ({"quantity": "9999999999"}, "count-too-large"),
        ({"item": "qua-tuoi"}, "gtin-needed"),
        ({"expiry": "07/09/2026"}, "expiry-before-packing"),
        ({"expiry": "30 tháng"}, "date-form"),
        ({"lot": 'L"1'}, "field-wrong"),
    ],
)
def test_a_bad_cell_of_a_packing_is_named(changes: dict[str, str], code: str) -> None:
    assert codes(judged(PACKING, **changes)) == [code]


def test_a_note_may_look_like_a_formula() -> None:
    draft = draft_of(judged(HARVEST, note="=cmd|' /C calc'!A0", partner="-Hộ cuối xóm"))
    assert draft.private["note"] == "=cmd|' /C calc'!A0"


def test_a_waiting_time_longer_than_a_year_is_questioned() -> None:
    row = judged(HARVEST, type="chăm sóc", note="phun, cách ly 400 ngày")
    assert codes(row) == ["interval-too-long"]


@pytest.mark.parametrize("name", KINDS)
def test_each_type_is_understood_without_marks_and_in_capitals(name: str) -> None:
    for text in (name.upper(), folded(name), f"  {folded(name).title()} "):
        row = judged(PACKING, type=text)
        assert "type-unknown" not in codes(row)


@pytest.mark.parametrize(
    ("note", "activity"),
    [
        ("bón phân tươi", "fertilising"),
        ("tuoi nuoc", "watering"),
        ("tưới", "watering"),
        ("như mọi ngày", "other"),
        ("gieo hạt", "sowing"),
        ("làm cỏ tay", "weeding"),
        ("", "other"),
    ],
)
def test_marks_tell_watering_from_fresh(note: str, activity: str) -> None:
    row = judged(HARVEST, type="chăm sóc", note=note)
    assert draft_of(row).body["activity"] == activity


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ("nhiễm nấm mốc", "contamination"),
        ("dán sai tem", "wrong-label"),
        ("như đã báo", "other"),
        ("bao bì hư", "damaged"),
        ("hết hạn", "expired"),
        ("xuất nhầm", "typing-error"),
        ("chờ kết quả kiểm nghiệm", "other"),
    ],
)
def test_the_reason_of_a_hold_is_a_code_read_from_the_note(note: str, reason: str) -> None:
    assert draft_of(judged(HARVEST, type="tạm giữ", note=note)).body["reason"] == reason


@pytest.mark.parametrize(
    ("note", "result"),
    [
        ("đạt", "pass"),
        ("chưa đạt", "fail"),
        ("mẫu số 3", "pending"),
        ("chưa có kết quả, mẫu trước đạt", "pending"),
    ],
)
def test_the_result_of_a_test_is_read_from_the_note(note: str, result: str) -> None:
    assert draft_of(judged(HARVEST, type="kiểm nghiệm", note=note)).body["result"] == result


def test_every_type_of_the_table_exists_in_the_format() -> None:
    assert set(KINDS.values()) <= set(BODIES)
    assert {"harvested", "packed"} <= set(CORRECTABLE)


def test_every_sentence_is_there_in_both_languages_and_says_what_to_do() -> None:
    for english, vietnamese in (*FILES.values(), *ROWS.values()):
        assert english != vietnamese
        assert "hãy" in vietnamese or vietnamese.endswith("trước hết là:")
        assert english[-1] in ".:"


def test_the_sentence_about_headings_lists_every_column_in_order() -> None:
    assert HEADINGS.replace(";", ", ") in FILES["heading-unknown"][0]


def test_an_unknown_type_is_answered_with_the_whole_list() -> None:
    (problem,) = judged(HARVEST, type="bay").problems
    for name in KINDS:
        assert name in problem.vi
        assert name in problem.en
