"""What a scanned or typed text may say: every way to read it, without asking any ledger.

GS1 element strings with or without separators and symbology identifiers (ISO/IEC 15424), GS1
Digital Link URIs, SSCC, GTIN, and the plain codes of lots and labels.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from ledger.domain.codes import Gtin, LotCode, PartyCode, Sscc
from ledger.domain.digital_link import Leniency, parse_link
from ledger.domain.element_strings import (
    GS,
    Elements,
    bracketed,
    with_separators,
    without_separators,
)
from ledger.domain.errors import DomainError, IdentifierError, SerialError
from ledger.domain.identifiers import Lot
from ledger.domain.scan_errors import ScanError
from ledger.domain.serials import read_serial

LONGEST_SCAN: Final = 2048
"""Characters, that of the longest link; element strings and codes are far shorter."""
_LONGEST_ELEMENTS: Final = 400

# What scanners and their set-up programs write for FNC1; no GS1 value can hold the first letters.
_SEPARATORS: Final = re.compile(r"\^\]|\{GS\}|\\x1[dD]|\\u001[dD]|\u241d|\|")
_SYMBOLOGY: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_GS1_SYMBOLOGIES: Final = frozenset({"]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"})
_CONTROL: Final = re.compile("[\x00-\x1c\x1e\x1f\x7f]")
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_BARE_WEB: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(/[^/ ]+)*/0[01]/", re.IGNORECASE)
_GTIN_LENGTHS: Final = (8, 12, 13, 14)
_SSCC_LENGTH: Final = 18
_GTIN14: Final = 14
_LENIENT: Final = Leniency(zero_suppressed_gtin=True, short_names=True, unknown_attributes=True)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a scan. What it does not name is None.

    item      GTIN-14 or `PARTY/code`
    elements  everything that a GS1 code says, (AI, value)
    """

    item: str | None = None
    lot: str | None = None
    serial: str | None = None
    sscc: str | None = None
    elements: Elements = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """A text that was read.

    text      without symbology identifier, spaces around it and closing keys
    readings  the likeliest first, at least one
    base      address before the path of a link, in small letters; None for what is no link
    doubt     why a number that looks like a GTIN or an SSCC is none
    """

    text: str
    readings: tuple[Reading, ...]
    base: str | None = None
    doubt: IdentifierError | None = None


def read_scan(text: str, party: PartyCode | None = None) -> Scan:
    """Read what a scanner typed; `party` owns the items that are named without one.

    Raises:
        ScanError: it is no code, or a keyboard has spoilt it.
        LinkError: a link, or an element of a GS1 code, that its standard does not allow.
    """
    whole = _cleaned(text)
    symbology = _SYMBOLOGY.match(whole)
    kind = symbology.group() if symbology else ""
    rest = whole[len(kind) :]
    if _BARE_WEB.match(rest):
        rest = f"https://{rest}"
    if _WEB.match(rest):
        return _link(rest)
    if rest[:4].lower() == "http":
        raise ScanError("layout", found=rest)
    if kind in _GS1_SYMBOLOGIES or GS in rest:
        return _elements(rest.strip(GS))
    if not rest:
        raise ScanError("empty")
    found = bracketed(rest)
    if found is not None:
        return Scan(rest, (_reading(found),))
    return _plain(rest, party)


def _cleaned(text: str) -> str:
    if len(text) > LONGEST_SCAN:
        raise ScanError("too-long", found=len(text), most=LONGEST_SCAN)
    whole = _SEPARATORS.sub(GS, text.strip(" \t\r\n"))
    if not whole:
        raise ScanError("empty")
    if _CONTROL.search(whole):
        raise ScanError("control")
    if not whole.isascii():
        raise ScanError("marks", found=whole)
    return whole


def _link(uri: str) -> Scan:
    scheme, _, rest = uri.partition("://")
    # Caps Lock turns the case of everything; neither scheme nor host knows any.
    link = parse_link(f"{scheme.lower()}://{rest}", _LENIENT)
    values = dict((*link.path, *link.attributes))
    reading = _reading(tuple(values.items()))
    return Scan(uri, (reading,), link.base.lower())


def _elements(text: str) -> Scan:
    if not text:
        raise ScanError("empty")
    if len(text) > _LONGEST_ELEMENTS:
        raise ScanError("too-long", found=len(text), most=_LONGEST_ELEMENTS)
    if GS in text:
        return Scan(text, (_reading(with_separators(text)),))
    found = without_separators(text)
    if not found:
        # It says where and why, which a search through all ways cannot.
        found = [with_separators(text)]
    return Scan(text, tuple(map(_reading, found)))


def _plain(text: str, party: PartyCode | None) -> Scan:
    if " " in text:
        return Scan(text, (_item_and_lot(text, party),))
    readings: list[Reading] = []
    doubt: IdentifierError | None = None
    digits = text.replace("-", "")
    if digits.isdigit() and len(digits) in (*_GTIN_LENGTHS, _SSCC_LENGTH):
        try:
            readings.append(_number(digits))
        except IdentifierError as wrong:
            doubt = wrong
    if text[:2] in ("00", "01", "02") and len(text) > _GTIN14 and len(text) <= _LONGEST_ELEMENTS:
        found = map(_reading, without_separators(text))
        readings += [one for one in found if one.item or one.sscc]
    try:
        read_serial(text.upper())
    except SerialError:
        pass
    else:
        readings.append(Reading(serial=text.upper()))
    with suppress(IdentifierError):
        readings.append(Reading(lot=LotCode(text).text))
    if not readings:
        raise doubt or ScanError("no-code", found=text)
    return Scan(text, tuple(readings), None, doubt)


def _number(digits: str) -> Reading:
    if len(digits) == _SSCC_LENGTH:
        sscc = Sscc(digits).text
        return Reading(sscc=sscc, elements=(("00", sscc),))
    gtin = Gtin(digits).gtin14
    return Reading(item=gtin, elements=(("01", gtin),))


def _item_and_lot(text: str, party: PartyCode | None) -> Reading:
    try:
        lot = Lot.parse(text, party)
    except DomainError as wrong:
        raise ScanError("no-code", found=text) from wrong
    return Reading(item=lot.item.text, lot=lot.code.text)


def _reading(elements: Elements) -> Reading:
    values = dict(elements)
    # AI 02 names the goods inside a carton, which AI 00 names itself.
    item = values.get("01") or (None if "00" in values else values.get("02"))
    return Reading(item, values.get("10"), values.get("21"), values.get("00"), elements)
