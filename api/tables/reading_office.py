"""A workbook (.xlsx, .ods) as rows of cells: bounded before it is unpacked, read beside the server."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
import threading
import zipfile
from decimal import Decimal
from typing import Any, Final

from api.intake.folding import composed
from api.tables.cells import ERROR_VALUE, MOST_COLUMNS, MOST_ROWS, Cell, Sheet, plain_cell
from api.tables.errors import TableRefused
from api.tables.problems import TableProblem

_MEGABYTE: Final = 1024 * 1024
MOST_UNPACKED: Final = 64 * _MEGABYTE
_MOST_PARTS: Final = 500
MOST_TEXT: Final = 8 * _MEGABYTE
"""Characters of all cells of a sheet: one long text may be in every cell, and be written once."""
_PATIENCE: Final = 30.0
_TURN: Final = 10.0
# Each takes up to 768 MB.
_AT_ONCE: Final = threading.BoundedSemaphore(2)
ZIP: Final = b"PK\x03\x04"
# The container of .xls and of workbooks with a password.
OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"


def read_office(raw: bytes, name: str) -> Sheet:
    """The first visible sheet that holds anything; a remark says which that was.

    TableRefused: `bomb`, `workbook-broken`, `workbook-locked`, `too-many-rows`,
    `too-many-columns`, `empty`, `not-a-table`, `reading-now`.
    """
    if raw.startswith(OLD_OFFICE):
        raise TableRefused("not-a-table", found=name)
    _refuse_bomb(raw)
    answer = _asked(raw)
    trouble = answer.get("trouble")
    if trouble == "too-many-rows":
        raise TableRefused(trouble, most=MOST_ROWS)
    if trouble == "bomb":
        found = int(answer["size"]) // _MEGABYTE
        raise TableRefused("bomb", found=found, most=MOST_TEXT // _MEGABYTE)
    if trouble is not None:
        raise TableRefused("workbook-locked" if trouble == "workbook-locked" else "workbook-broken")
    if not answer["sheets"]:
        raise TableRefused("empty")
    found = answer["sheets"][0]
    if any(len(row) > MOST_COLUMNS and row[MOST_COLUMNS][1] for row in found["rows"]):
        raise TableRefused("too-many-columns", most=MOST_COLUMNS)
    return Sheet(_rows(found), _remarks(answer, found))


def _refuse_bomb(raw: bytes) -> None:
    """Refuse by the archive's own list of sizes; what unpacks to more than it says is cut off."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as broken:
        raise TableRefused("workbook-broken") from broken
    size = sum(one.file_size for one in parts)
    if size > MOST_UNPACKED or len(parts) > _MOST_PARTS:
        raise TableRefused("bomb", found=size // _MEGABYTE, most=MOST_UNPACKED // _MEGABYTE)


def _asked(raw: bytes) -> dict[str, Any]:
    limits = [str(MOST_ROWS), str(MOST_COLUMNS), str(MOST_TEXT)]
    if not _AT_ONCE.acquire(timeout=_TURN):
        raise TableRefused("reading-now")
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", "api.tables.office_child", *limits],
            input=raw,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as broken:
        raise TableRefused("workbook-broken") from broken
    finally:
        _AT_ONCE.release()
    assert isinstance(answer, dict)
    return answer


def _rows(found: dict[str, Any]) -> list[tuple[int, list[Cell]]]:
    rows = [[_cell(kind, text) for kind, text in row[:MOST_COLUMNS]] for row in found["rows"]]
    for at, row_number, text in ((one[1], one[0], one[2]) for one in found["errors"]):
        _put(rows, row_number, at, Cell(text, "error", TableProblem.of("error-value", found=text)))
    for row_number, at in found["unsaved"]:
        _put(rows, row_number, at, Cell("", "error", TableProblem.of("formula-empty")))
    # Ranges lie apart from one another in every file that a program has written.
    room = len(rows) * MOST_COLUMNS
    for first_row, first, last_row, last in found["merged"]:
        high, wide = min(last_row + 1, len(rows)) - first_row, min(last + 1, MOST_COLUMNS) - first
        room -= max(high, 0) * max(wide, 0)
        if room < 0:
            raise TableRefused("workbook-broken")
        kept = rows[first_row][first].text if _inside(rows, first_row, first) else ""
        if not kept:
            continue
        for row_number in range(first_row, min(last_row + 1, len(rows))):
            for at in range(first, min(last + 1, MOST_COLUMNS)):
                text = kept if (row_number, at) == (first_row, first) else ""
                _put(rows, row_number, at, Cell(text, fault=TableProblem.of("merged")))
    return list(enumerate(rows, start=1))


def _inside(rows: list[list[Cell]], row: int, column: int) -> bool:
    return row < len(rows) and column < len(rows[row])


def _put(rows: list[list[Cell]], row: int, column: int, cell: Cell) -> None:
    if _inside(rows, row, column):
        rows[row][column] = cell


def _cell(kind: str, text: str) -> Cell:
    if kind == "number":
        return Cell(vietnamese_number(Decimal(text)), "number")
    if kind == "moment":
        return Cell(vietnamese_moment(dt.datetime.fromisoformat(text)), "moment")
    plain = composed(text)
    if ERROR_VALUE.fullmatch(plain.strip()):
        return Cell(plain, "error", TableProblem.of("error-value", found=plain.strip()))
    return plain_cell(plain)


def vietnamese_number(number: Decimal) -> str:
    """Plain digits with a decimal comma: 1250,5."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",")


def vietnamese_moment(moment: dt.datetime) -> str:
    """dd/mm/yyyy, and HH:MM[:SS] unless it is midnight."""
    day = f"{moment.day:02}/{moment.month:02}/{moment.year:04}"
    if moment.time() == dt.time():
        return day
    hour = f"{moment.hour:02}:{moment.minute:02}"
    return f"{day} {hour}:{moment.second:02}" if moment.second else f"{day} {hour}"


def _remarks(answer: dict[str, Any], found: dict[str, Any]) -> list[TableProblem]:
    remarks = []
    others = [one for one in answer["shown"] if one != found["name"]]
    if others:
        remarks.append(TableProblem.of("sheet-read", found=found["name"], others=", ".join(others)))
    if answer["hidden"]:
        remarks.append(TableProblem.of("sheets-hidden", found=", ".join(answer["hidden"])))
    if found["formulas"]:
        remarks.append(TableProblem.of("formulas", count=found["formulas"]))
    return remarks
