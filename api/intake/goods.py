"""From the cells of a row to the body of a statement: one builder for each type of step.

A builder always returns a body, with empty parts where a cell was wrong; the caller drops it when
there are problems. Every text of "ghi chú" and "đối tác" goes into `Content.private`, only codes
guessed from them into the body.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from api.intake.cells import Cells
from api.intake.columns import Column
from api.intake.inputs import read_inputs, read_loss
from api.intake.notes import (
    MOST_INTERVAL_DAYS,
    activity_of,
    interval_of,
    reason_of,
    result_of,
)
from api.intake.partners import read_partner
from ledger.domain.drafts import LONGEST_PRIVATE
from ledger.domain.quantities import Unit

MOST_PACKS: Final = 999_999_999
MOST_LABELS: Final = 1_000_000


@dataclass(slots=True)
class Content:
    """A body, and the private text that belongs to it (dotted path -> text)."""

    body: dict[str, Any]
    private: dict[str, str] = field(default_factory=dict)


def field_work(cells: Cells) -> Content:
    """chăm sóc -> field-work-recorded; a quantity is the dose."""
    note = cells.text(Column.NOTE)
    body: dict[str, Any] = {"site": cells.site(), "activity": activity_of(note)}
    if cells.text(Column.QUANTITY) or cells.text(Column.UNIT):
        body["dose"] = cells.quantity()
    days = interval_of(note)
    if days is not None:
        if days > MOST_INTERVAL_DAYS:
            cells.report("interval-too-long", Column.NOTE, found=days, most=MOST_INTERVAL_DAYS)
        body["interval_days"] = days
    return _with_texts(cells, body, None)


def harvested(cells: Cells) -> Content:
    """thu hoạch -> harvested, tiếp nhận -> received; the partner is whom it came from."""
    body = {**_lot_and_quantity(cells), "site": cells.site()}
    return _with_texts(cells, _weighed(cells, body), "from")


def processed(cells: Cells) -> Content:
    """chế biến -> processed, with the row's lot as its one output, and what was lost."""
    lot = cells.lot()
    output = {"lot": lot, "quantity": cells.quantity(lot["item"])}
    inputs = read_inputs(cells, lot["item"])
    body: dict[str, Any] = {"site": cells.site(), "inputs": inputs, "outputs": [output]}
    loss = read_loss(cells)
    if loss is not None:
        body["loss"] = loss
    return _with_texts(cells, _weighed(cells, body), None)


def packed(cells: Cells) -> Content:
    """đóng gói -> packed. In a correction the packing day is that of the record corrected."""
    lot = cells.lot(gtin_only=True)
    body: dict[str, Any] = {
        "lot": lot,
        "site": cells.site(),
        "inputs": read_inputs(cells, lot["item"]),
        "packs": cells.count(Unit.PACK, MOST_PACKS),
    }
    day = None if cells.correcting else cells.happened
    expiry = cells.expiry(day)
    if expiry is not None:
        body["expiry"] = expiry
    return _with_texts(cells, _weighed(cells, body), None)


def labels(cells: Cells) -> Content:
    """in tem -> labels-issued with lot and count only; the station adds tag and first serial."""
    if cells.text(Column.SITE):
        cells.site()
    body = {"lot": cells.lot(gtin_only=True), "count": cells.count(Unit.LABEL, MOST_LABELS)}
    return _with_texts(cells, body, None)


def shipped(cells: Cells) -> Content:
    """xuất hàng -> shipped."""
    body = {**_lot_and_quantity(cells), "site": cells.site()}
    return _with_texts(cells, _weighed(cells, body), "to")


def sold(cells: Cells) -> Content:
    """bán -> sold."""
    return _with_texts(cells, _lot_and_quantity(cells), "to")


def checked(cells: Cells) -> Content:
    """kiểm nghiệm -> tested; the result is read from the note, "pending" when it gives none."""
    body = {"lot": cells.lot(), "result": result_of(cells.text(Column.NOTE))}
    return _with_texts(cells, body, "by")


def destroyed(cells: Cells) -> Content:
    """tiêu hủy -> destroyed."""
    reason = reason_of(cells.text(Column.NOTE))
    body = {**_lot_and_quantity(cells), "reason": reason}
    return _with_texts(cells, body, None)


def held(cells: Cells) -> Content:
    """tạm giữ -> held."""
    reason = reason_of(cells.text(Column.NOTE))
    return _with_texts(cells, {"lots": [cells.lot()], "reason": reason}, "by")


def recalled(cells: Cells) -> Content:
    """thu hồi -> recalled, with every lot made from it: people write down the lot they found."""
    reason = reason_of(cells.text(Column.NOTE))
    body = {"lots": [cells.lot()], "reach": "descendants", "reason": reason}
    return _with_texts(cells, body, "by")


def _lot_and_quantity(cells: Cells) -> dict[str, Any]:
    lot = cells.lot()
    return {"lot": lot, "quantity": cells.quantity(lot["item"])}


def _weighed(cells: Cells, body: dict[str, Any]) -> dict[str, Any]:
    instrument = cells.instrument()
    return body if instrument is None else {**body, "instrument": instrument}


def _with_texts(cells: Cells, body: dict[str, Any], partner_field: str | None) -> Content:
    content = Content(body)
    partner, note = cells.text(Column.PARTNER), cells.text(Column.NOTE)
    if partner and partner_field is None:
        # The type has no other side; the name must not be lost, nor become public.
        note = f"{partner} - {note}" if note else partner
    elif partner and partner_field is not None:
        content.body[partner_field], text = read_partner(partner, cells.known)
        if text is not None:
            content.private[f"{partner_field}.digest"] = text
    if len(note) > LONGEST_PRIVATE:
        cells.report("cell-too-long", Column.NOTE, found=len(note), most=LONGEST_PRIVATE)
    elif note:
        content.private["note"] = note
    return content


BUILDERS: Final[dict[str, Callable[[Cells], Content]]] = {
    "field-work-recorded": field_work,
    "harvested": harvested,
    "received": harvested,
    "processed": processed,
    "packed": packed,
    "labels-issued": labels,
    "shipped": shipped,
    "sold": sold,
    "tested": checked,
    "destroyed": destroyed,
    "held": held,
    "recalled": recalled,
}
