"""A label on a template becomes one bitmap; what a lot's labels share is drawn once."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw

from printers.bitmap import DOTS_PER_MM, Bitmap
from printers.design.barcode import draw_barcode
from printers.design.laid import Laid, Patch, QrPatch
from printers.design.layout import draw_stars, draw_text, fill, ink_text, set_text
from printers.design.qr import QrMatrix, qr_matrix
from printers.design.template import Template
from printers.design.template_parts import PER_LABEL, QrPlace
from printers.design.typeface import to_ink
from printers.errors import TemplateError
from printers.label import Label

_CACHED_LOTS = 8


def render(template: Template, label: Label) -> Bitmap:
    """The label's bitmap: template.width x template.height dots, 8 dots a millimetre.

    Raises as `lay_out` does.
    """
    return lay_out(template, label).bitmap()


def lay_out(template: Template, label: Label) -> Laid:
    """The label's picture in pieces; `Laid.bitmap()` composes them.

    The part that is the same for a whole lot is kept for the last few lots. Raises TemplateError
    for an unknown or missing field, text or stars that do not fit, a character without glyph,
    a barcode value that is none, and a QR code larger than its place.
    """
    template.require_fields(label)
    kept = tuple(sorted((n, t) for n, t in label.fields.items() if n not in PER_LABEL))
    shared = _shared(template, kept, label.stars)
    words = {**label.fields, "serial": label.serial}
    patches: list[Patch] = []
    for block in template.texts:
        if block.per_label:
            text = fill(block, words)
            native = "" if block.turned else text
            ink = ink_text(block, set_text(block, text))
            patches.append(Patch(Bitmap.from_image(ink), block.box.x, block.box.y, native))
    for place in template.barcodes:
        if place.per_label:
            canvas = Image.new("1", (place.box.width, place.box.height), 0)
            draw_barcode(canvas, place, words, 0, 0)
            patches.append(Patch(Bitmap.from_image(canvas), place.box.x, place.box.y, ""))
    return Laid(template, shared, tuple(patches), _qr_patch(template.qr, label.qr))


@lru_cache(maxsize=_CACHED_LOTS)
def _shared(template: Template, words: tuple[tuple[str, str], ...], stars: int) -> Bitmap:
    """Everything but the pieces that differ from label to label."""
    known = dict(words)
    canvas = Image.new("L", (template.width, template.height), 0)
    for block in template.texts:
        if not block.per_label and (text := fill(block, known)):
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
    for picture in template.images:
        ink.paste(picture.image(), picture.corner)
    for place in template.barcodes:
        if not place.per_label:
            draw_barcode(ink, place, known, place.box.x, place.box.y)
    return Bitmap.from_image(ink)


def _qr_patch(place: QrPlace, text: str) -> QrPatch:
    level = place.level
    matrix = qr_matrix(text, level)
    need = _side(matrix, place)
    if need > place.box.width:
        level = place.least_level
        # From version 7 on six alignment patterns steady the reading, so the place is used up.
        modules = place.box.width // place.module_dots - 2 * place.quiet_modules
        matrix = qr_matrix(text, level, max(1, (modules - 17) // 4))
        need = _side(matrix, place)
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
    inset = (place.box.width - matrix.size * place.module_dots) // 2
    return QrPatch(
        text,
        level,
        matrix.version,
        matrix.mask,
        matrix.size,
        place.module_dots,
        place.box.x + inset,
        place.box.y + inset,
    )


def _side(matrix: QrMatrix, place: QrPlace) -> int:
    """Dots a side, quiet zone included."""
    return (matrix.size + 2 * place.quiet_modules) * place.module_dots
