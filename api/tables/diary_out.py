"""A party's statements as rows of the diary.

What a diary has no words for (a carton, several outputs of one run, a hold that was ended) is left
out and counted: every row is read back by intake first, and stands in the table only when that
gives the statement again. So what was written out can be taken in.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from api.intake.columns import Column
from api.intake.diary import read_row
from api.intake.folding import tidy
from api.intake.kinds import CORRECTION, KINDS
from api.intake.known import Known
from api.intake.table import Line
from api.intake.times import HANOI
from api.tables.diary_words import note_saying
from api.tables.layouts import DIARY
from api.tables.needs import Desk, Notes
from api.tables.said import wording
from api.tables.values import Value, as_csv_text
from ledger.domain.quantities import Unit
from ledger.verify.graph import lots_about
from ledger.verify.history import Located

_NAMES: Final = {kind: name for name, kind in KINDS.items()}
_OTHER_SIDE: Final = {
    "harvested": "from",
    "received": "from",
    "shipped": "to",
    "sold": "to",
    "tested": "by",
    "held": "by",
    "recalled": "by",
}
_KINDS_OF_PARTNER: Final = {
    "household": "hộ",
    "cooperative": "hợp tác xã",
    "company": "công ty",
    "shop": "cửa hàng",
    "authority": "cơ quan",
    "lab": "phòng kiểm nghiệm",
    "carrier": "vận tải",
    "other": "bên khác",
}
_PAGE: Final = 500
_COLUMNS: Final = tuple(Column[one.key.upper()] for one in DIARY.fields)


class DiaryRows:
    """The diary of one party. `left_out` counts, by type, what has no row; read it afterwards."""

    def __init__(self, desk: Desk, party: str) -> None:
        self._desk = desk
        self._party = party
        self.left_out: Counter[str] = Counter()
        self._known = _KnownSoFar(desk.views.known_for(party))
        self._newest: dict[tuple[object, ...], str] = {}

    def rows(self) -> Iterator[tuple[Value, ...]]:
        """One row for each statement that a diary can hold, in the order of the ledger."""
        for one in self._statements():
            said = one.statement
            found = self._row(one)
            if found is None:
                self.left_out[said.type] += 1
            else:
                yield found
            self._known.take(lots_about(said.type, said.body))
            self._note_newest(one)

    def _statements(self) -> Iterator[Located]:
        """Everything the party said of its work, in log order, a page at a time."""
        kinds = [*_NAMES, "corrected", "aggregated", "inspected", "released", "recall-closed"]
        kinds += ["disputed", "labels-voided", "photographed"]
        indexes = self._desk.tables.entries_of_type(*kinds)
        for start in range(0, len(indexes), _PAGE):
            for one in self._desk.views.stories.located_all(indexes[start : start + _PAGE]):
                if one.statement.party == self._party:
                    yield one

    def _row(self, one: Located) -> tuple[Value, ...] | None:
        said = one.statement
        correcting = said.type == "corrected"
        kind = said.body["of"] if correcting else said.type
        body = said.body["body"] if correcting else said.body
        if kind not in _NAMES or (correcting and not self._means(said.body, body)):
            return None
        cells = _cells(self._party, kind, body, self._desk.notes)
        if cells is None:
            return None
        moment = dt.datetime.fromisoformat(said.time).astimezone(HANOI)
        cells[Column.TIME] = moment.replace(tzinfo=None)
        cells[Column.TYPE] = f"{CORRECTION} {_NAMES[kind]}" if correcting else _NAMES[kind]
        note = cells.get(Column.NOTE)
        for text in note_saying(kind, body, "" if note is None else str(note)):
            cells[Column.NOTE] = text or None
            if self._reads_back(cells, said.type, said.body, moment):
                return tuple(cells.get(column) for column in _COLUMNS)
        return None

    def _reads_back(
        self, cells: Mapping[Column, Value], kind: str, body: dict[str, Any], moment: dt.datetime
    ) -> bool:
        texts = {column: as_csv_text(value) for column, value in cells.items()}
        # A statement on record was not of the future when it was recorded.
        now = max(moment, self._desk.now())
        row = read_row(Line(0, texts, ""), self._party, self._known, now)
        if row.draft is None:
            return False
        same_time = dt.datetime.fromisoformat(row.draft.time) == moment
        same = bool(wording(row.draft.type, row.draft.body) == wording(kind, body))
        return same_time and same and row.draft.type == kind

    def _note_newest(self, one: Located) -> None:
        said = one.statement
        if said.type == "corrected":
            return
        site = said.body.get("site")
        if said.type == "field-work-recorded":
            self._newest[said.type, site] = one.id
        for lot in lots_about(said.type, said.body):
            self._newest[said.type, lot, site] = one.id

    def _means(self, correction: dict[str, Any], right: dict[str, Any]) -> bool:
        """Whether a station would find that very statement to be the one that is corrected."""
        of, site = correction["of"], right.get("site")
        if of == "field-work-recorded":
            return bool(self._newest.get((of, site)) == correction["corrects"])
        keys = [(of, lot, site) for lot in lots_about(of, right)]
        found = next((self._newest[key] for key in keys if key in self._newest), None)
        return bool(found == correction["corrects"])


class _KnownSoFar:
    """What intake may ask, with the lots that the rows so far have spoken of."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._items: dict[str, dict[str, None]] = {}
        self.site_exists = known.site_exists
        self.item = known.item
        self.product = known.product
        self.instrument_exists = known.instrument_exists
        self.party_called = known.party_called

    def take(self, lots: Iterable[tuple[str, str]]) -> None:
        for item, code in lots:
            items = self._items.setdefault(code, {})
            items.pop(item, None)
            items[item] = None

    def item_of_lot(self, lot_code: str) -> Sequence[str]:
        return list(reversed(self._items.get(lot_code, {})))


def _cells(party: str, kind: str, body: dict[str, Any], notes: Notes) -> dict[Column, Value] | None:
    """The cells of a body, without time and type; None when a diary cannot hold it."""
    cells: dict[Column, Value] = {
        Column.SITE: body.get("site"),
        Column.INSTRUMENT: body.get("instrument"),
    }
    outputs = body.get("outputs")
    lots = body.get("lots") or [one["lot"] for one in outputs or ()] or [body.get("lot")]
    if len(lots) != 1:
        return None
    if lots[0] is not None:
        cells[Column.ITEM] = lots[0]["item"].removeprefix(f"{party}/")
        cells[Column.LOT] = lots[0]["code"]
    amount = (
        body.get("quantity") or body.get("dose") or (outputs[0]["quantity"] if outputs else None)
    )
    if amount is not None:
        cells[Column.QUANTITY] = Decimal(amount["value"])
        cells[Column.UNIT] = Unit(amount["unit"]).vietnamese
    for name, unit in (("packs", Unit.PACK), ("count", Unit.LABEL)):
        if name in body:
            cells[Column.QUANTITY], cells[Column.UNIT] = Decimal(body[name]), unit.vietnamese
    if "inputs" in body:
        cells[Column.INPUTS] = " + ".join(_input(one) for one in body["inputs"])
    if "expiry" in body:
        cells[Column.EXPIRY] = dt.date.fromisoformat(body["expiry"])
    if "loss" in body:
        cells[Column.LOSS] = _loss(body["loss"])
    side = body.get(_OTHER_SIDE.get(kind, ""))
    if side is not None:
        cells[Column.PARTNER] = _partner(side, notes)
    if "note" in body:
        cells[Column.NOTE] = tidy(notes.text_of(body["note"]) or "")
    return cells


def _input(one: dict[str, Any]) -> str:
    amount = one["quantity"]
    number = amount["value"].replace(".", ",")
    unit = Unit(amount["unit"])
    text = f"{one['lot']['code']}={number}"
    return text if unit is Unit.KILOGRAM else f"{text} {unit.vietnamese}"


def _loss(amount: dict[str, str]) -> Value:
    number, unit = Decimal(amount["value"]), Unit(amount["unit"])
    return number if unit is Unit.KILOGRAM else f"{as_csv_text(number)} {unit.vietnamese}"


def _partner(side: dict[str, Any], notes: Notes) -> str:
    if "party" in side:
        return str(side["party"])
    text = notes.text_of(side["digest"]) if "digest" in side else None
    if text:
        return tidy(text)
    return f"Hộ {side['number']}" if "number" in side else _KINDS_OF_PARTNER[side["kind"]]
