"""How the label pages read what was typed or scanned, and what they look up for it."""

from __future__ import annotations

from api.routes.labels_refusals import LabelFormRefused
from api.routes.services import Facts, Services
from api.station_scan.errors import LotUnclear
from api.station_scan.lots import label_of_code, read_lot
from ledger.domain.digital_link import Leniency, parse_link
from ledger.domain.errors import DomainError
from ledger.domain.identifiers import Gtin
from ledger.domain.serials import read_serial

MOST_LABELS = 10_000


def first_party(services: Services) -> str:
    """The party that this station records for; "" on a machine without a station key."""
    return next(iter(services.station.own_parties()), "")


def packed_facts(services: Services, item: str, lot: str) -> Facts | None:
    """The facts of a packed lot, its product a GTIN of any length; None for an unknown or raw one."""
    found = services.views.lot(padded(item), lot)
    return None if found is None or found.facts.get("kind") != "packed" else found.facts


def padded(item: str) -> str:
    """A GTIN-8, 12 or 13 as the GTIN-14 that the ledger keeps; anything else as it is."""
    try:
        return Gtin.parse(item).gtin14
    except DomainError:
        return item


def read_count(text: str) -> int:
    """A number of labels as typed: 250 or 1.250."""
    digits = text.replace(".", "").replace(" ", "")
    right = digits.isascii() and digits.isdigit() and len(digits) < 9
    if not right or not 0 < int(digits) <= MOST_LABELS:
        raise LabelFormRefused("count", found=text, most=MOST_LABELS)
    return int(digits)


def scanned_serial(scanned: str, lot: str, services: Services) -> str:
    """The serial of a scanned label of this lot, or the serial that was typed."""
    text = scanned.strip()
    named = label_of_code(text, services)
    if named is not None:
        if named[2] not in (None, lot):
            raise LabelFormRefused("other-lot", found=named[2], lot=lot)
        return named[1]
    if text[:4].lower() != "http":
        return text.upper()
    link = parse_link(text, Leniency(zero_suppressed_gtin=True))
    if link.serial is None:
        raise LabelFormRefused("no-serial", found=text)
    if link.lot_code is not None and link.lot_code.text != lot:
        raise LabelFormRefused("other-lot", found=link.lot_code.text, lot=lot)
    return link.serial


def scanned_lot(scanned: str, services: Services) -> tuple[str, str]:
    """(item, lot) of a scanned label, of a typed lot code, or of the typed serial of a label.

    Raises:
        DomainError: no packed lot of this station is meant.
    """
    text = scanned.strip()
    try:
        item, lot = read_lot(text, services, first_party(services))
        if services.views.lot(item, lot) is None:
            raise LotUnclear("lot-unknown", found=lot)
    except DomainError as no_lot:
        try:
            item, lot, _ = scanned_label(text, services)
        except LabelFormRefused:
            raise LabelFormRefused("serial-no-lot", found=text) from no_lot
        except DomainError:
            raise no_lot from None
    return item, lot


def scanned_label(scanned: str, services: Services) -> tuple[str, str, str]:
    """(item, lot, serial) of one label, from its code or its typed serial.

    Raises:
        DomainError: it names no label that was issued here.
    """
    text = scanned.strip()
    named = label_of_code(text, services)
    if named is not None:
        items, serial = [named[0]], named[1]
    elif text[:4].lower() == "http":
        link = parse_link(text, Leniency(zero_suppressed_gtin=True))
        if link.serial is None or link.gtin is None:
            raise LabelFormRefused("no-serial", found=text)
        items, serial = [link.gtin.gtin14], link.serial
    else:
        items = [str(product["gtin"]) for product in services.views.products()]
        serial = text.upper()
    tag, counter, _ = read_serial(serial)
    for item in items:
        if services.labelling.serial_is_genuine(item, serial):
            row = services.views.label(item, tag, counter)
            if row is not None:
                return item, row.lot_code, serial
    raise LabelFormRefused("serial-nowhere", found=serial)
