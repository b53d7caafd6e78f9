"""Files as people save them: encodings, separators, stray quotes, sizes; and random bytes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.intake import table
from api.intake.problems import IntakeError
from tests.intake.small_cooperative import (
    HARVEST,
    HEADINGS,
    PACKING,
    as_csv,
    codes,
    draft_of,
    judged,
    rows_of,
)

_GOOD = as_csv(HARVEST | {"ghi chú": "nắng to", "đối tác": "Hộ 07 (Phượng)"}, PACKING)


def refusal(raw: bytes) -> str:
    with pytest.raises(IntakeError) as caught:
        rows_of(raw)
    assert caught.value.say("vi") != caught.value.say("en")
    return caught.value.code


@pytest.mark.parametrize(
    "raw",
    [
        _GOOD.decode("utf-8-sig").encode(),
        _GOOD.decode("utf-8-sig").encode("utf-16"),
        _GOOD.replace(b"\r\n", b"\n"),
        _GOOD.replace(b"\r\n", b"\r"),
        _GOOD.decode("utf-8-sig").replace(";", "\t").encode(),
        unicodedata.normalize("NFD", _GOOD.decode("utf-8-sig")).encode(),
    ],
    ids=["no mark", "UTF-16", "LF", "CR", "tabs", "NFD"],
)
def test_the_same_diary_in_another_dress_gives_the_same_drafts(raw: bytes) -> None:
    assert [row.draft for row in rows_of(raw)] == [row.draft for row in rows_of(_GOOD)]
    assert all(row.draft is not None for row in rows_of(raw))


def test_commas_may_separate_when_decimal_commas_are_quoted() -> None:
    raw = "\n".join(
        [
            HEADINGS.replace(";", ","),
            '07/09/2026 09:06,thu hoạch,VT-01,qua-tuoi,Q01,"12,5",kg,,,,,',
        ]
    ).encode()
    (row,) = rows_of(raw)
    assert draft_of(row).body["quantity"]["value"] == "12.5"


def test_the_separator_line_of_excel_is_not_a_row_and_lines_are_still_counted() -> None:
    raw = b"sep=;\r\n" + as_csv(HARVEST).decode("utf-8-sig").encode()
    assert [(row.line, row.draft is not None) for row in rows_of(raw)] == [(3, True)]


def test_columns_may_stand_in_any_order_and_be_left_out() -> None:
    raw = "loại;thời gian;ghi chú;địa điểm\nchăm sóc;07/09/2026;tưới;VT-01\n".encode()
    (row,) = rows_of(raw)
    assert draft_of(row).body == {"site": "VT-01", "activity": "watering"}


def test_lines_are_those_of_the_file_even_behind_a_note_of_two_lines() -> None:
    raw = as_csv(HARVEST | {"ghi chú": "nắng\nto"}, {}, HARVEST)
    assert [(row.line, row.empty) for row in rows_of(raw)] == [(2, False), (4, True), (5, False)]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        ("thời gian;loại".encode("utf-16-le"), "encoding"),
        ("thời gian;loại;địa điểm".encode("cp1258", "replace"), "encoding"),
        (b"\x00\x01\x02", "encoding"),
        ("thời gian;loại;giá".encode(), "heading-unknown"),
        ("thời gian;loại;loại".encode(), "heading-twice"),
        ("loại;lô".encode(), "heading-missing"),
        (as_csv(HARVEST, HARVEST | {"ghi chú": '"mở'}).replace(b'"""', b'"'), "quotes"),
        (as_csv(HARVEST | {"ghi chú": "x" * 140_000}), "cell-huge"),
    ],
)
def test_a_file_that_is_no_diary_is_refused_before_any_row(raw: bytes, code: str) -> None:
    assert refusal(raw) == code


def test_a_file_over_20_mebibytes_is_refused() -> None:
    assert refusal(b"x" * (table.MOST_BYTES + 1)) == "too-large"


def test_more_rows_than_100000_are_refused() -> None:
    assert refusal("thời gian;loại\n".encode() + b";\n" * (table.MOST_ROWS + 1)) == "too-many-rows"


def test_text_beyond_the_last_column_is_reported() -> None:
    raw = as_csv(HARVEST).rstrip() + b";;thua\r\n"
    (row,) = rows_of(raw)
    assert codes(row) == ["extra-cell"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_raise_nothing_but_intake_errors(noise: bytes) -> None:
    try:
        rows_of(noise)
        rows_of(HEADINGS.encode() + b"\n" + noise)
    except IntakeError:
        return


_CELL = st.text(
    st.characters(codec="utf-8", exclude_characters='";\r\n'), max_size=12
) | st.sampled_from(["thu hoạch", "đính chính đóng gói", "07/09/2026", "B01=1", "kg", "-1", "tem"])


@settings(max_examples=80, deadline=None)
@given(st.lists(_CELL, min_size=12, max_size=12), st.sampled_from(["thu hoạch", "đóng gói", ""]))
def test_any_row_gets_a_draft_or_problems_and_never_both(cells: list[str], kind: str) -> None:
    cells[1] = kind or cells[1]
    raw = f"{HEADINGS}\n{';'.join(cells)}\n".encode()
    try:
        rows = rows_of(raw)
    except IntakeError:
        return  # a zero character: the file is no text
    for row in rows:
        assert (row.draft is None) or not row.problems
        for problem in row.problems:
            assert problem.say("vi") and problem.say("en")
        if row.draft is not None:
            assert row.draft.faults() == []


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30))
def test_a_note_means_the_same_in_nfc_and_nfd(note: str) -> None:
    composed = judged(HARVEST, note=unicodedata.normalize("NFC", note.replace('"', "")))
    apart = judged(HARVEST, note=unicodedata.normalize("NFD", note.replace('"', "")))
    assert composed == apart
