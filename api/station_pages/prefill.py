"""What a form starts with: the last record of its kind, a link or scan, or a record to correct."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.pages.words import amount
from api.routes.refusal_status import status_of
from api.routes.services import Services
from api.station_pages.fields import Form
from api.station_pages.records import Record, journal
from ledger.errors import LedgerError

_LOOKED_AT: Final = 60
_LONGEST: Final = 400
_AGAIN: Final = {
    "harvested": ("site", "instrument", "item", "unit"),
    "received": ("site", "instrument", "unit"),
    "processed": ("site", "instrument", "out_item_1"),
    "packed": ("site", "instrument", "product"),
    "aggregated": ("site",),
    "shipped": ("site", "instrument", "partner"),
    "sold": ("partner",),
    "tested": ("partner", "method"),
    "destroyed": ("reason",),
    "field-work-recorded": ("site", "activity", "unit"),
}
"""What is mostly the same the next time. Amounts and lots never are."""
_GROWN: Final = frozenset({"harvested", "field-work-recorded"})
"""Types whose place is a growing area; goods are handled anywhere else."""
_UNITS: Final = {"t": "tấn", "l": "lít", "pack": "gói", "piece": "cái"}


def start_of(
    services: Services, party: str, form: Form, query: Mapping[str, str]
) -> dict[str, str]:
    """Values of a new form: the newest record of its type, then what the address says.

    The place is filled in the first time, too, where there is only one that fits.
    """
    found: dict[str, str] = {}
    last = _last(services, party, form.type)
    if last is not None:
        values = values_of(services, form.type, last.body)
        found = {name: values[name] for name in _AGAIN[form.type] if values.get(name)}
    names = {field.name for field in form.fields()}
    if "site" in names and "site" not in found and (only := _only_site(services, party, form.type)):
        found["site"] = only
    for name, text in query.items():
        if name in names:
            found[name] = text.strip()[:_LONGEST]
    return found


def _only_site(services: Services, party: str, statement_type: str) -> str:
    """The one place where this can have happened; "" for none, several, or while nobody knows."""
    try:
        places = services.views.registry.sites.items()
    except LedgerError:
        return ""
    grown = statement_type in _GROWN
    fitting = [
        code
        for (owner, code), body in places
        if owner == party and (body.get("kind") == "growing-area") == grown
    ]
    return fitting[0] if len(fitting) == 1 else ""


def _last(services: Services, party: str, statement_type: str) -> Record | None:
    """The newest record of a type; None, too, while the database is away: a form needs none."""
    try:
        return _newest(services, party, statement_type)
    except LedgerError as wrong:
        if status_of(wrong) != 503:
            raise
        return None


def _newest(services: Services, party: str, statement_type: str) -> Record | None:
    for looked, one in enumerate(journal(services, party)):
        if looked >= _LOOKED_AT:
            return None
        if one.statement.type == statement_type:
            return one
    return None


def values_of(services: Services, statement_type: str, body: dict[str, Any]) -> dict[str, str]:
    """The fields of the type's form as somebody would type a body."""
    found: dict[str, str] = {}
    if "lot" in body:
        lot = body["lot"]
        if statement_type in {"harvested", "packed"}:
            found["item" if statement_type == "harvested" else "product"] = lot["item"]
            found["lot"] = lot["code"]
        else:
            found["lot_given"] = _lot(lot)
    quantity = body.get("quantity") or body.get("dose")
    if quantity is not None:
        found["amount"] = amount(quantity["value"], "vi")
        found["unit"] = _unit(quantity)
    for number, row in enumerate(body.get("inputs") or body.get("contents") or (), 1):
        found[f"in_lot_{number}"] = _lot(row["lot"])
        plain = row["quantity"]["unit"] == ("kg" if "inputs" in body else _usual(row["lot"]))
        found[f"in_amount_{number}"] = _typed(row["quantity"], plain=plain)
    for number, row in enumerate(body.get("outputs", ()), 1):
        found[f"out_item_{number}"] = row["lot"]["item"]
        found[f"out_lot_{number}"] = row["lot"]["code"]
        found[f"out_amount_{number}"] = _typed(
            row["quantity"], plain=row["quantity"]["unit"] == "kg"
        )
    if "loss" in body:
        found["loss"] = _typed(body["loss"], plain=body["loss"]["unit"] == "kg")
    for name in ("site", "instrument", "container", "result", "method", "reason", "activity"):
        if name in body:
            found[name] = body[name]
    if "packs" in body:
        found["packs"] = str(body["packs"])
    if "interval_days" in body:
        found["interval"] = str(body["interval_days"])
    if "expiry" in body:
        year, month, day = body["expiry"].split("-")
        found["expiry"] = f"{day}/{month}/{year}"
    partner = body.get("from") or body.get("to") or body.get("by")
    if partner is not None:
        found["partner"] = typed_partner(services, partner)
    if "note" in body:
        found["note"] = services.notes.text_of(body["note"]) or ""
    return {name: text for name, text in found.items() if text}


def _lot(lot: dict[str, str]) -> str:
    return f"{lot['item']} {lot['code']}"


def _usual(lot: dict[str, str]) -> str:
    return "kg" if "/" in lot["item"] else "pack"


def _unit(quantity: dict[str, str]) -> str:
    return _UNITS.get(quantity["unit"], quantity["unit"])


def _typed(quantity: dict[str, str], *, plain: bool) -> str:
    number = amount(quantity["value"], "vi")
    return number if plain else f"{number} {_unit(quantity)}"


def typed_partner(services: Services, found: dict[str, Any]) -> str:
    """The other side as somebody would type it; "" when its name is not known here."""
    if "digest" in found:
        return services.notes.text_of(found["digest"]) or ""
    if "party" in found:
        body = services.views.registry.parties.get(found["party"], {})
        return str(body.get("name", found["party"]))
    # "Hộ 07" is read back as the household's number, whatever the page's language.
    return f"Hộ {found['number']}" if "number" in found else ""
