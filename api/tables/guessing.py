"""Which table a file is, by its headings."""

from __future__ import annotations

from typing import Final

from api.tables.checking import read_sheet
from api.tables.layouts import DIARY, LAYOUTS, Field, Layout

# Every heading of every table, so that an old encoding is recognised whatever the table is.
_ANY: Final = Layout(
    "",
    "",
    tuple(
        {
            one.heading: Field(one.heading, one.key)
            for all_ in LAYOUTS.values()
            for one in all_.fields
        }.values()
    ),
)


def guess(raw: bytes, name: str) -> str:
    """The name of the table whose headings the file has most of; the diary when it has none.

    TableRefused: the file is no table.
    """
    sheet = read_sheet(raw, name, _ANY)
    headings = [cell.text.strip() for cell in sheet.rows[0][1] if cell.text.strip()]

    def fits(layout: Layout) -> tuple[int, int]:
        known = sum(layout.headed(one) is not None for one in headings)
        needed = sum(
            one.needed and _has(layout, headings, at) for at, one in enumerate(layout.fields)
        )
        return needed * 2 + known - len(headings), known

    best = max(LAYOUTS.values(), key=fits)
    return best.name if fits(best)[1] else DIARY.name


def _has(layout: Layout, headings: list[str], column: int) -> bool:
    return any(layout.headed(one) == column for one in headings)
