"""What an inspector should know of a lot's scans: hints where to look, never evidence.

Anybody can open a page and nobody signs that he did, so these stand apart from the findings of the
ledger and are in no bundle.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from api.scans.storage import DAYS_KEPT, LotCount, SerialCount
from api.scans.tally import BUSY, OFTEN
from ledger.verify.wording import sentence

MANY_PLACES = 6
"""Networks on one day. One buyer's phone comes from mobile data, home, shop and work: four."""
BUSY_DAYS = 4
"""Days with BUSY networks each. A pack is bought and opened once: two days, three with a guest."""
STRAYS = 5
"""Serials that the cooperative never made. Somebody curious changes an address once or twice."""
SHOWN = 5
"""Serials that one kind of finding names; the others are counted."""

FINDINGS: dict[str, tuple[str, str, str]] = {
    # Each code has a severity, then its English and its Vietnamese sentence.
    "scanned-in-many-places": (
        "warning",
        "Serial {serial} was opened from at least {places} networks on {day}: look for copies of "
        "this label.",
        "Tem {serial} được mở từ ít nhất {places} mạng khác nhau trong ngày {day}: hãy kiểm tra có "
        "tem sao chép hay không.",
    ),
    "scanned-in-places-for-days": (
        "warning",
        "Serial {serial} was opened from {places} networks or more on each of {days} days within "
        "{window} days: look for copies of this label, or a sample pack on display.",
        "Tem {serial} được mở từ {places} mạng trở lên trong mỗi ngày của {days} ngày, trong vòng "
        "{window} ngày: hãy kiểm tra có tem sao chép, hay là gói trưng bày.",
    ),
    "scanned-very-often": (
        "notice",
        "Serial {serial} was opened {scans} times since {day}.",
        "Tem {serial} đã được mở {scans} lần từ ngày {day}.",
    ),
    "void-scanned": (
        "warning",
        "Serial {serial} is void and was opened after that (times: {scans}): a label that should "
        "have been destroyed is in use.",
        "Tem {serial} đã hủy nhưng sau đó vẫn được mở {scans} lần: tem lẽ ra phải tiêu hủy đang "
        "được dùng.",
    ),
    "never-issued-scanned": (
        "warning",
        "Serials with the right check letters that were never issued for this lot were opened "
        "(times: {scans}): labels of another lot under this lot's address, or the label key is known "
        "to others.",
        "Số tem có ký tự kiểm tra đúng nhưng không được cấp cho lô này đã được mở {scans} lần: tem "
        "của lô khác bị đổi địa chỉ, hoặc khóa tem đã lộ.",
    ),
    "invented-scanned": (
        "notice",
        "Invented serials were opened under this lot (times: {scans}): somebody tries numbers, or "
        "labels that are not the cooperative's are in use.",
        "Số tem bịa đặt đã được mở {scans} lần dưới tên lô này: có người thử số, hoặc đang có tem "
        "không do cơ sở in.",
    ),
    "recalled-scanned": (
        "notice",
        "This lot's pages were opened while it was recalled (times: {scans}): goods may still be on "
        "sale or at home.",
        "Trang của lô này được mở {scans} lần trong lúc bị thu hồi: hàng có thể còn được bán hoặc "
        "còn ở nhà người mua.",
    ),
    "more-serials-scanned": (
        "notice",
        "{count} more serials of this lot show the same ({code}).",
        "Còn {count} tem khác của lô này cũng như vậy ({code}).",
    ),
}


def scan_findings(
    item: str, lot: str, found: LotCount | None, today: int, serial_text: Callable[..., str]
) -> list[dict[str, Any]]:
    """Findings from what is stored of a lot; none for None. `today` is a proleptic ordinal.

    `serial_text(gtin14, tag, counter)` gives a serial as printed. Each finding has code, severity,
    item, lot, serial ("" for the lot as a whole), en and vi.
    """
    if found is None:
        return []
    made: dict[str, list[dict[str, Any]]] = {}
    for one in found.noted:
        text = serial_text(*one.serial)
        for code, values in _of_serial(one, today):
            row = _finding(code, item, lot, text, {"serial": text, **values})
            made.setdefault(code, []).append(row)
    rows: list[dict[str, Any]] = []
    for code in FINDINGS:
        same = made.get(code, [])
        rows += same[:SHOWN]
        if len(same) > SHOWN:
            values = {"count": len(same) - SHOWN, "code": code}
            rows.append(_finding("more-serials-scanned", item, lot, "", values))
    return rows + [_finding(code, item, lot, "", values) for code, values in _of_lot(found)]


def _of_serial(one: SerialCount, today: int) -> Iterator[tuple[str, dict[str, object]]]:
    recent = {
        day: places for day, places in one.places_by_day().items() if day >= today - DAYS_KEPT
    }
    day, most = max(recent.items(), key=lambda pair: pair[1], default=(0, 0))
    if most >= MANY_PLACES:
        yield "scanned-in-many-places", {"places": most, "day": shown_day(day)}
    busy = sum(1 for places in recent.values() if places >= BUSY)
    if busy >= BUSY_DAYS:
        yield "scanned-in-places-for-days", {"places": BUSY, "days": busy, "window": DAYS_KEPT}
    if one.scans >= OFTEN:
        yield "scanned-very-often", {"scans": one.scans, "day": shown_day(one.first_day)}
    if one.void:
        yield "void-scanned", {"scans": one.void}


def _of_lot(found: LotCount) -> Iterator[tuple[str, dict[str, object]]]:
    totals = found.totals
    if totals.never_issued:
        yield "never-issued-scanned", {"scans": totals.never_issued}
    if totals.invented >= STRAYS:
        yield "invented-scanned", {"scans": totals.invented}
    if totals.stopped:
        yield "recalled-scanned", {"scans": totals.stopped}


def _finding(
    code: str, item: str, lot: str, serial: str, values: dict[str, object]
) -> dict[str, Any]:
    severity, english, vietnamese = FINDINGS[code]
    words = {code: (english, vietnamese)}
    return {
        "code": code,
        "severity": severity,
        "item": item,
        "lot": lot,
        "serial": serial,
        "en": sentence(words, code, values, "en"),
        "vi": sentence(words, code, values, "vi"),
    }


def shown_day(day: int) -> str:
    """A proleptic ordinal as dd/mm/yyyy."""
    return f"{dt.date.fromordinal(day):%d/%m/%Y}"
