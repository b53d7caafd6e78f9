"""Rows of a register judged: what each would register, and what of it the ledger has already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from api.intake.jsonl import body_problems
from api.tables.cells import Cell
from api.tables.headings import Headings
from api.tables.judged import JudgedRow
from api.tables.layouts import CERTIFICATES, INSTRUMENTS, PRODUCTS, Layout
from api.tables.needs import Desk
from api.tables.problems import Mark, TableProblem
from api.tables.register_cells import Unread, names_of, read_value
from api.tables.registered import TYPES, Body, Key, registered
from api.tables.unfit import as_text, unfit
from ledger.domain.drafts import Draft, DraftError

_VERIFICATION: Final = ("verified_on", "valid_to", "body")
_PERIODS: Final = (("valid_from", "valid_to"), ("verified_on", "valid_to"))


class RegisterJudge:
    """Judges a register row by row; rows that register one thing twice are refused."""

    def __init__(self, desk: Desk, party: str, layout: Layout, headings: Headings) -> None:
        self._party = party
        self._layout = layout
        self._headings = headings
        self._registry = desk.views.registry
        self._time = desk.station.now_text()
        self._known: dict[Key, Body] = registered(desk, party, layout.name)
        self._codes = {key[0] for key in self._known}
        self._lines: dict[Key, int] = {}
        registry = self._registry
        self._names = names_of(party, registry.parties, registry.sites, registry.products)

    def judge(self, line: int, cells: Sequence[Cell]) -> JudgedRow:
        """One row."""
        texts = tuple(cell.text for cell in cells)
        if not any(text.strip() for text in texts) and not any(cell.fault for cell in cells):
            return JudgedRow(line, texts, "empty")
        body, marks = self._read(cells)
        beyond = " ".join(t.strip() for t in texts[len(self._headings.places) :] if t.strip())
        if beyond:
            marks.append(Mark(None, TableProblem.of("beyond", found=beyond)))
        if not marks:
            marks += self._in_order(body)
        drafts: list[Draft] = []
        if not marks:
            drafts = self._drafts(body, marks)
        if not marks:
            marks += self._owned(body)
        key = self._key(body)
        if not marks:
            before = self._lines.setdefault(key, line)
            if before != line:
                marks.append(self._mark("", TableProblem.of("row-repeated", line=before)))
        if marks:
            return JudgedRow(line, texts, "bad", tuple(dict.fromkeys(marks)))
        known = self._known.get(key)
        new = self._not_said(body, drafts, known)
        if not new:
            return JudgedRow(line, texts, "known", (), ())
        self._codes.add(key[0])
        state = "new" if known is None and not self._partly(key) else "changed"
        return JudgedRow(line, texts, "changed" if state == "changed" else "new", (), tuple(new))

    def _partly(self, key: Key) -> bool:
        return self._layout is INSTRUMENTS and len(key) == 1 and key[0] in self._codes

    def _read(self, cells: Sequence[Cell]) -> tuple[Body, list[Mark]]:
        body: Body = {}
        marks: list[Mark] = []
        seen: set[str] = set()
        for at, (cell, place) in enumerate(zip(cells, self._headings.places, strict=False)):
            if place is None:
                continue
            field = self._layout.fields[place]
            problem, warns = unfit(cell, field)
            if problem is not None:
                marks.append(Mark(at, problem, warns))
                seen.add(field.key)
                continue
            text = as_text(cell, field).strip()
            if not text:
                continue
            seen.add(field.key)
            try:
                body[field.key] = read_value(field, self._layout, text, self._names)
            except Unread as unread:
                marks.append(Mark(at, unread.problem))
        for field in self._layout.fields:
            if field.needed and field.key not in seen:
                problem = TableProblem.of("cell-empty", column=field.heading)
                marks.append(self._mark(field.key, problem))
        return body, marks

    def _mark(self, key: str, problem: TableProblem) -> Mark:
        column = self._layout.column(key) if key else 0
        return Mark(None if column is None else self._headings.at(column), problem)

    def _in_order(self, body: Body) -> list[Mark]:
        for first, last in _PERIODS:
            if first in body and last in body and body[last] < body[first]:
                problem = TableProblem.of("days-order", found=body[last], first=body[first])
                return [self._mark(last, problem)]
        if self._layout is INSTRUMENTS and any(name in body for name in _VERIFICATION):
            return [
                self._mark(name, TableProblem.of("cell-empty", column=field.heading))
                for name in ("verified_on", "valid_to")
                if name not in body
                for field in self._layout.fields
                if field.key == name
            ]
        return []

    def _drafts(self, body: Body, marks: list[Mark]) -> list[Draft]:
        """What the row says, in the order of saying; faults of shape become marks."""
        parts: list[tuple[str, dict[str, Any]]]
        kinds = TYPES[self._layout.name]
        if self._layout is INSTRUMENTS:
            parts = [(kinds[0], {k: v for k, v in body.items() if k not in _VERIFICATION})]
            if "verified_on" in body:
                verified: dict[str, Any] = {
                    k: body[k] for k in ("code", *_VERIFICATION) if k in body
                }
                parts.append((kinds[1], verified))
        elif self._layout is CERTIFICATES:
            parts = [(kinds[0], {k: v for k, v in body.items() if k != "withdrawn"})]
            if "withdrawn" in body:
                named = {k: body[k] for k in ("number", "subject")}
                parts.append((kinds[1], {**named, "reason": body["withdrawn"]}))
        else:
            parts = [(kinds[0], body)]
        drafts: list[Draft] = []
        for kind, part in parts:
            try:
                draft = Draft(kind, self._party, self._time, part)
            except DraftError as refusal:
                marks.append(Mark(None, TableProblem.taken(refusal)))
                continue
            for fault in body_problems(draft):
                key = (fault.column or "").partition(".")[0].partition("[")[0]
                marks.append(self._mark(key or "code", TableProblem.taken(fault)))
            drafts.append(draft)
        return drafts

    def _owned(self, body: Body) -> list[Mark]:
        """A GTIN belongs to whoever registered it first."""
        if self._layout is not PRODUCTS:
            return []
        owner = self._registry.owner_of(body["gtin"])
        if owner in {None, self._party}:
            return []
        problem = TableProblem.of("gtin-of-other", found=body["gtin"], owner=owner)
        return [self._mark("gtin", problem)]

    def _key(self, body: Body) -> Key:
        if self._layout is CERTIFICATES:
            return str(body.get("subject")), str(body.get("number"))
        if self._layout is INSTRUMENTS and "verified_on" in body:
            return str(body.get("code")), body["verified_on"], str(body.get("valid_to"))
        return (str(body.get("gtin" if self._layout is PRODUCTS else "code")),)

    def _not_said(self, body: Body, drafts: list[Draft], known: Body | None) -> list[Draft]:
        """Those drafts whose words are not on record yet."""
        if self._layout is INSTRUMENTS:
            same_kind = any(
                one["kind"] == body["kind"]
                for key, one in self._known.items()
                if key[0] == body["code"]
            )
            registers = [] if same_kind or body["code"] in self._lines_of_codes() else drafts[:1]
            verified = drafts[1:]
            if known is not None and known.get("body") == body.get("body"):
                verified = []
            return [*registers, *verified]
        if known is None:
            return drafts
        if self._layout is CERTIFICATES:
            said = {k: v for k, v in known.items() if k != "withdrawn"}
            same = said == {k: v for k, v in body.items() if k != "withdrawn"}
            withdraws = drafts[1:] if "withdrawn" not in known or not same else []
            return withdraws if same else drafts
        return [] if known == body else drafts

    def _lines_of_codes(self) -> set[str]:
        """Codes that a row before this one registers."""
        return {key[0] for key in list(self._lines)[:-1]}
