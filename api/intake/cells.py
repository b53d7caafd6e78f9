"""One row under judgement: its cells, and every problem met so far.

Each method reads one thing, notes the problem when it cannot, and goes on, so that a person learns
everything that is wrong with a row at once.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Final, TypeVar

from api.intake.columns import Column, looks_like_formula
from api.intake.folding import tidy
from api.intake.known import Known
from api.intake.problems import IntakeProblem
from api.intake.times import read_day, read_moment
from ledger.domain.codes import Gtin, typed
from ledger.domain.errors import DomainError
from ledger.domain.identifiers import Item, LotCode, PartyCode
from ledger.domain.quantities import Quantity, Unit, parse_unit, parse_vietnamese_number

T = TypeVar("T")

LONGEST_CELL: Final = 2_000

_EXACT: Final = Context(prec=40)
_SCIENTIFIC: Final = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")


@dataclass(slots=True)
class Cells:
    """The cells of one row, and `problems`, which only ever grows."""

    texts: Mapping[Column, str]
    party: str
    known: Known
    now: dt.datetime
    type_name: str = ""
    correcting: bool = False
    happened: dt.datetime | None = None
    problems: list[IntakeProblem] = field(default_factory=list)
    _refused: set[Column] = field(default_factory=set)

    def __post_init__(self) -> None:
        for column, text in self.texts.items():
            problem = _unfit(text, column)
            if problem is not None:
                self.problems.append(problem)
                self._refused.add(column)

    def report(self, code: str, column: Column | None = None, **params: object) -> None:
        """Note a problem by the code of its sentence."""
        heading = None if column is None else column.value
        self.problems.append(IntakeProblem.of(code, heading, type=self.type_name, **params))

    def text(self, column: Column) -> str:
        """The tidied cell; empty also when it was refused already."""
        return "" if column in self._refused else tidy(self.texts.get(column, ""))

    def needed(self, column: Column) -> str | None:
        """The tidied cell, or None and a problem when there is nothing in it."""
        text = self.text(column)
        if not text and column not in self._refused:
            self.report("missing", column)
        return text or None

    def moment(self) -> dt.datetime | None:
        """When it happened."""
        text = self.needed(Column.TIME)
        if text is None:
            return None
        return self._unless_problem(read_moment(text, Column.TIME.value, self.now))

    def expiry(self, packed: dt.datetime | None) -> str | None:
        """The last day of use as ISO text, not before the packing day (when that is known)."""
        text = self.text(Column.EXPIRY)
        day = self._unless_problem(read_day(text, Column.EXPIRY.value)) if text else None
        if day is None:
            return None
        if packed is not None and day < packed.date():
            self.report(
                "expiry-before-packing",
                Column.EXPIRY,
                found=text,
                packed=packed.strftime("%d/%m/%Y"),
            )
        return day.isoformat()

    def site(self) -> str | None:
        """A site that is registered for the party."""
        text = self.needed(Column.SITE)
        if text is not None and not self.known.site_exists(text):
            self.report("site-unknown", Column.SITE, found=text, party=self.party)
        return text

    def instrument(self) -> str | None:
        """A registered instrument, None when the cell is empty."""
        text = self.text(Column.INSTRUMENT)
        if text and not self.known.instrument_exists(text):
            self.report("instrument-unknown", Column.INSTRUMENT, found=text, party=self.party)
        return text or None

    def item(self, *, gtin_only: bool = False) -> str | None:
        """A registered item: GTIN-14 or PARTY/code."""
        text = self.needed(Column.ITEM)
        if text is None:
            return None
        if _SCIENTIFIC.fullmatch(text):
            self.report("gtin-scientific", Column.ITEM, found=text)
            return None
        try:
            item = Item.parse(text, PartyCode(self.party))
        except DomainError as refusal:
            self.problems.append(IntakeProblem.refused(refusal, Column.ITEM.value))
            return None
        if isinstance(item.gtin, Gtin):
            if self.known.product(item.gtin.gtin14) is None:
                self.report("product-unknown", Column.ITEM, found=text)
            return item.gtin.gtin14
        if gtin_only:
            self.report("gtin-needed", Column.ITEM, found=text)
        registered = self.known.item(typed(text))
        if registered is None:
            self.report("item-unknown", Column.ITEM, found=text, party=self.party)
        return registered

    def lot(self, *, gtin_only: bool = False) -> dict[str, str]:
        """The lot of the row, {"item", "code"}; parts that are wrong are left empty."""
        item = self.item(gtin_only=gtin_only)
        text = self.needed(Column.LOT)
        return {"item": item or "", "code": (text and self.lot_code(text, Column.LOT)) or ""}

    def lot_code(self, text: str, column: Column) -> str | None:
        """A lot code of GS1 set 82. Spaces are not taken out: "LÔ 1" must not become "LÔ1"."""
        try:
            return LotCode(text).text
        except DomainError as refusal:
            self.problems.append(IntakeProblem.refused(refusal, column.value))
            return None

    def quantity(self, item: str = "") -> dict[str, str]:
        """The quantity of the row, more than nothing, as {"value", "unit"}.

        A raw `item` (PARTY/code) cannot be counted in packs: nobody knows what a sack of it weighs.
        """
        number, unit = self.needed(Column.QUANTITY), self.needed(Column.UNIT)
        # Both are read even when one is wrong, so that both are reported.
        found = self.number(number, Column.QUANTITY)
        kind = self.unit(unit)
        if found is None or kind is None:
            return {}
        if kind[0] is Unit.LABEL or (kind[0] is Unit.PACK and "/" in item):
            expected = "kg, tấn, lít, cái" if "/" in item else "kg, lít, gói"
            self.report("unit-wrong", Column.UNIT, found=unit, expected=expected)
            return {}
        return self.amount(found, kind, Column.QUANTITY)

    def amount(self, number: Decimal, unit: tuple[Unit, Decimal], column: Column) -> dict[str, str]:
        """A quantity object of a number and a unit; empty and a problem when it cannot be."""
        try:
            quantity = Quantity(_EXACT.multiply(number, unit[1]), unit[0])
        except DomainError as refusal:
            self.problems.append(IntakeProblem.refused(refusal, column.value))
            return {}
        if not quantity.value:
            self.report("zero", column, found=quantity.vietnamese())
        return {"value": quantity.text, "unit": quantity.unit.value}

    def number(self, text: str | None, column: Column) -> Decimal | None:
        """A number the Vietnamese way."""
        if text is None:
            return None
        try:
            return parse_vietnamese_number(text)
        except DomainError as refusal:
            self.problems.append(IntakeProblem.refused(refusal, column.value))
            return None

    def unit(self, text: str | None) -> tuple[Unit, Decimal] | None:
        """A unit and what one of it is worth."""
        if text is None:
            return None
        try:
            return parse_unit(text)
        except DomainError as refusal:
            self.problems.append(IntakeProblem.refused(refusal, Column.UNIT.value))
            return None

    def count(self, unit: Unit, most: int) -> int:
        """A whole count of packs or labels; 0 after a problem. An empty unit cell is that unit."""
        number = self.number(self.needed(Column.QUANTITY), Column.QUANTITY)
        typed_unit = self.text(Column.UNIT)
        kind = self.unit(typed_unit) if typed_unit else (unit, Decimal(1))
        if kind is not None and kind[0] is not unit:
            self.report("unit-wrong", Column.UNIT, found=typed_unit, expected=unit.vietnamese)
            return 0
        if number is None or kind is None:
            return 0
        amount = self.amount(number, kind, Column.QUANTITY)
        count = int(Decimal(amount["value"])) if amount else 0
        if count > most:
            self.report("count-too-large", Column.QUANTITY, found=count, most=most)
        return count

    def _unless_problem(self, found: T | IntakeProblem) -> T | None:
        if isinstance(found, IntakeProblem):
            self.problems.append(found)
            return None
        return found


def _unfit(text: str, column: Column) -> IntakeProblem | None:
    """What no cell of this column may be, whatever the row says."""
    if len(text) > LONGEST_CELL:
        return IntakeProblem.of("cell-too-long", column.value, found=len(text), most=LONGEST_CELL)
    # Excel lets people break lines in a cell; in a note that is harmless.
    allowed = "\r\n\t" if column is Column.NOTE else ""
    if any(unicodedata.category(c) == "Cc" and c not in allowed for c in text.strip()):
        return IntakeProblem.of("control-character", column.value)
    if looks_like_formula(text.strip(), column):
        return IntakeProblem.of("formula", column.value, found=text.strip())
    return None
