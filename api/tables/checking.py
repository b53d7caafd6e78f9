"""A file judged whole: read, its headings understood, every row put on top of those before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from api.tables.cells import MOST_BYTES, Cell, Sheet
from api.tables.diary_in import DiaryJudge
from api.tables.errors import TableRefused
from api.tables.headings import read_headings
from api.tables.judged import Checked, Judge
from api.tables.layouts import DIARY, Layout
from api.tables.needs import Desk
from api.tables.reading_csv import read_csv
from api.tables.reading_office import OLD_OFFICE, ZIP, read_office
from api.tables.register_in import RegisterJudge

_MEGABYTE = 1024 * 1024
Told = Callable[[int, int], None]
"""Is told rows done and rows in all; whatever it raises ends the work."""


def read_sheet(raw: bytes, name: str, layout: Layout) -> Sheet:
    """The table in a file, by what the file is and not by its name. TableRefused when there is none."""
    if len(raw) > MOST_BYTES:
        raise TableRefused("too-large", most=MOST_BYTES // _MEGABYTE)
    if raw.startswith((ZIP, OLD_OFFICE)):
        sheet = read_office(raw, name)
    elif raw.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{")) or b"\0" in raw[:2]:
        raise TableRefused("not-a-table", found=name)
    else:
        sheet = read_csv(raw, lambda text: layout.headed(text) is not None)
    while sheet.rows and not any(cell.text.strip() or cell.fault for cell in sheet.rows[0][1]):
        sheet.rows.pop(0)
    if not sheet.rows:
        raise TableRefused("empty")
    return sheet


def check(
    desk: Desk,
    party: str,
    layout: Layout,
    sheet: Sheet,
    told: Told,
    mended: Mapping[tuple[int, int], str] | None = None,
) -> Checked:
    """Judge a table. Nothing is recorded.

    `mended` holds texts that people typed in place of cells, by (line, column from 0).
    """
    for (line, column), text in (mended or {}).items():
        _mend(sheet, line, column, text)
    headings = read_headings(sheet, layout)
    checked = Checked(headings, list(sheet.remarks))
    if headings.marks:
        return checked
    judge: Judge = (
        DiaryJudge(desk, party, headings)
        if layout is DIARY
        else RegisterJudge(desk, party, layout, headings)
    )
    rows = sheet.rows[1:]
    for done, (line, cells) in enumerate(rows):
        told(done, len(rows))
        checked.rows.append(judge.judge(line, cells))
    return checked


def _mend(sheet: Sheet, line: int, column: int, text: str) -> None:
    if not 0 <= column < len(sheet.rows[0][1]):
        return
    for number, cells in sheet.rows:
        if number == line:
            cells.extend([Cell("")] * (column + 1 - len(cells)))
            cells[column] = Cell(text)
