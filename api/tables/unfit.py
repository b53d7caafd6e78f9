"""What no cell of a column may be, whatever the row says, and sharper words for what intake finds."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Final

from api.intake.problems import IntakeProblem
from api.intake.times import read_day
from api.tables.cells import LONGEST_CELL, Cell
from api.tables.layouts import Field
from api.tables.problems import TableProblem
from api.tables.reading_office import vietnamese_moment

_ODD: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_FREE: Final = frozenset({"note", "partner"})
_SHORT_YEAR: Final = re.compile(r"([0-9]{1,2}[/.-][0-9]{1,2}[/.-])([0-9]{2})( .*)?")
_SWAPPED: Final = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})( .*)?")
_DECIMALS: Final = re.compile(r"[0-9.]+,[0-9]{7,}")
_LARGE: Final = re.compile(r"[0-9]{13,}(?:,[0-9]*)?|[0-9]{1,3}(?:\.[0-9]{3}){4,}(?:,[0-9]*)?")
_POINT: Final = re.compile(r"([0-9]+)\.([0-9]+)|([0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]+)")
_MONTHS: Final = 12
# Days that a spreadsheet counts from 30/12/1899; a whole lifetime of diaries lies between.
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 109_574
_SERIAL_ZERO: Final = dt.datetime(1899, 12, 30, tzinfo=dt.UTC)


def unfit(cell: Cell, field: Field) -> tuple[TableProblem | None, bool]:
    """What is wrong with a cell by itself, and whether that is only a warning."""
    if cell.fault is not None:
        return cell.fault, False
    if len(cell.text) > LONGEST_CELL:
        return TableProblem.of("cell-long", found=len(cell.text), most=LONGEST_CELL), False
    free = field.key in _FREE
    breaks = "\r\n\t" if free or field.key == "standards" else ""
    for char in cell.text.strip():
        if char not in breaks and unicodedata.category(char) in _ODD:
            name = f"U+{ord(char):04X}"
            # In a note a family of pictures is joined by such characters; it is shown, not refused.
            soft = free and unicodedata.category(char) == "Cf"
            return TableProblem.of("invisible-character", found=name), soft
    if field.content == "code" and cell.kind == "moment":
        return TableProblem.of("date-as-code", found=cell.text), False
    return None, False


def as_text(cell: Cell, field: Field) -> str:
    """The cell's text, a day counted by a spreadsheet written out as one."""
    if field.content in {"day", "moment"} and cell.kind == "number":
        number = float(cell.text.replace(",", "."))
        if _FIRST_SERIAL <= number < _LAST_SERIAL:
            seconds = round(number * 86_400)
            return vietnamese_moment(_SERIAL_ZERO + dt.timedelta(seconds=seconds))
    return cell.text


def sharpened(problem: IntakeProblem, text: str) -> TableProblem:
    """The problem in sharper words where the cell tells what happened."""
    text = text.strip()
    found: TableProblem | None = None
    if problem.code == "date-form" and (match := _SHORT_YEAR.fullmatch(text)):
        found = TableProblem.of(
            "year-short", found=text, example=f"{match[1]}20{match[2]}{match[3] or ''}"
        )
    elif problem.code == "date-impossible" and (match := _SWAPPED.fullmatch(text)):
        day, sign, month, year = match[1], match[2], match[3], match[4]
        example = f"{month}{sign}{day}{sign}{year}{match[5] or ''}"
        swapped = read_day(f"{month}{sign}{day}{sign}{year}", "")
        if int(month) > _MONTHS and not isinstance(swapped, IntakeProblem):
            found = TableProblem.of("month-first", found=text, example=example)
    elif problem.code == "number":
        found = _number(text)
    return found or TableProblem.taken(problem)


def _number(text: str) -> TableProblem | None:
    if _DECIMALS.fullmatch(text):
        return TableProblem.of("too-precise", found=text)
    if _LARGE.fullmatch(text):
        return TableProblem.of("too-large", found=text)
    if match := _POINT.fullmatch(text):
        whole, decimals = (match[1], match[2]) if match[1] else (match[3], match[4])
        example = f"{whole.replace(',', '')},{decimals}"
        return TableProblem.of("point-decimal", found=text, example=example)
    return None
