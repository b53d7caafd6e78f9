"""What a check found, as JSON for the processes of a hub, and what stands for it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from api.tables.judged import TO_RECORD, Checked
from api.tables.problems import Mark, TableProblem


def kept(checked: Checked) -> dict[str, Any]:
    """The check as JSON: headings, remarks, rows, counts. Drafts are not in it: they are made anew."""
    return {
        "headings": list(checked.headings.texts),
        "places": list(checked.headings.places),
        "marks": [_mark(one) for one in checked.headings.marks],
        "remarks": [_problem(one) for one in checked.remarks],
        "counts": checked.counts,
        "rows": [
            [row.line, row.state, list(row.cells), [_mark(one) for one in row.marks]]
            for row in checked.rows
        ],
    }


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
