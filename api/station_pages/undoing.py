"""Undoing a record: a correction in which nothing was moved. Nothing is erased."""

from __future__ import annotations

import copy
from typing import Any, Final

from api.routes.services import Services
from api.station_pages.errors import FormFault

_MAKING: Final = frozenset({"harvested", "processed", "packed"})


def refuse_undoing(
    services: Services, statement_type: str, party: str, body: dict[str, Any]
) -> None:
    """Raise FormFault for a record that cannot be taken back as a whole.

    `packed-stays`: format v1 has no packing of nothing. `received-stays`: what a maker weighs in is
    all there is of a lot, so a receipt of nothing would leave nothing of it.
    """
    if statement_type == "packed":
        raise FormFault("packed-stays")
    if statement_type == "received":
        lot = services.views.lot(body["lot"]["item"], body["lot"]["code"])
        steps = [] if lot is None else lot.facts["steps"]
        if any(one["type"] in _MAKING and one["party"] == party for one in steps):
            raise FormFault("received-stays")


def undone(statement_type: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body of a record as if it had not happened: every amount is nought.

    A test goes back to "pending", field work to "other" without dose and waiting time. Of a packing
    (see `refuse_undoing`) the packs stay.
    """
    found = copy.deepcopy(body)
    if statement_type in {"tested", "inspected"}:
        found["result"] = "pending"
    elif statement_type == "field-work-recorded":
        found["activity"] = "other"
        found.pop("dose", None)
        found.pop("interval_days", None)
    for quantity in _quantities(found):
        quantity["value"] = "0"
    return found


def is_undone(statement_type: str, body: dict[str, Any]) -> bool:
    """Whether a body says already what `undone` would make of it."""
    return statement_type != "packed" and undone(statement_type, body) == body


def _quantities(body: dict[str, Any]) -> list[dict[str, str]]:
    rows = [row for name in ("inputs", "outputs", "contents") for row in body.get(name, [])]
    own = [body[name] for name in ("quantity", "loss") if name in body]
    return [*own, *(row["quantity"] for row in rows)]
