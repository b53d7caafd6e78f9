"""GS1 Digital Link URIs, uncompressed, both ways, and the form that our labels carry.

Sources: GS1 Digital Link standard, URI syntax (keys, qualifiers and attributes) and GS1 General
Specifications (the values). Not covered: compressed links, and which AIs must or must not appear
together on one pack.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from ledger.domain.application_identifiers import (
    APPLICATION_IDENTIFIERS,
    PRIMARY_KEYS,
    SHORT_NAMES,
)
from ledger.domain.codes import Gtin, LotCode
from ledger.domain.element_values import check_foreign_value, check_value, known_ai
from ledger.domain.errors import LinkError
from ledger.domain.web_address import (
    check_base,
    escape,
    in_capitals,
    leads_elsewhere,
    split_link,
    unescape_strictly,
)

GS1_BASE: Final = "https://id.gs1.org"
"""The domain of the canonical form; lot classes in EPCIS documents use it."""

_GTIN14_DIGITS: Final = 14
_SHORTER_GTINS: Final = (8, 12, 13)


@dataclass(frozen=True, slots=True)
class Leniency:
    """What `parse_link` lets pass beyond the standard in force; nothing by default."""

    zero_suppressed_gtin: bool = False
    """A GTIN of 8, 12 or 13 digits, padded to 14."""
    short_names: bool = False
    """`/gtin/` for `/01/` and the like, from the withdrawn 1.0 and 1.1."""
    unknown_attributes: bool = False
    """Numeric query names that our table does not have."""


STRICT: Final = Leniency()


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A GS1 Digital Link: a base address, the key with its qualifiers in order, and attributes.

    `path` starts with the primary key. Pairs are (AI, value) with plain, unescaped values.
    LinkError when the standard does not allow the combination.
    """

    base: str
    path: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...] = ()
    unknown_allowed: bool = field(default=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "base", check_base(self.base))
        if not self.path or self.path[0][0] not in PRIMARY_KEYS:
            raise LinkError("no-key", found=self.path[0][0] if self.path else "")
        seen: set[str] = set()
        for code, value in (*self.path, *self.attributes):
            if code in seen:
                raise LinkError("twice", found=code)
            seen.add(code)
            if code in APPLICATION_IDENTIFIERS or not self.unknown_allowed:
                check_value(known_ai(code), value)
            else:
                check_foreign_value(code, value)
        self._check_qualifiers()
        self._check_attributes()

    @classmethod
    def of_elements(
        cls,
        elements: Iterable[tuple[str, str]],
        base: str = GS1_BASE,
        *,
        unknown_allowed: bool = False,
    ) -> Self:
        """Build the link that says what element strings (AI, value) say, as scanned in any order.

        The first primary key leads; of its qualifier sequences the one with most parts present is
        taken. Attributes of predefined length come first, as in element strings. LinkError for
        no key, or for an element that fits nowhere.
        """
        given = list(dict.fromkeys(elements))  # a repeated identical element says nothing new
        key = next((element for element in given if element[0] in PRIMARY_KEYS), None)
        if key is None:
            raise LinkError("no-key", found=" ".join(code for code, _ in given))
        values = dict(given)
        if len(values) < len(given):
            codes = [code for code, _ in given]
            raise LinkError("twice", found=next(c for c in codes if codes.count(c) > 1))
        sequences = known_ai(key[0]).qualifiers or ()
        present = [[code for code in sequence if code in values] for sequence in sequences]
        chosen = max(present, key=len, default=[])
        path = (key, *((code, values[code]) for code in chosen))
        rest = [element for element in given if element not in path]
        rest.sort(key=lambda element: not _predefined_length(element[0]))
        return cls(base, path, tuple(rest), unknown_allowed)

    def get(self, code: str) -> str | None:
        """Return the value of an AI anywhere in the link, None when it is not there."""
        return dict((*self.path, *self.attributes)).get(code)

    @property
    def gtin(self) -> Gtin | None:
        """The product, when the link is about one (AI 01 as its key)."""
        code, value = self.path[0]
        return Gtin(value) if code == "01" else None

    @property
    def lot_code(self) -> LotCode | None:
        """The lot code (AI 10), when the link names one."""
        value = self.get("10")
        return None if value is None else LotCode(value)

    @property
    def serial(self) -> str | None:
        """The serial (AI 21), when the link names one."""
        return self.get("21")

    def uri(self, base: str | None = None) -> str:
        """Return the link as text, on its own base address or on another one."""
        stem = self.base if base is None else check_base(base)
        path = "".join(f"/{code}/{escape(value)}" for code, value in self.path)
        query = "&".join(f"{code}={escape(v, in_query=True)}" for code, v in self.attributes)
        return f"{stem}{path}?{query}" if query else stem + path

    def _check_qualifiers(self) -> None:
        key = self.path[0][0]
        codes = [code for code, _ in self.path[1:]]
        for sequence in known_ai(key).qualifiers or ((),):
            if [code for code in sequence if code in codes] == codes:
                break
        else:
            raise LinkError("qualifier", found=", ".join(codes), key=key)
        for code, value in self.path[1:]:
            if leads_elsewhere(value):
                ai = known_ai(code)
                raise LinkError("dots", ai=code, title=ai.title, found=value)

    def _check_attributes(self) -> None:
        key = self.path[0][0]
        taken = {code for code, _ in self.path[1:]}
        for code, _ in self.attributes:
            for sequence in known_ai(key).qualifiers or ():
                if code in sequence and taken <= set(sequence):
                    raise LinkError("belongs-in-path", found=code, key=key)
            if code in APPLICATION_IDENTIFIERS and not known_ai(code).attribute:
                raise LinkError("no-attribute", found=code)


def parse_link(uri: str, leniency: Leniency = STRICT) -> DigitalLink:
    """Read a GS1 Digital Link URI of at most 2,048 characters; LinkError when it is none.

    Query names that are no numbers (`linkType`, tracking) and the fragment are not part of what
    the link identifies and are dropped.
    """
    origin, whole_path, query = split_link(uri)
    segments = whole_path.split("/")
    # The key is sought from the right, two segments at a time, because a path prefix may itself
    # look like an AI (`/00/faux/00/...`).
    start = len(segments) - 2
    while start > 0:
        code = _path_code(segments[start], leniency)
        if code in PRIMARY_KEYS:
            break
        start -= 2
    else:
        raise LinkError("no-key", found=uri)
    pairs = zip(segments[start::2], segments[start + 1 :: 2], strict=True)
    path = tuple(
        _padded(_path_code(name, leniency), unescape_strictly(value), leniency)
        for name, value in pairs
    )
    attributes = []
    for part in query.split("&"):
        raw_name, _, raw_value = part.partition("=")
        name = unescape_strictly(raw_name, in_query=True) if "%" in raw_name else raw_name
        if name.isascii() and name.isdigit():
            value = unescape_strictly(raw_value, in_query=True)
            attributes.append(_padded(name, value, leniency))
    return DigitalLink(
        origin + "/".join(segments[:start]), path, tuple(attributes), leniency.unknown_attributes
    )


def label_url(base_url: str, gtin: Gtin, lot_code: LotCode, serial: str | None) -> str:
    """Return the address in a label's QR code: `HTTPS://HOST/01/{gtin14}/10/{lot}/21/{serial}`.

    In capitals, so that the QR code packs it in alphanumeric mode (5.5 bits a character, not 8).
    When lot code or serial has a lower-case letter only scheme and host are, since case tells
    lots apart. A path prefix of `base_url` is part of what is put in capitals: configure it in
    capitals, or have the server answer to both. LinkError for a bad base address or serial.
    """
    parts = [("01", gtin.gtin14), ("10", lot_code.text)]
    if serial is not None:
        parts.append(("21", serial))
    uri = DigitalLink(base_url, tuple(parts)).uri()
    values = lot_code.text + (serial or "")
    return in_capitals(uri, path_too=values == values.upper())


def _predefined_length(code: str) -> bool:
    found = APPLICATION_IDENTIFIERS.get(code)
    return found is not None and found.predefined_length


def _path_code(segment: str, leniency: Leniency) -> str:
    return SHORT_NAMES.get(segment, segment) if leniency.short_names else segment


def _padded(code: str, value: str, leniency: Leniency) -> tuple[str, str]:
    if leniency.zero_suppressed_gtin and code == "01" and len(value) in _SHORTER_GTINS:
        return code, value.zfill(_GTIN14_DIGITS)
    return code, value
