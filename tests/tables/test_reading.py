"""Files as spreadsheet programs and strangers make them: read, or refused before they do harm."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from collections.abc import Sequence

import pytest

from api.bootstrap import Services
from api.tables.checking import read_sheet
from api.tables.errors import TableRefused
from api.tables.layouts import DIARY
from tests.tables.files import HARVEST, HEADINGS, checked, csv_of, marks_of, xlsx_of

NOTE = "quả đều, cùi dày; chị Phượng cân ở Nương Khe Vằn"
ROW = {**HARVEST, "đối tác": "Hộ 07"}


def only_row(services: Services, raw: bytes, name: str = "a.csv") -> tuple[str, list[str]]:
    """The state of the only row, and the codes of what the file is remarked on."""
    found = checked(services, raw, name=name)
    assert marks_of(found) == []
    (row,) = [one for one in found.rows if one.state != "empty"]
    return row.state, [one.code for one in found.remarks]


@pytest.mark.parametrize("sign", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16"])
def test_every_separator_and_unicode_is_read(services: Services, sign: str, encoding: str) -> None:
    # In a file with commas between cells a decimal comma stands in quotes.
    row = {**ROW, "số lượng": '"12,5"', "ghi chú": f'"{NOTE}"'}
    lines = [sign.join(HEADINGS), sign.join(row.get(one, "") for one in HEADINGS)]
    assert only_row(services, "\r\n".join(lines).encode(encoding)) == ("new", [])


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp1258", "Windows-1258"), ("cp1252", "Windows-1252")]
)
def test_an_old_encoding_is_recognised_and_said(
    services: Services, encoding: str, name: str
) -> None:
    text = csv_of([ROW]).decode("utf-8-sig")
    if encoding == "cp1252":
        # What a western Windows can save of it: headings without their stacked marks.
        text = "thời gian;loại;địa điểm;mặt hàng;lô;số lượng;đơn vị;ghi chú\r\n"
        text = "time;type;site;item;lô;quantity;unit;note\r\n" + ";".join(
            ["20/09/2026", "thu hoach", "VT-KV01", "bot-dong", "BD-1", "12,5", "kg", "qu\xe2n \xf5"]
        )
        raw = text.encode("cp1252")
    else:
        raw = _in_1258(text)
    found = checked(services, raw)
    assert [one.code for one in found.remarks] == ["legacy-encoding"]
    assert marks_of(found) == []
    if encoding == "cp1258":
        assert name in found.remarks[0].vi
        assert found.rows[0].cells[1] == "thu hoạch"


def _in_1258(text: str) -> bytes:
    """As old Vietnamese Windows saves it: a letter with its hat, then the tone."""
    import unicodedata

    out = []
    for char in text:
        try:
            out.append(char.encode("cp1258"))
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tone = next(one for one in parts if one in "\u0300\u0301\u0303\u0309\u0323")
            base = unicodedata.normalize("NFC", parts.replace(tone, ""))
            out.append(base.encode("cp1258") + tone.encode("cp1258"))
    return b"".join(out)


def test_one_cell_in_another_encoding_spoils_only_itself(services: Services) -> None:
    raw = csv_of([HARVEST, {**HARVEST, "lô": "BD-2", "ghi chú": "XXXX"}])
    raw = raw.replace(b"XXXX", b"qu\xe3 \xf0\xe2u")
    assert marks_of(checked(services, raw)) == [(3, "ghi chú", "garbled")]


def test_a_line_that_names_the_separator_and_empty_lines_are_passed_over(
    services: Services,
) -> None:
    raw = b"\xef\xbb\xbfsep=;\r\n" + csv_of([ROW])[3:] + b";;;\r\n\r\n"
    found = checked(services, raw)
    assert [row.state for row in found.rows] == ["new", "empty", "empty"]
    assert found.rows[0].line == 3


def test_days_and_numbers_of_a_workbook_are_read_as_such(services: Services) -> None:
    moment = dt.datetime(2026, 9, 20, 9, 6, 33)  # noqa: DTZ001 - a cell has no zone
    serial = 46285 + 9 / 24
    rows: list[Sequence[object]] = [
        HEADINGS,
        [moment, "thu hoạch", "VT-KV01", "bot-dong", "BD-1", 12.5, "kg"],
        [serial, "thu hoạch", "VT-KV01", "bot-dong", "BD-2", 0.1 + 0.2, "kg"],
        ["20/09/2026", "thu hoạch", "VT-KV01", "bot-dong", 260920, "1.250,5", "kg"],
    ]
    raw = _with_date_format(rows)
    found = checked(services, raw, name="a.xlsx")
    assert marks_of(found) == []
    drafts = [row.drafts[0] for row in found.rows]
    assert [one.time for one in drafts] == [
        "2026-09-20T09:06:33+07:00",
        "2026-09-20T09:00:00+07:00",
        "2026-09-20T00:00:00+07:00",
    ]
    assert [one.body["quantity"]["value"] for one in drafts] == ["12.5", "0.3", "1250.5"]
    assert drafts[2].body["lot"]["code"] == "260920"


def _with_date_format(rows: Sequence[Sequence[object]]) -> bytes:
    import xlsxwriter  # type: ignore[import-untyped]  # the package has no types

    out = io.BytesIO()
    options = {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm:ss"}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


def test_a_code_that_the_spreadsheet_made_a_date_is_marked(services: Services) -> None:
    day = dt.datetime(2026, 9, 1)  # noqa: DTZ001 - a cell has no zone
    row: list[object] = ["20/09/2026", "thu hoạch", "VT-KV01", "bot-dong", day, 1, "kg"]
    found = checked(services, _with_date_format([HEADINGS, row]), name="a.xlsx")
    assert marks_of(found) == [(2, "lô", "date-as-code")]


def test_formulas_give_their_results_and_failed_ones_are_marked(services: Services) -> None:
    good = list(HARVEST.values())

    def fill(sheet: object) -> None:
        sheet.write_formula(1, 5, "=6+6.5", None, 12.5)  # type: ignore[attr-defined]  # untyped
        sheet.write_formula(2, 5, "=1/0", None, "#DIV/0!")  # type: ignore[attr-defined]  # the same
        sheet.write_formula(3, 5, "=A1", None, "")  # type: ignore[attr-defined]  # the same

    rows = [HEADINGS, good, [*good[:4], "BD-2", "", "kg"], [*good[:4], "BD-3", "", "kg"]]
    found = checked(services, xlsx_of(rows, first=fill), name="a.xlsx")
    assert marks_of(found) == [
        (3, "số lượng", "error-value"),
        (4, "số lượng", "formula-empty"),
    ]
    assert [one.code for one in found.remarks] == ["formulas"]
    assert found.rows[0].drafts[0].body["quantity"]["value"] == "12.5"


def test_merged_cells_are_marked_and_merged_headings_too(services: Services) -> None:
    good = list(HARVEST.values())

    def merge(sheet: object) -> None:
        sheet.merge_range(1, 4, 2, 4, "BD-1")  # type: ignore[attr-defined]  # untyped

    rows = [HEADINGS, [*good[:4], "", *good[5:]], [*good[:4], "", *good[5:]]]
    found = checked(services, xlsx_of(rows, first=merge), name="a.xlsx")
    assert marks_of(found) == [(2, "lô", "merged"), (3, "lô", "merged")]

    def head(sheet: object) -> None:
        sheet.merge_range(0, 4, 0, 5, "lô")  # type: ignore[attr-defined]  # untyped

    found = checked(services, xlsx_of([HEADINGS, good], first=head), name="a.xlsx")
    assert [(line, code) for line, _, code in marks_of(found)] == [(0, "merged"), (0, "merged")]


def test_which_sheet_was_read_is_said_and_hidden_ones_are_not_read(services: Services) -> None:
    def hidden(sheet: object) -> None:
        sheet.write(0, 0, "bí mật")  # type: ignore[attr-defined]  # untyped
        sheet.hide()  # type: ignore[attr-defined]  # the same

    def shown(sheet: object) -> None:
        sheet.write(0, 0, "khác")  # type: ignore[attr-defined]  # untyped

    raw = xlsx_of([HEADINGS, list(HARVEST.values())], an=hidden, khac=shown)
    state, remarks = only_row(services, raw, "a.xlsx")
    assert (state, remarks) == ("new", ["sheet-read", "sheets-hidden"])


def test_an_open_document_table_is_read(services: Services) -> None:
    assert only_row(services, _ods([HEADINGS, list(HARVEST.values())]), "a.ods") == ("new", [])


def _ods(rows: list[list[str]], repeated: str = "") -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p>'
            "</table:table-cell>"
            for text in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="T">{cells}{repeated}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return out.getvalue()


@pytest.mark.parametrize("note", ["MÃ SỐ VÙNG TRỒNG", "“MÃ”", "XÃ", "BÃ"])
def test_capitals_of_vietnamese_are_no_broken_letters(services: Services, note: str) -> None:
    assert only_row(services, csv_of([{**HARVEST, "ghi chú": note}])) == ("new", [])


# --- hostile files --------------------------------------------------------------------------------


def refused(raw: bytes, name: str = "a.xlsx") -> str:
    """Why a file is refused, in less than a few seconds."""
    began = time.monotonic()
    with pytest.raises(TableRefused) as why:
        read_sheet(raw, name, DIARY)
    assert time.monotonic() - began < 30
    return why.value.code


def outcome(raw: bytes) -> str:
    """Why a workbook is refused, "read" when it is not."""
    try:
        read_sheet(raw, "a.xlsx", DIARY)
    except TableRefused as refusal:
        return refusal.code
    return "read"


def repacked(raw: bytes, part: str, change: tuple[bytes, bytes]) -> bytes:
    """A workbook with some bytes of one part changed."""
    old, out = zipfile.ZipFile(io.BytesIO(raw)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in old.namelist():
            content = old.read(name)
            archive.writestr(name, content.replace(*change) if name == part else content)
    return out.getvalue()


def test_a_zip_bomb_is_refused_by_its_directory_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<x/>" * (20 * 1024 * 1024))
    assert len(out.getvalue()) < 1024 * 1024
    assert refused(out.getvalue()) == "bomb"


def test_a_cell_at_the_far_corner_of_a_sheet_does_not_fill_the_memory() -> None:
    raw = xlsx_of([HEADINGS, list(HARVEST.values())])
    far = repacked(raw, "xl/worksheets/sheet1.xml", (b'r="G2"', b'r="XFD1048576"'))
    assert refused(far) == "workbook-broken"


def test_rows_repeated_without_end_do_not_fill_the_memory() -> None:
    endless = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
        "</table:table-cell></table:table-row>"
    )
    assert refused(_ods([HEADINGS], endless), "a.ods") in {"workbook-broken", "too-many-rows"}


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/workbook.xml", (b"<sheets>", b"<sheets")),
        ("xl/worksheets/sheet1.xml", (b"<sheetData>", b"<sheetData")),
        ("[Content_Types].xml", (b"xml", b"")),
    ],
)
def test_a_broken_workbook_is_refused_in_one_sentence(
    part: str, change: tuple[bytes, bytes]
) -> None:
    raw = repacked(xlsx_of([HEADINGS, list(HARVEST.values())]), part, change)
    assert outcome(raw) in {"workbook-broken", "empty", "read"}


def test_entities_that_grow_are_not_followed() -> None:
    raw = xlsx_of([HEADINGS, list(HARVEST.values())])
    growing = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    raw = repacked(raw, "xl/sharedStrings.xml", (b"<sst", growing + b"]><sst"))
    raw = repacked(raw, "xl/sharedStrings.xml", (b"thu ho", b"&j;thu ho"))
    began = time.monotonic()
    assert outcome(raw) in {"workbook-broken", "read"}
    assert time.monotonic() - began < 30


def test_a_table_of_more_rows_than_are_read_is_refused() -> None:
    rows = [["loại"], *[["x"]] * 10_001]
    assert refused(xlsx_of(rows)) == "too-many-rows"
