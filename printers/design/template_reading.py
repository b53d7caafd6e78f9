"""Reading a template's tables into parts; every table refuses what it cannot draw."""

from __future__ import annotations

import base64
import binascii
import io
from typing import cast

from PIL import Image, UnidentifiedImageError

from printers.bitmap import DOTS_PER_MM, png_size
from printers.design.barcode import ELEMENT
from printers.design.template_parts import (
    Align,
    BarcodePlace,
    Box,
    Kind,
    Level,
    Media,
    Picture,
    QrPlace,
    Rule,
    StarRow,
    TextBlock,
)
from printers.design.typeface import X_HEIGHT, dots_per_em, require_glyphs
from printers.errors import TemplateError
from printers.toml_table import TomlTable

# Letters at least 1.2 mm: read strictly, of the small x, so capitals are 1.6 mm or more.
MIN_LETTER_MM = 1.2
MIN_CAP_MM = 1.6
# GS1 X-dimension for this use: 0.396-0.990 mm.
MIN_MODULE_MM = 0.396
MAX_MODULE_MM = 0.990
# GS1-128 on logistic units: X-dimension 0.495-0.940 mm, bars at least 31.75 mm high (General
# Specifications, symbol specification table for general distribution scanning).
MIN_BAR_MODULE_MM = 0.495
MAX_BAR_MODULE_MM = 0.940
MIN_BAR_HEIGHT_MM = 31.75
MAX_IMAGE_CHARS = 24_000
MAX_IMAGE_PIXELS = 832
_DARK = 128
_ALIGNS = ("left", "center", "right")
_KINDS: tuple[Kind, ...] = ("gap", "continuous", "mark")


def _dots(mm: float) -> int:
    return round(mm * DOTS_PER_MM)


def read_media(table: TomlTable) -> Media:
    """The stock: its size, what the head reaches of it, and how labels are told apart."""
    kind = cast("Kind", table.choice("kind", _KINDS))
    gap = table.number("gap_mm", 0, 20, 0.0)
    width = table.number("width_mm", 15, 120)
    media = Media(
        width,
        table.number("height_mm", 10, 300),
        table.number("print_width_mm", 10, width),
        kind,
        gap,
    )
    if (kind != "continuous") != (gap > 0):
        raise TemplateError("template.gap", where=table.where, kind=kind, found=f"{gap:g}")
    table.finish()
    return media


def size_of(media: Media) -> tuple[int, int]:
    """Width and height of the bitmap in dots."""
    return _dots(media.print_width_mm), _dots(media.height_mm)


def _box(table: TomlTable, size: tuple[int, int], square: bool = False) -> Box:
    x, y = _dots(table.number("x", 0, 300)), _dots(table.number("y", 0, 300))
    width = _dots(table.number("size" if square else "width", 0.125, 300))
    height = width if square else _dots(table.number("height", 0.125, 300))
    if x + width > size[0] or y + height > size[1]:
        raise TemplateError(
            "template.outside",
            where=table.where,
            right=f"{(x + width) / DOTS_PER_MM:g}",
            bottom=f"{(y + height) / DOTS_PER_MM:g}",
            width=f"{size[0] / DOTS_PER_MM:g}",
            height=f"{size[1] / DOTS_PER_MM:g}",
        )
    return Box(x, y, width, height, table.where)


def read_text(table: TomlTable, size: tuple[int, int]) -> TextBlock:
    """A block of text in one size or shrinking to a smallest one."""
    box = _box(table, size)
    field, text = table.text("field", "", 40), table.text("text", "", 400)
    if bool(field) == bool(text):
        raise TemplateError("template.field-or-text", where=table.where)
    size_mm = table.number("size_mm", MIN_CAP_MM, 20)
    min_mm = table.number("min_size_mm", MIN_CAP_MM, size_mm, size_mm)
    block = TextBlock(
        box,
        text or f"{{{field}}}",
        dots_per_em(size_mm, DOTS_PER_MM),
        dots_per_em(min_mm, DOTS_PER_MM),
        table.flag("bold", False),
        cast("Align", table.choice("align", _ALIGNS, "left")),
        table.choice("valign", ("top", "middle"), "top") == "middle",
        table.integer("max_lines", 1, 40, 1),
        table.choice("role", ("text", "goods-name"), "text") == "goods-name",
        table.flag("turned", False),
        table.flag("break_words", False),
    )
    table.finish()
    letter = block.min_em * X_HEIGHT / DOTS_PER_MM
    if letter < MIN_LETTER_MM:
        raise TemplateError(
            "template.letter", where=table.where, found=f"{letter:.2f}", least=MIN_LETTER_MM
        )
    require_glyphs(block.text.replace("\n", ""), block.bold, table.where)
    return block


def read_qr(table: TomlTable, size: tuple[int, int]) -> QrPlace:
    """The square for the QR code."""
    box = _box(table, size, square=True)
    dots = table.integer("module_dots", 1, 16, 4)
    module = dots / DOTS_PER_MM
    if not MIN_MODULE_MM <= module <= MAX_MODULE_MM:
        raise TemplateError(
            "template.qr-module",
            where=table.where,
            found=f"{module:.3f}",
            dots=dots,
            low=MIN_MODULE_MM,
            high=MAX_MODULE_MM,
        )
    quiet = table.integer("quiet_modules", 4, 16, 4)
    level = cast("Level", table.choice("level", ("L", "M", "Q", "H"), "M"))
    least = cast("Level", table.choice("least_level", ("L", "M", "Q", "H"), level))
    signed = table.flag("signed", False)
    table.finish()
    return QrPlace(box, dots, level, quiet, least, signed)


def read_stars(table: TomlTable, size: tuple[int, int]) -> StarRow:
    """A row for the stars."""
    row = StarRow(
        _box(table, size),
        table.text("caption", "", 20),
        cast("Align", table.choice("align", _ALIGNS, "left")),
    )
    table.finish()
    require_glyphs(row.caption, True, table.where)
    return row


def read_rule(table: TomlTable, size: tuple[int, int]) -> Rule:
    """A black bar."""
    rule = Rule(_box(table, size))
    table.finish()
    return rule


def read_image(table: TomlTable, size: tuple[int, int]) -> Picture:
    """A logo: a PNG in base64 within the file, so that the template's digest covers it.

    Every pixel darker than half becomes a square of whole dots: no dithering, no blurred edges.
    """
    box = _box(table, size)
    text = table.text("png", most=MAX_IMAGE_CHARS)
    table.finish()
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
        width, height = png_size(raw)
        if max(width, height) > MAX_IMAGE_PIXELS:
            raise TemplateError(
                "template.image-size",
                where=table.where,
                width=width,
                height=height,
                most=MAX_IMAGE_PIXELS,
            )
        with Image.open(io.BytesIO(raw), formats=["PNG"]) as image:
            clear = Image.new("RGBA", image.size, "white")
            clear.alpha_composite(image.convert("RGBA"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, binascii.Error) as fault:
        raise TemplateError("template.image", where=table.where) from fault
    ink = clear.convert("L").point([255 if v < _DARK else 0 for v in range(256)], "1")
    scale = min(box.width // ink.width, box.height // ink.height)
    if scale < 1:
        raise TemplateError(
            "template.image-does-not-fit",
            where=table.where,
            width=ink.width,
            height=ink.height,
            need=f"{ink.width / DOTS_PER_MM:g} x {ink.height / DOTS_PER_MM:g}",
            have=f"{box.width / DOTS_PER_MM:g} x {box.height / DOTS_PER_MM:g}",
        )
    return Picture(box, ink.size, ink.tobytes(), scale)


def read_barcode(table: TomlTable, size: tuple[int, int]) -> BarcodePlace:
    """A GS1-128 symbol: `text` is one element string such as `(00){sscc}`."""
    box = _box(table, size)
    text = table.text("text", most=80)
    dots = table.integer("module_dots", 1, 16, 4)
    table.finish()
    if not ELEMENT.fullmatch(text):
        raise TemplateError("template.barcode-text", where=table.where, found=text)
    module, height = dots / DOTS_PER_MM, box.height / DOTS_PER_MM
    if not MIN_BAR_MODULE_MM <= module <= MAX_BAR_MODULE_MM or height < MIN_BAR_HEIGHT_MM:
        raise TemplateError(
            "template.barcode-size",
            where=table.where,
            module=f"{module:.3f}",
            dots=dots,
            height=f"{height:g}",
            low=MIN_BAR_MODULE_MM,
            high=MAX_BAR_MODULE_MM,
            least=MIN_BAR_HEIGHT_MM,
        )
    return BarcodePlace(box, text, dots)
