"""From a typed form to the body of a statement, one builder for each type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from api.intake.times import HANOI
from api.station_pages.forms import MOST_INPUTS, MOST_OUTPUTS
from api.station_pages.reading import Lot, Reading
from ledger.domain.errors import DomainError
from ledger.domain.identifiers import LotCode
from ledger.verify.fields import OneOf
from ledger.verify.shapes import BODIES, REASON

_MOST_LOT_CODE: Final = 20
_LONGEST_WAIT: Final = 365
_LONGEST_METHOD: Final = 120


def words_of(statement_type: str, name: str) -> tuple[str, ...]:
    """The words that format v1 allows for a field of a body."""
    kind = BODIES[statement_type].fields[name]
    assert isinstance(kind, OneOf)
    return kind.words


RESULTS: Final = words_of("tested", "result")
ACTIVITIES: Final = words_of("field-work-recorded", "activity")
REASONS: Final = REASON.words


@dataclass(slots=True)
class Content:
    """A body, and the private text that belongs to it (dotted path -> text)."""

    body: dict[str, Any]
    private: dict[str, str] = field(default_factory=dict)


def content_of(statement_type: str, reading: Reading, moment: dt.datetime) -> Content:
    """What the form says; to be dropped when `reading` has faults."""
    content = _BUILDERS[statement_type](reading, moment)
    reading.note(content.private)
    if "instrument" in BODIES[statement_type].fields:
        instrument = reading.instrument()
        if instrument:
            content.body["instrument"] = instrument
    return content


def _named_partner(reading: Reading, content: Content, place: str) -> Content:
    partner = reading.partner(content.private, place)
    if partner is not None:
        content.body[place] = partner
    return content


def _harvested(reading: Reading, moment: dt.datetime) -> Content:
    item, site = reading.item("item"), reading.site()
    code = reading.lot_code("lot") or _of_day(reading, "lot", site, moment)
    body = {
        "lot": {"item": item.text if item else "", "code": code},
        "quantity": reading.quantity("amount", unit=reading.text("unit") or "kg", counts=False),
        "site": site,
    }
    return _named_partner(reading, Content(body), "from")


def _received(reading: Reading, _moment: dt.datetime) -> Content:
    body = {
        "lot": reading.lot("lot_given", foreign=True),
        "quantity": reading.quantity("amount", unit=reading.text("unit") or "kg"),
        "site": reading.site(),
    }
    return _named_partner(reading, Content(body), "from")


def _processed(reading: Reading, moment: dt.datetime) -> Content:
    inputs, outputs = _inputs(reading), []
    for number in reading.rows(MOST_OUTPUTS, "out_item_{n}", "out_amount_{n}", "out_lot_{n}"):
        item = reading.item(f"out_item_{number}")
        name = f"out_lot_{number}"
        stem = "" if item is None else (item.code.text if item.code else item.text).upper()
        code = reading.lot_code(name) or _of_day(reading, name, stem, moment)
        lot = {"item": item.text if item else "", "code": code}
        outputs.append({"lot": lot, "quantity": reading.mass(f"out_amount_{number}")})
    body: dict[str, Any] = {"site": reading.site(), "inputs": inputs, "outputs": outputs}
    if reading.text("loss") and reading.text("loss") != "0":
        body["loss"] = reading.mass("loss")
    return Content(body)


def _packed(reading: Reading, moment: dt.datetime) -> Content:
    item = reading.item("product")
    if item is not None and item.gtin is None:
        reading.fault("product", "item-unknown", found=item.text)
    gtin = item.text if item else ""
    body: dict[str, Any] = {
        "lot": {"item": gtin, "code": reading.lot_code("lot") or _free(reading, gtin, moment)},
        "site": reading.site(),
        "inputs": _inputs(reading),
        "packs": reading.whole("packs"),
    }
    expiry = _expiry(reading, gtin, moment)
    if expiry is not None:
        body["expiry"] = expiry
    return Content(body)


def _aggregated(reading: Reading, _moment: dt.datetime) -> Content:
    sscc = reading.carton("container")
    contents = []
    for number in reading.rows(MOST_INPUTS, "in_lot_{n}", "in_amount_{n}"):
        lot = reading.lot(f"in_lot_{number}")
        amount = reading.quantity(f"in_amount_{number}", unit=usual_unit(lot["item"]))
        contents.append({"lot": lot, "quantity": amount})
    _once_each(reading, contents)
    return Content({"container": sscc, "contents": contents, "site": reading.site()})


def _shipped(reading: Reading, _moment: dt.datetime) -> Content:
    content = _moved(reading)
    content.body["site"] = reading.site()
    return _named_partner(reading, content, "to")


def _sold(reading: Reading, _moment: dt.datetime) -> Content:
    return _named_partner(reading, _moved(reading), "to")


def _tested(reading: Reading, _moment: dt.datetime) -> Content:
    body: dict[str, Any] = {
        "lot": reading.lot("lot_given"),
        "result": reading.choice("result", RESULTS),
    }
    method = reading.text("method")
    if method:
        if len(method) > _LONGEST_METHOD:
            reading.fault("method", "too-long", found=len(method), most=_LONGEST_METHOD)
        body["method"] = method
    return _named_partner(reading, Content(body), "by")


def _destroyed(reading: Reading, _moment: dt.datetime) -> Content:
    content = _moved(reading)
    content.body["reason"] = reading.choice("reason", REASONS)
    return content


def _field_work(reading: Reading, _moment: dt.datetime) -> Content:
    body: dict[str, Any] = {
        "site": reading.site(),
        "activity": reading.choice("activity", ACTIVITIES),
    }
    if reading.text("amount"):
        body["dose"] = reading.quantity("amount", unit=reading.text("unit") or "kg")
    days = reading.text("interval")
    if days:
        if days.isascii() and days.isdigit() and len(days) < 5 and int(days) <= _LONGEST_WAIT:
            body["interval_days"] = int(days)
        else:
            reading.fault("interval", "days", found=days, most=_LONGEST_WAIT)
    return Content(body)


def usual_unit(item: str) -> str:
    """What goods are counted in when nobody says it: packs of a product, kilograms of the rest."""
    return "kg" if "/" in item or not item else "gói"


def _moved(reading: Reading) -> Content:
    lot = reading.lot("lot_given")
    unit = reading.text("unit") or usual_unit(lot["item"])
    return Content({"lot": lot, "quantity": reading.quantity("amount", unit=unit)})


def _inputs(reading: Reading) -> list[dict[str, Any]]:
    found = [
        {"lot": reading.lot(f"in_lot_{n}"), "quantity": reading.quantity(f"in_amount_{n}")}
        for n in reading.rows(MOST_INPUTS, "in_lot_{n}", "in_amount_{n}")
    ]
    _once_each(reading, found)
    return found


def _once_each(reading: Reading, rows: list[dict[str, Any]]) -> None:
    """A lot that stands twice is mostly the same scan twice, and never needs to."""
    seen: list[Lot] = []
    numbers = reading.rows(MOST_INPUTS, "in_lot_{n}", "in_amount_{n}")
    for number, row in zip(numbers, rows, strict=True):
        if row["lot"]["item"] and row["lot"] in seen:
            reading.fault(f"in_lot_{number}", "lot-twice", found=row["lot"]["code"])
        seen.append(row["lot"])


def _of_day(reading: Reading, name: str, stem: str, moment: dt.datetime) -> str:
    """A lot code of a place or of goods, and the day."""
    if not stem or name in reading.faults:
        return ""
    day = f"{moment.astimezone(HANOI):%y%m%d}"
    try:
        return LotCode(f"{stem[: _MOST_LOT_CODE - len(day) - 1]}-{day}").text
    except DomainError as refusal:
        reading.faults.setdefault(name, refusal)
        return ""


def _free(reading: Reading, gtin14: str, moment: dt.datetime) -> str:
    """The first lot code of the day that the product does not have yet."""
    stem = f"L{moment.astimezone(HANOI):%y%m%d}"
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        if reading.services.views.lot(gtin14, stem + letter) is None:
            return stem + letter
    reading.fault("lot", "no-letters-left", found=stem)
    return ""


def _expiry(reading: Reading, gtin14: str, moment: dt.datetime) -> str | None:
    packed = moment.astimezone(HANOI).date()
    day = reading.day("expiry")
    if day is not None:
        if day < packed:
            reading.fault(
                "expiry",
                "expiry-before-packing",
                found=f"{day:%d/%m/%Y}",
                packed=f"{packed:%d/%m/%Y}",
            )
        return day.isoformat()
    product = reading.services.views.known_for(reading.party).product(gtin14) or {}
    days = product.get("shelf_life_days")
    if days is None or "expiry" in reading.faults:
        return None
    return (packed + dt.timedelta(days=days)).isoformat()


_BUILDERS: Final[dict[str, Callable[[Reading, dt.datetime], Content]]] = {
    "harvested": _harvested,
    "received": _received,
    "processed": _processed,
    "packed": _packed,
    "aggregated": _aggregated,
    "shipped": _shipped,
    "sold": _sold,
    "tested": _tested,
    "destroyed": _destroyed,
    "field-work-recorded": _field_work,
}
