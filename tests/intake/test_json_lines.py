"""JSON Lines: drafts from programs, with the same judgement as a diary."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.intake.jsonl import read_jsonl
from api.intake.problems import IntakeError
from api.intake.rows import Row
from tests.intake.small_cooperative import GTIN, NOW, PARTY, codes, draft_of, registry

BODY: dict[str, Any] = {
    "lot": {"item": f"{PARTY}/qua-tuoi", "code": "Q01"},
    "quantity": {"value": "12.5", "unit": "kg"},
    "site": "VT-01",
}
LINE: dict[str, Any] = {"type": "harvested", "time": "2026-09-07T09:06:00+07:00", "body": BODY}


def rows_of(raw: bytes) -> list[Row]:
    return list(read_jsonl(raw, PARTY, registry(), NOW))


def judged(**changes: Any) -> Row:
    (row,) = rows_of(json.dumps(LINE | changes, ensure_ascii=False).encode())
    return row


def test_a_line_becomes_a_draft_and_its_note_stays_private() -> None:
    draft = draft_of(judged(note="gặp chị Phượng"))
    assert draft.body == BODY
    assert draft.party == PARTY
    assert draft.private == {"note": "gặp chị Phượng"}


def test_blank_lines_are_counted_and_empty() -> None:
    rows = rows_of(b"\n" + json.dumps(LINE).encode() + b"\r\n\r\n")
    assert [(row.line, row.empty) for row in rows][:3] == [(1, True), (2, False), (3, True)]


def test_escaped_text_is_composed() -> None:
    (row,) = rows_of(json.dumps(LINE | {"note": "Pho\u031b"}).encode())
    assert draft_of(row).private["note"] == "Phơ"


def test_labels_and_corrections_leave_to_the_station_what_only_it_knows() -> None:
    lot = {"item": f"0{GTIN}", "code": "L1"}
    draft = draft_of(judged(type="labels-issued", body={"lot": lot, "count": 3}))
    assert draft.faults() == []
    full = {"lot": lot, "count": 3, "tag": "A1", "first": 1}
    assert codes(judged(type="labels-issued", body=full)) == ["field-wrong"] * 2
    body = {"of": "harvested", "reason": "typing-error", "body": BODY}
    assert draft_of(judged(type="corrected", body=body)).faults() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "bay"}, "type-not-here"),
        ({"type": "key-enrolled"}, "type-not-here"),
        ({"type": 3}, "key-missing"),
        ({"time": "07/09/2026"}, "time"),
        ({"time": "2036-09-07T09:06:00+07:00"}, "date-future"),
        ({"time": None}, "key-missing"),
        ({"body": []}, "key-missing"),
        ({"body": BODY | {"note": "Phượng"}}, "field-wrong"),
        ({"body": BODY | {"price": 3}}, "field-wrong"),
        ({"body": BODY | {"quantity": {"value": 12.5, "unit": "kg"}}}, "field-wrong"),
        ({"body": BODY | {"site": "LA"}}, "site-unknown"),
        ({"body": BODY | {"instrument": "LA"}}, "instrument-unknown"),
        ({"body": BODY | {"lot": {"item": f"{PARTY}/la", "code": "1"}}}, "item-unknown"),
        ({"body": BODY | {"lot": {"item": "08938503000598", "code": "1"}}}, "product-unknown"),
        ({"party": "HTX-KHAC"}, "party-other"),
        ({"party": "LEDGER"}, "party-other"),
        ({"note": ""}, "field-wrong"),
        ({"note": "x" * 2001}, "field-wrong"),
        ({"partner": "Hộ 07"}, "key-unknown"),
        ({"type": "item-registered", "body": {"code": "a", "name": "b"}, "note": "x"}, "no-note"),
    ],
)
def test_a_bad_line_is_told_what_is_wrong(changes: dict[str, Any], code: str) -> None:
    row = judged(**changes)
    assert codes(row) == [code]
    assert row.draft is None


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[]",
        b'{"type":1,"type":2}',
        b'{"a":NaN}',
        b"[" * 9_000,
        b'{"body":' + b"[" * 400 + b"]" * 400 + b"}",
        b'{"a":"\\ud800"}',
    ],
)
def test_a_line_that_is_no_object_is_refused(raw: bytes) -> None:
    assert [codes(row) for row in rows_of(raw)] == [["json-line"]]


def test_a_line_over_65536_bytes_is_refused() -> None:
    assert codes(judged(note="x" * 65_536)) == ["line-too-long"]


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_intake_errors(noise: bytes) -> None:
    try:
        rows = rows_of(noise)
    except IntakeError:
        return
    assert all(row.draft is None for row in rows)
