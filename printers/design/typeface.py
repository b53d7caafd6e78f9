"""The bundled typeface: which letters it has, how wide they are, how they become dots."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from printers.errors import TemplateError

_FOLDER = Path(__file__).parents[1] / "fonts"
_FILES = {False: "NotoSans-Regular.ttf", True: "NotoSans-Bold.ttf"}

# Noto Sans design units per em (OS/2 sCapHeight, sxHeight), the same in both weights.
CAP_HEIGHT = 0.714
X_HEIGHT = 0.536
# Highest Vietnamese capital (Ẫ, 1.048 em) and lowest descender (g, 0.240 em).
ASCENT = 1.05
DESCENT = 0.24
LINE_PITCH = 1.25

# A dot is ink when the outline covers 43 % of it. Monochrome hinting (FreeType's own 1-bit mode)
# was tried beside it: at 18-20 dots it leaves stems one dot wide, which thermal paper prints
# grey, and closes the circumflex under hook and tilde. This threshold keeps stems of two dots.
INK_THRESHOLD = 110


def dots_per_em(cap_mm: float, dots_per_mm: int) -> int:
    """Dots per em whose capital letters are nearest to `cap_mm` millimetres high."""
    return round(cap_mm * dots_per_mm / CAP_HEIGHT)


@lru_cache(maxsize=64)
def font(bold: bool, em: int) -> ImageFont.FreeTypeFont:
    """The font at `em` dots per em, with kerning-free basic layout.

    Basic layout, because the complex one depends on a shaping library found at run time and would
    give other bitmaps on other machines; Vietnamese in NFC needs no shaping.
    """
    path = _FOLDER / _FILES[bold]
    return ImageFont.truetype(path, em, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, bold: bool, em: int) -> int:
    """Advance width of `text` in dots: the sum of its letters, since nothing is kerned."""
    return sum([_advance(char, bold, em) for char in text])


@lru_cache(maxsize=8192)
def _advance(char: str, bold: bool, em: int) -> int:
    # Per letter, as measuring each trial line anew hinted every glyph again: 10 ms a label.
    return -int(-font(bold, em).getlength(char) // 1)


def draw(canvas: Image.Image, at: tuple[int, int], text: str, bold: bool, em: int) -> None:
    """Put `text` on an "L" canvas (255 = full ink) with its origin (x, baseline) `at` dots."""
    line = _coverage_of(text, bold, em)
    canvas.paste(255, (at[0] + line.left, at[1] + line.top), line.ink)


@dataclass(frozen=True, slots=True)
class Glyph:
    """A drawn piece: an image and its corner, in dots from the origin on the baseline."""

    ink: Image.Image
    left: int
    top: int


@lru_cache(maxsize=256)
def _coverage_of(text: str, bold: bool, em: int) -> Glyph:
    """A line as a mode "L" image of how far the outline covers each dot.

    Kept, since the lots of one product share most of their lines, and hinting them anew was half
    of the time of a lot's first label.
    """
    face = font(bold, em)
    left, top, right, bottom = (round(edge) for edge in face.getbbox(text, anchor="ls"))
    canvas = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(canvas).text((-left, -top), text, fill=255, font=face, anchor="ls")
    return Glyph(canvas, left, top)


@lru_cache(maxsize=512)
def glyph(char: str, bold: bool, em: int) -> Glyph | None:
    """A letter ready to be stamped in mode "1", None when it has no ink (a space).

    The same dots as `draw` and `to_ink` give for the letter alone; where two bold neighbours each
    cover part of one dot, drawing them together may ink it. Kept, since hinting a serial anew for
    each label took a third of its time.
    """
    canvas = Image.new("L", (3 * em, 3 * em), 0)
    draw(canvas, (em, 2 * em), char, bold, em)
    ink = to_ink(canvas)
    box = ink.getbbox()
    return None if box is None else Glyph(ink.crop(box), box[0] - em, box[1] - 2 * em)


def to_ink(canvas: Image.Image) -> Image.Image:
    """Threshold an "L" canvas of coverage to a mode "1" image where a set pixel is ink."""
    return canvas.point([255 if v >= INK_THRESHOLD else 0 for v in range(256)], "1")


def require_glyphs(text: str, bold: bool, where: str) -> None:
    """Raise TemplateError naming the first character that has no glyph in the font."""
    have = coverage(bold)
    for char in text:
        if ord(char) not in have:
            raise TemplateError(
                "template.no-glyph", where=where, char=char, point=f"U+{ord(char):04X}"
            )


@lru_cache(maxsize=2)
def coverage(bold: bool) -> frozenset[int]:
    """Code points with a glyph, read from the font's own `cmap` table (OpenType, format 4).

    Read here since Pillow draws `.notdef` for a missing glyph without saying so.
    """
    raw = (_FOLDER / _FILES[bold]).read_bytes()
    (tables,) = struct.unpack_from(">H", raw, 4)
    start = next(
        struct.unpack_from(">I", raw, 12 + 16 * n + 8)[0]
        for n in range(tables)
        if raw[12 + 16 * n : 16 + 16 * n] == b"cmap"
    )
    (subtables,) = struct.unpack_from(">H", raw, start + 2)
    found: set[int] = set()
    for n in range(subtables):
        (offset,) = struct.unpack_from(">I", raw, start + 4 + 8 * n + 4)
        if struct.unpack_from(">H", raw, start + offset)[0] == 4:
            found |= _format_4(raw, start + offset)
    return frozenset(found)


def _format_4(raw: bytes, at: int) -> set[int]:
    segments = struct.unpack_from(">H", raw, at + 6)[0] // 2

    def column(offset: int, kind: str) -> tuple[int, ...]:
        return struct.unpack_from(f">{segments}{kind}", raw, at + offset)

    ends = column(14, "H")
    starts = column(16 + 2 * segments, "H")
    deltas = column(16 + 4 * segments, "h")
    ranges_at = 16 + 6 * segments
    ranges = column(ranges_at, "H")
    found: set[int] = set()
    for n, (first, last, delta, jump) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for point in range(first, min(last, 0xFFFE) + 1):
            glyph = (point + delta) & 0xFFFF
            if jump:
                place = at + ranges_at + 2 * n + jump + 2 * (point - first)
                (glyph,) = struct.unpack_from(">H", raw, place)
            if glyph:
                found.add(point)
    return found
