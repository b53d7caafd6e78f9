"""GS1-128 element strings as bars of whole dots (GS1 General Specifications, section 5.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from PIL import Image, ImageDraw

from printers.bitmap import DOTS_PER_MM
from printers.design.template_parts import PLACEHOLDER, BarcodePlace
from printers.errors import TemplateError

# One element string: an application identifier in brackets and its value. One needs no separator,
# so a value of any length may follow.
ELEMENT = re.compile(r"\(([0-9]{2,4})\)([0-9A-Z{}a-z_-]{1,60})", re.ASCII)
_VALUE = re.compile(r"[0-9A-Za-z./_+*%&!?=<>,:;'\"()-]{1,30}", re.ASCII)
QUIET_MODULES = 10  # each side (5.4.4.2)
SSCC_DIGITS = 18


def draw_barcode(
    canvas: Image.Image, place: BarcodePlace, words: Mapping[str, str], x: int, y: int
) -> None:
    """Draw the bars on a mode "1" canvas, centred in the box whose corner is at (x, y) dots.

    Raises TemplateError for a value that its application identifier does not allow and for bars
    that, with their quiet zones, are wider than the box.
    """
    modules = gs1_128_modules(place, words)
    need = (len(modules) + 2 * QUIET_MODULES) * place.module_dots
    if need > place.box.width:
        raise TemplateError(
            "template.barcode-does-not-fit",
            where=place.box.where,
            modules=len(modules),
            quiet=QUIET_MODULES,
            need=f"{need / DOTS_PER_MM:g}",
            have=f"{place.box.width / DOTS_PER_MM:g}",
        )
    left = x + (place.box.width - len(modules) * place.module_dots) // 2
    pen = ImageDraw.Draw(canvas)
    for n, dark in enumerate(modules):
        if dark == "1":
            first = left + n * place.module_dots
            pen.rectangle((first, y, first + place.module_dots - 1, y + place.box.height - 1), 255)


def gs1_128_modules(place: BarcodePlace, words: Mapping[str, str]) -> str:
    """The symbol as a row of 1 (bar) and 0 (space), one a module, without quiet zones."""
    found = ELEMENT.fullmatch(place.text)
    assert found is not None, "checked when the template was read"
    value = PLACEHOLDER.sub(lambda field: words[field[1]], found[2])
    if not _VALUE.fullmatch(value) or (found[1] == "00" and not _is_sscc(value)):
        raise TemplateError(
            "template.barcode-value", where=place.box.where, ai=found[1], found=value[:40]
        )
    return _modules(found[1] + value)


@lru_cache(maxsize=64)
def _modules(content: str) -> str:
    # The library puts FNC1 in front, which is what makes a Code 128 symbol GS1-128.
    from barcode.codex import Gs1_128  # few labels have bars, and it brings much with it

    return "".join(Gs1_128(content).build())


def _is_sscc(value: str) -> bool:
    """18 digits with a right check digit (GS1 General Specifications, section 7.9)."""
    if len(value) != SSCC_DIGITS or not (value.isascii() and value.isdigit()):
        return False
    total = sum(int(digit) * (3 if n % 2 == 0 else 1) for n, digit in enumerate(value))
    return total % 10 == 0
