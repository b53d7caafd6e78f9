"""One typed form under judgement: each field is read, and what is wrong is noted under its name.

Reading goes on after a fault, so that a person learns of every wrong field at once. What is read
from a wrong field is a stand-in, and the caller drops the whole when there are faults.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from api.intake.partners import read_partner
from api.intake.problems import IntakeProblem
from api.intake.times import HANOI, read_day, read_moment
from api.routes.services import Services
from api.station_pages.errors import FieldFault
from api.station_scan.lots import read_lot
from ledger.domain.codes import Sscc
from ledger.domain.drafts import LONGEST_PRIVATE
from ledger.domain.errors import DomainError
from ledger.domain.identifiers import Item, LotCode, PartyCode
from ledger.domain.quantities import (
    Quantity,
    Unit,
    parse_net_content,
    parse_unit,
    parse_vietnamese_number,
)
from ledger.domain.scanned_codes import Reading as ScanReading
from ledger.domain.scanned_codes import read_scan
from ledger.verify.wording import Refusal

Quantities = dict[str, str]
Lot = dict[str, str]
_MASSES: Final = frozenset({Unit.GRAM, Unit.KILOGRAM, Unit.TONNE})
_MOST_COUNT: Final = 10**9


@dataclass(slots=True)
class Reading:
    """The typed fields of a form, read for a party. `faults` by name of field only ever grows.

    `happened` is when the step was, for a correction the moment of what is corrected.
    """

    services: Services
    party: str
    typed: Mapping[str, str]
    now: dt.datetime
    happened: dt.datetime | None = None
    faults: dict[str, Refusal] = field(default_factory=dict)

    def fault(self, name: str, code: str, **params: object) -> None:
        """Note what is wrong with a field; its first fault stays."""
        self.faults.setdefault(name, FieldFault(code, **params))

    def text(self, name: str) -> str:
        """What was typed, "" for nothing."""
        return self.typed.get(name, "")

    def needed(self, name: str) -> str:
        """What was typed; "" and a fault for nothing."""
        text = self.text(name)
        if not text:
            self.fault(name, "missing")
        return text

    def moment(self, name: str = "time") -> dt.datetime:
        """When it happened, in Vietnam's time; now for an empty field."""
        text = self.text(name).replace("T", " ")
        now = self.now.astimezone(HANOI).replace(microsecond=0)
        if not text:
            return now
        found = read_moment(text, name, self.now)
        if isinstance(found, IntakeProblem):
            self._day_fault(name, text, found)
            return now
        return found

    def day(self, name: str) -> dt.date | None:
        """A day, None for an empty or wrong field."""
        text = self.text(name)
        if not text:
            return None
        found = read_day(text, name)
        if isinstance(found, IntakeProblem):
            self._day_fault(name, text, found)
            return None
        return found

    def _day_fault(self, name: str, text: str, problem: IntakeProblem) -> None:
        example = "07/09/2026 09:06" if name == "time" else "07/09/2026"
        self.fault(name, problem.code, found=text, example=example)

    def site(self) -> str:
        """A site of the party."""
        code = self.needed("site")
        if code and not self.services.views.known_for(self.party).site_exists(code):
            self.fault("site", "site-unknown", found=code, party=self.party)
        return code

    def instrument(self) -> str:
        """A scale of the party, "" for none."""
        code = self.text("instrument")
        if code and not self.services.views.known_for(self.party).instrument_exists(code):
            self.fault("instrument", "instrument-unknown", found=code, party=self.party)
        return code

    def item(self, name: str) -> Item | None:
        """Registered goods: a GTIN, PARTY/code, or a code of the party's own."""
        text = self.needed(name)
        if not text:
            return None
        try:
            item = Item.parse(text, PartyCode(self.party))
        except DomainError as refusal:
            self.faults.setdefault(name, refusal)
            return None
        known = self.services.views.known_for(self.party)
        found = known.item(item.text) if item.gtin is None else known.product(item.text)
        if found is None:
            self.fault(name, "item-unknown", found=text)
        return item

    def lot(self, name: str, *, foreign: bool = False) -> Lot:
        """A lot that is on record; with `foreign`, also one of which the owner has said nothing yet."""
        text = self.needed(name)
        if not text:
            return {"item": "", "code": ""}
        try:
            item, code = self._lot_meant(text)
        except DomainError as refusal:
            self.faults.setdefault(name, refusal)
            return {"item": "", "code": text}
        others = foreign and self.services.views.owner_of(item) != self.party
        if not others and self.services.views.lot(item, code) is None:
            self.fault(name, "lot-not-here", found=code)
        return {"item": item, "code": code}

    def _lot_meant(self, text: str) -> tuple[str, str]:
        try:
            return read_lot(text, self.services, self.party)
        except DomainError:
            # Without JavaScript a scanner types the element string of a GS1 code as it is.
            for one in self._scanned(text):
                if one.item is not None and one.lot is not None:
                    return one.item, one.lot
            raise

    def _scanned(self, text: str) -> tuple[ScanReading, ...]:
        try:
            return read_scan(text, PartyCode(self.party)).readings
        except DomainError:
            return ()

    def carton(self, name: str) -> str:
        """The SSCC of a carton, typed or scanned."""
        text = self.needed(name)
        if not text:
            return ""
        scanned = next((one.sscc for one in self._scanned(text) if one.sscc is not None), text)
        try:
            return Sscc.parse(scanned).text
        except DomainError as refusal:
            self.faults.setdefault(name, refusal)
            return text

    def lot_code(self, name: str) -> str:
        """A new lot code as typed, "" for an empty field."""
        text = self.text(name)
        if not text:
            return ""
        try:
            return LotCode.parse(text).text
        except DomainError as refusal:
            self.faults.setdefault(name, refusal)
            return ""

    def quantity(self, name: str, *, unit: str = "kg", counts: bool = True) -> Quantities:
        """An amount above nothing: `12,5`, or with a unit of its own as `12,5 kg` or `40 gói`.

        `unit` (a word) counts when none was typed; without `counts` only masses and volumes do.
        """
        text = self.needed(name)
        if not text:
            return {}
        try:
            found = read_quantity(text, unit)
        except DomainError as refusal:
            self.faults.setdefault(name, refusal)
            return {}
        if found.unit is Unit.LABEL or (found.unit.counted and not counts):
            expected = "kg, g, tấn, l, ml" if not counts else "kg, g, tấn, l, ml, gói"
            self.fault(name, "unit-wrong", found=found.unit.vietnamese, expected=expected)
        elif not found.value:
            self.fault(name, "zero")
        return {"value": found.text, "unit": found.unit.value}

    def mass(self, name: str) -> Quantities:
        """Kilograms (or grams, tonnes) above nothing."""
        found = self.quantity(name, counts=False)
        if found and name not in self.faults and Unit(found["unit"]) not in _MASSES:
            self.fault(name, "unit-wrong", found=found["unit"], expected="kg, g, tấn")
        return found

    def whole(self, name: str) -> int:
        """A count above nothing."""
        text = self.needed(name)
        digits = text.replace(".", "").replace(" ", "")
        right = digits.isascii() and digits.isdigit() and len(digits) <= 9
        if text and not (right and 0 < int(digits) < _MOST_COUNT):
            self.fault(name, "whole", found=text)
            return 0
        return int(digits) if digits else 0

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        """One of the words of a list."""
        word = self.needed(name)
        if word and word not in known:
            self.fault(name, "choice-unknown", found=word)
        return word

    def partner(self, private: dict[str, str], place: str) -> dict[str, Any] | None:
        """The other side, None for an empty field; a name goes to `private`."""
        text = self.text("partner")
        if not text:
            return None
        self.short_enough("partner", text)
        body, kept = read_partner(text, self.services.views.known_for(self.party))
        if kept is not None:
            private[f"{place}.digest"] = kept
        return body

    def note(self, private: dict[str, str]) -> None:
        """The private note, if there is one."""
        # Browsers send the end of a line as two characters.
        text = self.text("note").replace("\r\n", "\n")
        if text:
            self.short_enough("note", text)
            private["note"] = text

    def short_enough(self, name: str, text: str) -> None:
        """Note a text that is longer than what is kept."""
        if len(text) > LONGEST_PRIVATE:
            self.fault(name, "too-long", found=len(text), most=LONGEST_PRIVATE)

    def rows(self, most: int, *names: str) -> Iterator[int]:
        """Numbers of the rows in which anything was typed; always the first."""
        for number in range(1, most + 1):
            if number == 1 or any(self.text(name.format(n=number)) for name in names):
                yield number


def read_quantity(text: str, unit: str) -> Quantity:
    """`12,5` in `unit`, or `12,5 kg` in its own. DomainError for anything else."""
    if any(char.isalpha() for char in text):
        return parse_net_content(text)
    kind, factor = parse_unit(unit)
    return Quantity(parse_vietnamese_number(text) * (factor or Decimal(1)), kind)
