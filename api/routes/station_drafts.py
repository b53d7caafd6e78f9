"""From a typed station form to a draft. What is wrong is one sentence in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from api.intake.partners import read_partner
from api.intake.problems import IntakeProblem
from api.intake.times import HANOI, read_day, read_moment
from api.pages.station_fields import MOST_INPUTS, MOST_OUTPUTS
from api.routes.services import Services
from ledger.domain.digital_link import Leniency, parse_link
from ledger.domain.drafts import Draft
from ledger.domain.errors import DomainError
from ledger.domain.identifiers import Item, Lot, LotCode, PartyCode
from ledger.domain.quantities import parse_vietnamese_number

Typed = Mapping[str, str]
_MOST_LOT_CODE = 20


class FormRefused(DomainError):
    """A station form that cannot become a statement."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "missing": (
            "The field “{label}” is empty; fill it in.",
            "Ô “{label}” đang trống; hãy điền vào.",
        ),
        "lot-unknown": (
            "No lot with the code {found} is known here; scan its label or check the code.",
            "Không thấy lô nào có mã {found}; hãy quét tem hoặc xem lại mã.",
        ),
        "lot-ambiguous": (
            "Several lots have the code {found}; choose one from the list.",
            "Có nhiều lô cùng mã {found}; hãy chọn trong danh sách.",
        ),
        "link-without-lot": (
            "The scanned address names no product and lot; scan a label of a pack.",
            "Mã vừa quét không có sản phẩm và lô; hãy quét tem trên gói hàng.",
        ),
        "whole": (
            "“{found}” is not a whole number above 0; write for instance 250.",
            "“{found}” không phải số nguyên lớn hơn 0; hãy ghi ví dụ 250.",
        ),
        "zero": (
            "The quantity must be above 0; weigh again.",
            "Số lượng phải lớn hơn 0; hãy cân lại.",
        ),
        "no-letters-left": (
            "All lot codes {found}A to {found}Z of the day are taken; type a code of your own.",
            "Các mã lô {found}A đến {found}Z trong ngày đã dùng hết; hãy tự gõ mã.",
        ),
        "as-read": ("{en}", "{vi}"),
    }


@dataclass(frozen=True, slots=True)
class DraftMaker:
    """Reads one typed form on behalf of the station's party."""

    services: Services
    party: str
    typed: Typed

    def make(self, statement_type: str) -> Draft:
        """The draft of the form; DomainError with the first thing that is wrong."""
        moment = self._moment()
        body, private = _BODIES[statement_type](self, moment)
        instrument = self.typed.get("instrument")
        if instrument:
            body["instrument"] = instrument
        if self.typed.get("note"):
            private["note"] = self.typed["note"]
        return Draft(statement_type, self.party, moment.isoformat(), body, private)

    def _needed(self, name: str, label: str) -> str:
        value = self.typed.get(name, "")
        if not value:
            raise FormRefused("missing", label=label)
        return value

    def _moment(self) -> dt.datetime:
        now = self.services.now()
        text = self.typed.get("time", "").replace("T", " ")
        if not text:
            return now.astimezone(HANOI).replace(microsecond=0)
        found = read_moment(text, "thời gian", now)
        if isinstance(found, IntakeProblem):
            raise FormRefused("as-read", en=found.en, vi=found.vi)
        return found

    def _kilograms(self, name: str, label: str) -> dict[str, str]:
        number = parse_vietnamese_number(self._needed(name, label))
        if not number:
            raise FormRefused("zero")
        return {"value": f"{number:f}", "unit": "kg"}

    def _whole(self, name: str, label: str) -> int:
        text = self._needed(name, label)
        digits = text.replace(".", "")
        if not (digits.isascii() and digits.isdigit()) or not 0 < int(digits[:12]) < 10**9:
            raise FormRefused("whole", found=text)
        return int(digits)

    def _partner(self, body: dict[str, Any], private: dict[str, str]) -> None:
        text = self.typed.get("partner")
        if text:
            body["from"], kept = read_partner(text, self.services.views.known_for(self.party))
            if kept is not None:
                private["from.digest"] = kept

    def _inputs(self) -> list[dict[str, Any]]:
        found = []
        for at in range(1, MOST_INPUTS + 1):
            if at > 1 and not self.typed.get(f"in_lot_{at}"):
                continue
            item, code = read_lot(self._needed(f"in_lot_{at}", "Từ lô"), self.services, self.party)
            amount = self._kilograms(f"in_amount_{at}", "Số lượng lấy")
            found.append({"lot": {"item": item, "code": code}, "quantity": amount})
        return found

    def _new_code(self, name: str, stem: str, moment: dt.datetime) -> str:
        """The typed code, or one made of a stem and the day."""
        given = self.typed.get(name)
        if given:
            return LotCode.parse(given).text
        day = f"{moment.astimezone(HANOI):%y%m%d}"
        return LotCode(f"{stem[: _MOST_LOT_CODE - len(day) - 1]}-{day}").text

    def _packed_code(self, gtin14: str, moment: dt.datetime) -> str:
        given = self.typed.get("lot")
        if given:
            return LotCode.parse(given).text
        stem = f"L{moment.astimezone(HANOI):%y%m%d}"
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            if self.services.views.lot(gtin14, stem + letter) is None:
                return stem + letter
        raise FormRefused("no-letters-left", found=stem)

    def _harvested(self, moment: dt.datetime) -> tuple[dict[str, Any], dict[str, str]]:
        site = self._needed("site", "Địa điểm")
        item = Item.parse(self._needed("item", "Mặt hàng"), PartyCode(self.party)).text
        lot = {"item": item, "code": self._new_code("lot", site, moment)}
        quantity = self._kilograms("amount", "Số lượng")
        body: dict[str, Any] = {"lot": lot, "quantity": quantity, "site": site}
        private: dict[str, str] = {}
        self._partner(body, private)
        return body, private

    def _received(self, _moment: dt.datetime) -> tuple[dict[str, Any], dict[str, str]]:
        given = self._needed("lot_given", "Lô nhận")
        item, code = read_lot(given, self.services, self.party)
        body: dict[str, Any] = {
            "lot": {"item": item, "code": code},
            "quantity": self._kilograms("amount", "Số lượng"),
            "site": self._needed("site", "Địa điểm"),
        }
        private: dict[str, str] = {}
        self._partner(body, private)
        return body, private

    def _processed(self, moment: dt.datetime) -> tuple[dict[str, Any], dict[str, str]]:
        outputs = []
        for at in range(1, MOST_OUTPUTS + 1):
            if at > 1 and not self.typed.get(f"out_item_{at}"):
                continue
            name = self._needed(f"out_item_{at}", "Ra mặt hàng")
            item = Item.parse(name, PartyCode(self.party))
            stem = (item.code.text if item.code else item.text).upper()
            lot = {"item": item.text, "code": self._new_code(f"out_lot_{at}", stem, moment)}
            amount = self._kilograms(f"out_amount_{at}", "Số lượng ra")
            outputs.append({"lot": lot, "quantity": amount})
        site = self._needed("site", "Địa điểm")
        body: dict[str, Any] = {"site": site, "inputs": self._inputs(), "outputs": outputs}
        if self.typed.get("loss"):
            body["loss"] = self._kilograms("loss", "Hao hụt")
        return body, {}

    def _packed(self, moment: dt.datetime) -> tuple[dict[str, Any], dict[str, str]]:
        item = Item.parse(self._needed("product", "Sản phẩm")).text
        body: dict[str, Any] = {
            "lot": {"item": item, "code": self._packed_code(item, moment)},
            "site": self._needed("site", "Địa điểm"),
            "inputs": self._inputs(),
            "packs": self._whole("packs", "Số gói"),
        }
        expiry = self._expiry(item, moment)
        if expiry is not None:
            body["expiry"] = expiry
        return body, {}

    def _expiry(self, gtin14: str, moment: dt.datetime) -> str | None:
        text = self.typed.get("expiry")
        if text:
            day = read_day(text, "hạn dùng")
            if isinstance(day, IntakeProblem):
                raise FormRefused("as-read", en=day.en, vi=day.vi)
            return day.isoformat()
        product = self.services.views.known_for(self.party).product(gtin14) or {}
        days = product.get("shelf_life_days")
        if days is None:
            return None
        return (moment.astimezone(HANOI).date() + dt.timedelta(days=days)).isoformat()


_Body = Callable[[DraftMaker, dt.datetime], tuple[dict[str, Any], dict[str, str]]]
_BODIES: dict[str, _Body] = {
    "harvested": DraftMaker._harvested,
    "received": DraftMaker._received,
    "processed": DraftMaker._processed,
    "packed": DraftMaker._packed,
}


def read_lot(text: str, services: Services, party: str) -> tuple[str, str]:
    """(item, lot code) of a scanned label, of `item code`, or of a lot code known once here.

    A keyboard-wedge scanner types the whole Digital Link of a label. DomainError otherwise.
    """
    if text[:4].lower() == "http":
        link = parse_link(text, Leniency(zero_suppressed_gtin=True))
        if link.gtin is None or link.lot_code is None:
            raise FormRefused("link-without-lot")
        return link.gtin.gtin14, link.lot_code.text
    if " " in text:
        lot = Lot.parse(text, PartyCode(party))
        return lot.item.text, lot.code.text
    code = LotCode.parse(text).text
    items = list(dict.fromkeys(services.views.known_for(party).item_of_lot(code)))
    if not items:
        raise FormRefused("lot-unknown", found=code)
    if len(items) > 1:
        raise FormRefused("lot-ambiguous", found=code)
    return items[0], code
