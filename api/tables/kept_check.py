"""What a check found, as JSON for the processes of a hub, and what stands for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from api.tables.judged import TO_RECORD, Checked
from api.tables.problems import Mark, TableProblem

MOST_MARKS: Final = 5_000
"""Of all rows: nobody reads more, and a file of faults alone would be kept as fifty times its size."""


def kept(checked: Checked) -> dict[str, Any]:
    """The check as JSON: headings, remarks, rows, counts. Drafts are not in it: they are made anew."""
    return {
        "headings": list(checked.headings.texts),
        "places": list(checked.headings.places),
        "marks": [_mark(one) for one in checked.headings.marks],
        "remarks": [_problem(one) for one in checked.remarks],
        "counts": checked.counts,
        "rows": list(_rows(checked)),
    }


def _rows(checked: Checked) -> Iterator[list[Any]]:
    count = 0
    for row in checked.rows:
        count += len(row.marks)
        marks = row.marks
        if count > MOST_MARKS and marks:
            warns = row.state != "bad"
            marks = (Mark(None, TableProblem.of("faults-many"), warns),)
        yield [row.line, row.state, list(row.cells), [_mark(one) for one in marks]]


def seal_of(checked: Checked) -> str:
    """A digest of what would be recorded: which rows, saying what."""
    said = [
        [row.line, row.state, [[one.type, one.body] for one in row.drafts]]
        for row in checked.rows
        if row.state in TO_RECORD or row.state == "bad"
    ]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _problem(found: TableProblem) -> dict[str, str]:
    return {"code": found.code, "en": found.en, "vi": found.vi}


def _mark(mark: Mark) -> dict[str, Any]:
    return {"column": mark.column, "warns": mark.warns, **_problem(mark.problem)}
