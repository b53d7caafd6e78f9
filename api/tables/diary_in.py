"""Rows of a diary judged: by intake, and then as if all rows before were recorded."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.intake.columns import Column
from api.intake.diary import read_row
from api.intake.known import Known
from api.intake.problems import IntakeProblem
from api.intake.table import Line
from api.tables.cells import Cell
from api.tables.headings import Headings
from api.tables.judged import JudgedRow
from api.tables.layouts import DIARY
from api.tables.needs import Desk
from api.tables.problems import Mark, TableProblem
from api.tables.said import times_said, wording
from api.tables.trial import Contradicted, Trial
from api.tables.unfit import as_text, sharpened, unfit
from ledger.domain.drafts import Draft
from ledger.verify.findings import Finding
from ledger.verify.graph import lots_taken
from ledger.verify.wording import Refusal

_COLUMNS: Final = tuple(Column[one.key.upper()] for one in DIARY.fields)
_BY_HEADING: Final = {one.value: at for at, one in enumerate(_COLUMNS)}
_OF_FIELD: Final = {
    "lot": Column.LOT,
    "lots": Column.LOT,
    "outputs": Column.LOT,
    "quantity": Column.QUANTITY,
    "dose": Column.QUANTITY,
    "packs": Column.QUANTITY,
    "count": Column.QUANTITY,
    "inputs": Column.INPUTS,
    "loss": Column.LOSS,
    "site": Column.SITE,
    "instrument": Column.INSTRUMENT,
    "expiry": Column.EXPIRY,
    "from": Column.PARTNER,
    "to": Column.PARTNER,
    "by": Column.PARTNER,
    "note": Column.NOTE,
    "interval_days": Column.NOTE,
}
_SPELT: Final = {
    "zero": Column.QUANTITY,
    "count-too-large": Column.QUANTITY,
    "expiry-before-packing": Column.EXPIRY,
    "interval-too-long": Column.NOTE,
}
# Where a person looks first when the ledger itself speaks against a row.
_AGAINST: Final = {
    "before-input": Column.TIME,
    "time-in-future": Column.TIME,
    "pre-harvest-interval": Column.TIME,
    "expiry-before-packing": Column.EXPIRY,
    "site-unknown": Column.SITE,
    "no-work-to-correct": Column.SITE,
    "moved-while-stopped": Column.LOT,
    "input-recalled": Column.INPUTS,
    "lot-unknown": Column.LOT,
    "lot-stopped": Column.LOT,
    "not-packed": Column.LOT,
    "nothing-to-correct": Column.LOT,
    "product-of-other": Column.ITEM,
    "product-unknown": Column.ITEM,
    "item-of-other": Column.ITEM,
    "authority-needed": Column.ITEM,
}
_ABOUT_TAKEN: Final = frozenset({"overdrawn", "lot-unknown", "input-unknown", "before-input"})


class DiaryJudge:
    """Judges a diary row by row, each on top of the good ones before it."""

    def __init__(self, desk: Desk, party: str, headings: Headings) -> None:
        self._desk = desk
        self._party = party
        self._headings = headings
        self._trial = Trial(desk, party)
        self._known = KnownByThen(desk.views.known_for(party), self._trial)
        self._now = desk.now()
        self._began = desk.tables.size
        self._met: Counter[str] = Counter()
        self._lines: dict[str, int] = {}

    def judge(self, line: int, cells: Sequence[Cell]) -> JudgedRow:
        """One row."""
        own, marks = self._read(cells)
        texts = tuple(cell.text for cell in cells)
        extra = ""
        if any(text.strip() for text in texts[len(self._headings.places) :]):
            extra = " ".join(text.strip() for text in texts[len(self._headings.places) :])
        row = read_row(Line(line, own, extra), self._party, self._known, self._now)
        if row.empty and not marks:
            return JudgedRow(line, texts, "empty")
        marked = {mark.column for mark in marks if not mark.warns}
        for problem in row.problems:
            mark = self._mark(problem, own)
            # What is missing because its own cell could not be read is said already.
            if mark.column is None or mark.column not in marked:
                marks.append(mark)
        if row.draft is None or any(not mark.warns for mark in marks):
            return JudgedRow(line, texts, "bad", tuple(dict.fromkeys(marks)))
        return self._on_record(line, texts, row.draft, marks)

    def _read(self, cells: Sequence[Cell]) -> tuple[dict[Column, str], list[Mark]]:
        """Texts by column, without those that no cell may hold; and marks for these."""
        own: dict[Column, str] = {}
        marks: list[Mark] = []
        for at, (cell, place) in enumerate(zip(cells, self._headings.places, strict=False)):
            if place is None:
                continue
            field = DIARY.fields[place]
            problem, warns = unfit(cell, field)
            if problem is not None:
                marks.append(Mark(at, problem, warns))
            own[_COLUMNS[place]] = "" if problem and not warns else as_text(cell, field)
        return own, marks

    def _on_record(
        self, line: int, texts: tuple[str, ...], draft: Draft, marks: list[Mark]
    ) -> JudgedRow:
        """The row against the ledger and the rows before."""
        said = json.dumps([draft.type, draft.time, wording(draft.type, draft.body)], sort_keys=True)
        known = times_said(self._desk, draft, self._began)
        if known > self._met[said]:
            self._met[said] += 1
            return JudgedRow(line, texts, "known", tuple(marks), (draft,))
        try:
            self._trial.take(draft)
        except Contradicted as against:
            marks += [self._finding(found, draft) for found in against.findings]
            return JudgedRow(line, texts, "bad", tuple(dict.fromkeys(marks)))
        except Refusal as refusal:
            marks.append(self._refused(refusal, draft))
            return JudgedRow(line, texts, "bad", tuple(marks))
        before = self._lines.setdefault(said, line)
        if before != line:
            problem = TableProblem.of("row-same", line=before)
            marks.append(Mark(self._place(Column.TIME), problem, warns=True))
        return JudgedRow(line, texts, "new", tuple(marks), (draft,))

    def _place(self, column: Column) -> int | None:
        return self._headings.at(_COLUMNS.index(column))

    def _mark(self, problem: IntakeProblem, own: Mapping[Column, str]) -> Mark:
        column = problem.column
        if column in _BY_HEADING:
            found = _COLUMNS[_BY_HEADING[column]]
        else:
            root = (column or "").removeprefix("body.").partition(".")[0].partition("[")[0]
            guessed = _OF_FIELD.get(root) or _SPELT.get(problem.code)
            if guessed is None:
                return Mark(None, TableProblem.taken(problem))
            found = guessed
        return Mark(self._place(found), sharpened(problem, own.get(found, "")))

    def _finding(self, found: Finding, draft: Draft) -> Mark:
        remedy = TableProblem.of("remedy")
        problem = TableProblem(
            found.code, f"{found.say('en')} {remedy.en}", f"{found.say('vi')} {remedy.vi}"
        )
        column = _AGAINST.get(found.code, Column.QUANTITY)
        if found.code in _ABOUT_TAKEN and found.lot in lots_taken(draft.type, draft.body):
            column = Column.INPUTS
        return Mark(self._place(column), problem)

    def _refused(self, refusal: Refusal, draft: Draft) -> Mark:
        column = _AGAINST.get(refusal.code, Column.QUANTITY)
        taken = {code for _, code in lots_taken(draft.type, draft.body)}
        if refusal.code == "lot-unknown" and refusal.params.get("lot") in taken:
            column = Column.INPUTS
        return Mark(self._place(column), TableProblem.taken(refusal))


class KnownByThen:
    """What intake asks, answered from the ledger and from the rows before."""

    def __init__(self, known: Known, trial: Trial) -> None:
        self._known = known
        self._trial = trial
        self._of_lot: dict[str, Sequence[str]] = {}

    def site_exists(self, code: str) -> bool:
        return self._known.site_exists(code)

    def item(self, code: str) -> str | None:
        return self._known.item(code)

    def product(self, gtin14: str) -> Mapping[str, Any] | None:
        return self._known.product(gtin14)

    def instrument_exists(self, code: str) -> bool:
        return self._known.instrument_exists(code)

    def party_called(self, text: str) -> tuple[str, str] | None:
        return self._known.party_called(text)

    def item_of_lot(self, lot_code: str) -> Sequence[str]:
        on_record = self._of_lot.get(lot_code)
        if on_record is None:
            on_record = self._of_lot[lot_code] = self._known.item_of_lot(lot_code)
        return list(dict.fromkeys([*self._trial.items_of(lot_code), *on_record]))
