"""Files of tables as people make them, and what the check says of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # the package has no types

from api.bootstrap import Services
from api.tables.checking import check, read_sheet
from api.tables.judged import Checked
from api.tables.layouts import LAYOUTS
from tests.pages.cooperative import GTIN, PARTY, RAW_LOT

HEADINGS = [one.heading for one in LAYOUTS["nhat-ky"].fields]
HARVEST = {
    "thời gian": "20/09/2026 09:06",
    "loại": "thu hoạch",
    "địa điểm": "VT-KV01",
    "mặt hàng": "bot-dong",
    "lô": "BD-260920",
    "số lượng": "12,5",
    "đơn vị": "kg",
}
RECEIPT = {**HARVEST, "thời gian": "20/09/2026 10:00", "loại": "tiếp nhận", "địa điểm": "XCB-01"}
PACKING = {
    "thời gian": "24/09/2026 09:00",
    "loại": "đóng gói",
    "địa điểm": "XCB-01",
    "mặt hàng": GTIN,
    "lô": "L260924",
    "số lượng": "20",
    "đơn vị": "gói",
    "từ lô": f"{RAW_LOT}=10",
    "hạn dùng": "24/09/2027",
    "ghi chú": "gói 500 g",
}


def csv_of(rows: Sequence[dict[str, str]], headings: Sequence[str] = HEADINGS) -> bytes:
    """A semicolon CSV, UTF-8 with byte order mark, as Excel saves it."""
    lines = [list(headings), *[[row.get(name, "") for name in headings] for row in rows]]
    return ("\ufeff" + "".join(";".join(map(_quoted, line)) + "\r\n" for line in lines)).encode()


def _quoted(text: str) -> str:
    risky = any(sign in text for sign in ';"\r\n')
    return '"{}"'.format(text.replace('"', '""')) if risky else text


def xlsx_of(rows: Sequence[Sequence[object]], **sheets: Any) -> bytes:
    """A workbook with one sheet of these cells; more by `sheets`, name -> callable on the sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Nhat ky")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if value not in (None, ""):
                sheet.write(at, column, value)
    for name, act in sheets.items():
        act(sheet if name == "first" else book.add_worksheet(name))
    book.close()
    return out.getvalue()


def checked(
    services: Services, raw: bytes, table: str = "nhat-ky", name: str = "a.csv", party: str = PARTY
) -> Checked:
    """The check of a file."""
    layout = LAYOUTS[table]
    return check(services, party, layout, read_sheet(raw, name, layout), lambda _done, _all: None)


def marks_of(found: Checked) -> list[tuple[int, str, str]]:
    """(line, heading, code) of every mark that refuses a row; line 0 for headings."""
    heads = found.headings.texts
    listed = [
        (0, "" if mark.column is None else heads[mark.column], mark.problem.code)
        for mark in found.headings.marks
    ]
    for row in found.rows:
        listed += [
            (row.line, "" if mark.column is None else heads[mark.column], mark.problem.code)
            for mark in row.marks
            if not mark.warns
        ]
    return listed
