"""From the first row of a file to the columns of a table."""

from __future__ import annotations

from dataclasses import dataclass

from api.tables.cells import Cell, Sheet
from api.tables.layouts import Layout
from api.tables.problems import Mark, TableProblem


@dataclass(frozen=True, slots=True)
class Headings:
    """`texts` as they stand in the file; `places` the layout's column under each, or None."""

    texts: tuple[str, ...]
    places: tuple[int | None, ...]
    marks: tuple[Mark, ...]

    def at(self, column: int) -> int | None:
        """Where in the file a column of the layout stands."""
        return self.places.index(column) if column in self.places else None


def read_headings(sheet: Sheet, layout: Layout) -> Headings:
    """What the columns are, with a mark on each heading that is none."""
    cells = sheet.rows[0][1]
    width = max(_filled(row) for _, row in sheet.rows)
    cells = [*cells, *[Cell("")] * (width - len(cells))][:width]
    places: list[int | None] = []
    marks: list[Mark] = []
    for at, cell in enumerate(cells):
        text = cell.text.strip()
        place = None if cell.fault is not None else layout.headed(text)
        if cell.fault is not None:
            marks.append(Mark(at, cell.fault))
        elif not text:
            if any(at < len(row) and row[at].text.strip() for _, row in sheet.rows[1:]):
                marks.append(Mark(at, TableProblem.of("heading-empty", known=layout.known)))
        elif place is None:
            problem = TableProblem.of("column-unknown", found=text, known=layout.known)
            marks.append(Mark(at, problem))
        elif place in places:
            marks.append(Mark(at, TableProblem.of("column-twice", found=text)))
            place = None
        places.append(place)
    for column, one in enumerate(layout.fields):
        if one.needed and column not in places:
            marks.append(Mark(None, TableProblem.of("column-missing", found=one.heading)))
    texts = tuple(cell.text.strip() for cell in cells)
    return Headings(texts, tuple(places), tuple(marks))


def _filled(row: list[Cell]) -> int:
    """How many cells a row has up to its last that holds anything."""
    return max(
        (at + 1 for at, cell in enumerate(row) if cell.text.strip() or cell.fault), default=0
    )
