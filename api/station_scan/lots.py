"""The lot, or the label, that somebody means: what every field of a form accepts."""

from __future__ import annotations

from contextlib import suppress

from api.routes.services import Services
from api.station_scan.errors import LotUnclear
from ledger.domain.digital_link import Leniency, parse_link
from ledger.domain.errors import DomainError
from ledger.domain.identifiers import Lot, LotCode, PartyCode
from ledger.domain.scanned_codes import Reading, read_scan


def read_lot(text: str, services: Services, party: str) -> tuple[str, str]:
    """(item, lot code) of a scanned code, of `item code`, or of a lot code known once here.

    A keyboard-wedge scanner types the whole Digital Link of a label. DomainError otherwise.
    """
    named = lot_of_code(text, services, party)
    if named is not None:
        return named
    if text[:4].lower() == "http":
        link = parse_link(text, Leniency(zero_suppressed_gtin=True))
        if link.gtin is None or link.lot_code is None:
            raise LotUnclear("link-without-lot")
        return link.gtin.gtin14, link.lot_code.text
    if " " in text:
        lot = Lot.parse(text, PartyCode(party))
        return lot.item.text, lot.code.text
    code = LotCode.parse(text).text
    items = list(dict.fromkeys(services.views.known_for(party).item_of_lot(code)))
    if not items:
        raise LotUnclear("lot-unknown", found=code)
    if len(items) > 1:
        raise LotUnclear("lot-ambiguous", found=code)
    return items[0], code


def lot_of_code(text: str, services: Services, party: str) -> tuple[str, str] | None:
    """(item, lot code) of a link or of a GS1 code; None for what does not name both.

    A code that lost its separators can be read in several ways: a lot of this ledger comes first.
    """
    found = [one for one in _readings(text, party) if one.item and one.lot]
    known = (one for one in found if services.views.lot(one.item or "", one.lot or ""))
    one = next(known, found[0] if found else None)
    return None if one is None else (one.item or "", one.lot or "")


def label_of_code(text: str, services: Services) -> tuple[str, str, str | None] | None:
    """(GTIN-14, serial, lot code or None) of a link or of a GS1 code; None for anything else."""
    found = [one for one in _readings(text, "") if one.item and one.serial]
    known = (one for one in found if one.lot and services.views.lot(one.item or "", one.lot))
    one = next(known, found[0] if found else None)
    return None if one is None else (one.item or "", one.serial or "", one.lot)


def _readings(text: str, party: str) -> tuple[Reading, ...]:
    with suppress(DomainError):
        return read_scan(text, PartyCode(party) if party else None).readings
    return ()
