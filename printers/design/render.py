"""A label on a template becomes one bitmap; what a lot's labels share is drawn once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from printers.bitmap import DOTS_PER_MM, Bitmap
from printers.design.layout import draw_stars, draw_text, fill, set_text
from printers.design.qr import qr_matrix
from printers.design.template import Template
from printers.design.template_parts import QrPlace
from printers.design.typeface import to_ink
from printers.errors import TemplateError
from printers.label import Label

_CACHED_LOTS = 8


@dataclass(frozen=True, slots=True)
class _Shared:
    """Everything but serial and QR, one integer a row; the leftmost dot is the highest bit."""

    template: Template
    rows: tuple[int, ...]
    words: tuple[tuple[str, str], ...]


def render(template: Template, label: Label) -> Bitmap:
    """The label's bitmap: template.width x template.height dots, 8 dots a millimetre.

    The part that is the same for a whole lot is kept for the last few lots. Raises TemplateError
    for an unknown or missing field, text or stars that do not fit, a character without glyph,
    and a QR code larger than its place.
    """
    template.require_fields(label)
    shared = _shared(template, tuple(sorted(label.fields.items())), label.stars)
    rows = list(shared.rows)
    stride_bits = (template.width + 7) // 8 * 8
    words = {**dict(shared.words), "serial": label.serial}
    for block in template.texts:
        if block.per_label:
            canvas = Image.new("L", (block.box.width, block.box.height), 0)
            draw_text(canvas, block, set_text(block, fill(block, words)), 0, 0)
            box = block.box
            _stamp(rows, box.y, stride_bits - box.x - box.width, _int_rows(to_ink(canvas)))
    _stamp_qr(rows, stride_bits, template.qr, label.qr)
    stride = stride_bits // 8
    return Bitmap(
        template.width, template.height, b"".join([row.to_bytes(stride, "big") for row in rows])
    )


@lru_cache(maxsize=_CACHED_LOTS)
def _shared(template: Template, words: tuple[tuple[str, str], ...], stars: int) -> _Shared:
    canvas = Image.new("L", (template.width, template.height), 0)
    for block in template.texts:
        if not block.per_label and (text := fill(block, dict(words))):
            draw_text(canvas, block, set_text(block, text), block.box.x, block.box.y)
    for row in template.stars:
        if stars:
            draw_stars(canvas, row, stars)
    for rule in template.rules:
        box = rule.box
        ImageDraw.Draw(canvas).rectangle(
            (box.x, box.y, box.x + box.width - 1, box.y + box.height - 1), fill=255
        )
    ink = to_ink(canvas)
    pad = -template.width % 8
    return _Shared(template, tuple(row << pad for row in _int_rows(ink)), words)


def _int_rows(ink: Image.Image) -> list[int]:
    """Rows of a mode "1" image as integers of exactly `width` bits."""
    stride, drop = (ink.width + 7) // 8, -ink.width % 8
    raw = ink.tobytes()
    return [
        int.from_bytes(raw[at : at + stride], "big") >> drop for at in range(0, len(raw), stride)
    ]


def _stamp(rows: list[int], top: int, shift: int, picture: Iterable[int]) -> None:
    for y, bits in enumerate(picture, top):
        rows[y] |= bits << shift


def _stamp_qr(rows: list[int], stride_bits: int, place: QrPlace, text: str) -> None:
    matrix = qr_matrix(text, place.level)
    need = (matrix.size + 2 * place.quiet_modules) * place.module_dots
    if need > place.box.width:
        raise TemplateError(
            "template.qr-does-not-fit",
            where=place.box.where,
            chars=len(text),
            version=matrix.version,
            modules=matrix.size,
            quiet=place.quiet_modules,
            need=f"{need / DOTS_PER_MM:g}",
            have=f"{place.box.width / DOTS_PER_MM:g}",
        )
    dots = place.module_dots
    side = matrix.size * dots
    inset = (place.box.width - side) // 2
    shift = stride_bits - place.box.x - inset - side
    wide = {48: "0" * dots, 49: "1" * dots}
    y = place.box.y + inset
    for modules in matrix.rows:
        bits = int(f"{modules:0{matrix.size}b}".translate(wide), 2) << shift
        for dot_row in range(y, y + dots):
            rows[dot_row] |= bits
        y += dots
