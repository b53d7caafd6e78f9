"""Tables as files: CSV and .xlsx. The same table gives the same bytes, whenever it is written."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]  # the package has no types

from api.tables.cells import neutral
from api.tables.reading_office import vietnamese_number
from api.tables.values import Table, Value, as_csv_text

# What a workbook says of its own making must not differ from day to day.
_MADE: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_BOM: Final = "\ufeff"
CONTENT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def as_csv(table: Table) -> bytes:
    """UTF-8 with byte order mark, semicolons, CRLF: as Vietnamese Excel opens it by a double click."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([one.heading for one in table.fields])
    for row in table.rows:
        writer.writerow([_csv_cell(value) for value in row])
    return (_BOM + out.getvalue()).encode()


def _csv_cell(value: Value) -> str:
    text = as_csv_text(value)
    return neutral(text) if isinstance(value, str) else text


def as_xlsx(table: Table) -> bytes:
    """One sheet: numbers and days as such, texts never as formulas, the headings kept in sight."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": _MADE, "title": table.title})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})
    styles: dict[type, Any] = {
        dt.datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}),
        dt.date: book.add_format({"num_format": "dd/mm/yyyy"}),
    }
    sheet = book.add_worksheet(table.name)
    for at, field in enumerate(table.fields):
        # A code typed into an empty row of the table stays text, too.
        sheet.set_column(at, at, field.width, text if field.content == "code" else None)
        sheet.write_string(0, at, field.heading, head)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.fields) - 1)
    for number, row in enumerate(table.rows, start=1):
        for at, value in enumerate(row):
            _write(sheet, number, at, value, styles, text)
    book.close()
    return out.getvalue()


def _write(
    sheet: Any, row: int, column: int, value: Value, styles: dict[type, Any], text: Any
) -> None:
    if value is None:
        return
    if isinstance(value, Decimal):
        # What a spreadsheet cannot hold exactly stays text, digit for digit.
        if Decimal(format(float(value), ".15g")) == value:
            sheet.write_number(row, column, float(value))
        else:
            sheet.write_string(row, column, vietnamese_number(value), text)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, column, value, styles[dt.datetime])
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, styles[dt.date])
    else:
        sheet.write_string(row, column, neutral(value), text)


WRITERS: Final[dict[str, Callable[[Table], bytes]]] = {"csv": as_csv, "xlsx": as_xlsx}
