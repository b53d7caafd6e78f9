"""What is to be printed, as words: no geometry, no dots."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from printers.errors import LabelError

_SERIAL = re.compile(r"[0-9A-Z]{1,20}", re.ASCII)
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
MAX_QR_CHARS = 300
MAX_FIELDS = 40
MAX_FIELD_CHARS = 1000
MAX_STARS = 5  # OCOP recognition knows 3 to 5 stars; 1 and 2 are scores below recognition


@dataclass(frozen=True, slots=True)
class Label:
    """One label: its serial, the text of its QR code, named fields, and OCOP stars.

    serial  1 to 20 of 0-9 A-Z (a subset of GS1 AI 21's character set 82)
    qr      1 to 300 printable ASCII characters, normally a GS1 Digital Link URI in upper case
    fields  field name -> text; names are lower-case identifiers; text is NFC-normalised here, so
            NFD input (as macOS and some keyboards give it) prints the same label
    stars   0 to 5; 0 prints no stars

    Raises LabelError. Control characters in a field are refused, since a font has no glyph
    for them and a line end in a field would break the layout in a way nobody sees in the form.
    """

    serial: str
    qr: str
    fields: Mapping[str, str]
    stars: int = 0

    def __post_init__(self) -> None:
        if not _SERIAL.fullmatch(self.serial):
            raise LabelError("label.serial", found=self.serial[:40])
        if not 1 <= len(self.qr) <= MAX_QR_CHARS:
            raise LabelError("label.qr-length", found=len(self.qr), most=MAX_QR_CHARS)
        for char in self.qr:
            if not " " <= char <= "~":
                raise LabelError("label.qr-character", found=f"U+{ord(char):04X}")
        if not 0 <= self.stars <= MAX_STARS:
            raise LabelError("label.stars", found=self.stars)
        if len(self.fields) > MAX_FIELDS:
            raise LabelError("label.too-many-fields", found=len(self.fields), most=MAX_FIELDS)
        clean = {name: _clean(name, text) for name, text in self.fields.items()}
        object.__setattr__(self, "fields", MappingProxyType(clean))


def _clean(name: str, text: str) -> str:
    if not _FIELD_NAME.fullmatch(name) or name == "serial":
        raise LabelError("label.field-name", found=name[:40])
    if len(text) > MAX_FIELD_CHARS:
        raise LabelError("label.field-length", name=name, found=len(text), most=MAX_FIELD_CHARS)
    text = unicodedata.normalize("NFC", text).strip()
    for char in text:
        if unicodedata.category(char).startswith("C"):
            raise LabelError("label.control-character", name=name, found=f"U+{ord(char):04X}")
    return text
