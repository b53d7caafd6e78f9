"""The steps behind the one form. What was done stays done, and is said, when a later step fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.labels.desk import DEFAULT_TEMPLATE
from api.labels.preferred import PreferredTemplates
from api.routes.labels_reading import packed_facts, read_count
from api.routes.labels_start import start_print
from api.routes.services import Services
from api.station_pages.once import SentForms
from api.station_pages.recording import FORM_KEY, FieldsRefused, Recorded, draft_of, record_once
from api.station_pages.records import record_of
from api.station_quick.errors import QuickFault
from api.station_quick.form import harvest_typed, named_here, packing_typed
from ledger.errors import LedgerError
from ledger.verify.wording import Refusal
from printers.errors import PrintingError

Typed = Mapping[str, str]
_NOT_YET: Final = frozenset({"lot-not-here", "lot-unknown", "missing"})
"""What may be wrong with a lot that is only about to be harvested."""


@dataclass(frozen=True, slots=True)
class Done:
    """How far it came.

    harvested  lot (item, code) that was harvested, None when one was taken that was there
    packed     lot that was packed, None when that was refused
    job        name of the print, "" when none began; `refusal` says why not
    """

    harvested: tuple[str, str] | None
    packed: tuple[str, str] | None = None
    job: str = ""
    refusal: Refusal | PrintingError | None = None


def run(services: Services, forms: SentForms, party: str, typed: Typed) -> Done:
    """Record the harvest and the packing, each once for one form, and begin to print.

    Raises:
        FieldsRefused: with every wrong field; nothing was recorded.
        Refusal: the first step was refused; nothing was recorded.
    """
    _look(services, party, typed)
    key = typed.get(FORM_KEY, "")
    fresh = not typed.get("in_lot_1")
    harvested: tuple[str, str] | None = None
    if fresh:
        said = {**harvest_typed(typed), FORM_KEY: f"{key}-h" if key else ""}
        harvested = _lot(services, _once(services, forms, party, "harvested", said))
    source = " ".join(harvested) if harvested else ""
    said = {**packing_typed(typed, source), FORM_KEY: f"{key}-p" if key else ""}
    try:
        made = _once(services, forms, party, "packed", said)
    except Refusal as refusal:
        if harvested is None:
            raise
        return Done(harvested, refusal=refusal)
    packed = _lot(services, made)
    try:
        return Done(harvested, packed, _print(services, packed, typed, made))
    except (Refusal, PrintingError) as refusal:
        return Done(harvested, packed, refusal=refusal)


def _look(services: Services, party: str, typed: Typed) -> None:
    """Refuse a form with wrong fields before anything of it is recorded."""
    now, faults = services.now(), dict[str, Refusal]()
    fresh = not typed.get("in_lot_1")
    if fresh:
        faults |= _faults(services, party, "harvested", harvest_typed(typed), now)
    for name, fault in _faults(services, party, "packed", packing_typed(typed), now).items():
        if not (fresh and name == "in_lot_1" and fault.code in _NOT_YET):
            faults.setdefault(named_here(name), fault)
    if typed.get("count"):
        try:
            wanted = read_count(typed["count"])
        except Refusal as refusal:
            faults["count"] = refusal
        else:
            packs = typed.get("packs", "").replace(".", "").replace(" ", "")
            if packs.isascii() and packs.isdigit() and len(packs) < 10 and wanted > int(packs):
                faults["count"] = QuickFault("labels-over-packs", found=wanted, packs=packs)
    if faults:
        raise FieldsRefused(faults)


def _faults(
    services: Services, party: str, kind: str, typed: Typed, now: dt.datetime
) -> Mapping[str, Refusal]:
    try:
        draft_of(services, party, kind, typed, now)
    except FieldsRefused as refused:
        return refused.faults
    return {}


def _once(
    services: Services, forms: SentForms, party: str, kind: str, typed: dict[str, str]
) -> Recorded:
    return record_once(
        services, forms, typed, lambda now: draft_of(services, party, kind, typed, now)
    )


def _lot(services: Services, made: Recorded) -> tuple[str, str]:
    record = record_of(services, made.entry)
    if record is None:  # it was recorded a moment ago
        raise LedgerError("record-unknown")
    lot: dict[str, Any] = record.body["lot"]
    return lot["item"], lot["code"]


def _print(services: Services, lot: tuple[str, str], typed: Typed, made: Recorded) -> str:
    """Begin the print of a lot. A form that came before has begun it already."""
    if made.before:
        known = services.labelling.jobs()
        running = next((job.name for job in known if (job.item, job.lot) == lot), "")
        if running:
            return running
    facts = packed_facts(services, *lot)
    if facts is None:
        raise QuickFault("lot-gone", found=lot[1])
    count = read_count(typed["count"]) if typed.get("count") else int(facts["packs"])
    template = typed.get("template", "") or _usual_template(services, lot[0])
    return start_print(services, facts, count, typed.get("printer", ""), template)


def _usual_template(services: Services, gtin14: str) -> str:
    """The one chosen for the product, else that of the last print, else the shipped one."""
    known = list(services.labelling.templates())
    last = next((job.template for job in services.labelling.jobs()), "")
    wanted = (PreferredTemplates(services.folder).of(gtin14), last, DEFAULT_TEMPLATE, *known)
    return next((one for one in wanted if one in known), "")
