"""Reads one workbook in a process of its own: a hostile file may end this process, not the server.

Started by `reading_office`; the file comes on stdin, one JSON object goes to stdout. The reader
allocates as many cells as the outermost corner of a sheet asks for and aborts when memory runs
out, so memory and time are limited before it sees the file.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import sys
import zipfile
from typing import Any, Final
from xml.etree import ElementTree

import python_calamine as calamine

MEMORY: Final = 768 * 1024 * 1024
SECONDS: Final = 20
MOST_SHEETS: Final = 20
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REF: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def _limited() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _sheets(raw: bytes, most_rows: int, most_columns: int, most_text: int) -> dict[str, Any]:
    book = calamine.load_workbook(io.BytesIO(raw))
    about = book.sheets_metadata[:MOST_SHEETS]
    visible = calamine.SheetVisibleEnum.Visible
    shown = [one.name for one in about if one.visible == visible]
    hidden = [one.name for one in about if one.visible != visible]
    found: list[dict[str, Any]] = []
    for name in shown:
        sheet = book.get_sheet_by_name(name)
        corner = sheet.end
        if corner is None:
            continue
        if corner[0] > most_rows:
            return {"trouble": "too-many-rows"}
        rows = [
            [_value(cell) for cell in row[: most_columns + 1]]
            for row in sheet.to_python(skip_empty_area=False)
        ]
        size = sum(len(text) for row in rows for _, text in row)
        if size > most_text:
            return {"trouble": "bomb", "size": size}
        merged = [[*first, *last] for first, last in (sheet.merged_cell_ranges or [])[:1000]]
        found.append({"name": name, "rows": rows, "merged": merged, **_formulas(raw, name)})
        break  # the first that holds anything
    return {"sheets": found, "shown": shown, "hidden": hidden}


def _value(cell: object) -> list[str]:
    if isinstance(cell, bool):
        return ["text", "TRUE" if cell else "FALSE"]
    if isinstance(cell, int | float):
        # As many digits as a spreadsheet shows: 0,1 + 0,2 is 0,3 there.
        return ["number", format(cell, ".15g")]
    if isinstance(cell, dt.datetime):
        return [
            "moment",
            (cell + dt.timedelta(microseconds=500_000)).replace(microsecond=0).isoformat(),
        ]
    if isinstance(cell, dt.date):
        return ["moment", f"{cell.isoformat()}T00:00:00"]
    return ["text", str(cell)]


def _formulas(raw: bytes, name: str) -> dict[str, Any]:
    """Of an .xlsx sheet: how many formulas, which without a result, and which show an error.

    The reader gives nothing for these; they must not look like empty cells.
    """
    nothing: dict[str, Any] = {"formulas": 0, "unsaved": [], "errors": []}
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        path = _part(archive, name)
        if path is None:
            return nothing
        for _, element in ElementTree.iterparse(archive.open(path)):  # noqa: S314 - this process is limited
            if element.tag == f"{_MAIN}c":
                _note(element, nothing)
            elif element.tag == f"{_MAIN}row":
                element.clear()
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, OSError):
        return nothing
    return nothing


def _note(cell: ElementTree.Element, found: dict[str, Any]) -> None:
    place = _REF.fullmatch(cell.get("r", ""))
    value = (cell.findtext(f"{_MAIN}v") or "").strip()
    has_formula = cell.find(f"{_MAIN}f") is not None
    found["formulas"] += has_formula
    if place is None:
        return
    column = 0
    for letter in place[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    at = [int(place[2]) - 1, column - 1]
    if cell.get("t") == "e":
        found["errors"].append([*at, value[:20]])
    elif has_formula and not value:
        found["unsaved"].append(at)


def _part(archive: zipfile.ZipFile, name: str) -> str | None:
    if "xl/workbook.xml" not in archive.namelist():
        return None
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - this process is limited
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - the same
    targets = {one.get("Id"): one.get("Target", "") for one in links}
    for sheet in book.iter(f"{_MAIN}sheet"):
        if sheet.get("name") == name:
            target = targets.get(sheet.get(_LINK), "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return None


def main() -> int:
    """Read stdin, answer on stdout; the exit status says nothing more."""
    _limited()
    limits = [int(one) for one in sys.argv[1:4]]
    try:
        answer = _sheets(sys.stdin.buffer.read(), *limits)
    except calamine.PasswordError:
        answer = {"trouble": "workbook-locked"}
    except Exception:
        answer = {"trouble": "workbook-broken"}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
