"""Setting text into a block: wrap, then shrink, then refuse with numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PIL import Image, ImageDraw

from printers.bitmap import DOTS_PER_MM
from printers.design.template_parts import PLACEHOLDER, StarRow, TextBlock
from printers.design.typeface import (
    ASCENT,
    CAP_HEIGHT,
    DESCENT,
    LINE_PITCH,
    draw,
    glyph,
    require_glyphs,
    width,
)
from printers.errors import TemplateError


@dataclass(frozen=True, slots=True)
class SetText:
    """Lines ready to draw at `em` dots per em."""

    lines: tuple[str, ...]
    em: int


def fill(block: TextBlock, words: Mapping[str, str]) -> str:
    """The block's text with its placeholders replaced.

    A paragraph (line of the template's text) that names a field the label leaves out is left
    out whole: only optional fields get this far.
    """
    kept = [
        PLACEHOLDER.sub(lambda found: words[found[1]], paragraph)
        for paragraph in block.text.split("\n")
        if all(words.get(name) for name in PLACEHOLDER.findall(paragraph))
    ]
    return "\n".join(kept)


def set_text(block: TextBlock, text: str) -> SetText:
    """The largest size from `em` down to `min_em` at which the wrapped text fits its box.

    Words are broken only where the block allows it. Raises TemplateError for overflow at the smallest size and for a
    character without a glyph.
    """
    require_glyphs(text.replace("\n", ""), block.bold, block.box.where)
    room_x, room_y = block.room
    for em in range(block.em, block.min_em - 1, -1):
        lines = _wrap(text, block.bold, em, room_x, block.break_words)
        if (
            lines is not None
            and len(lines) <= block.max_lines
            and _height(len(lines), em) <= room_y
        ):
            return SetText(lines, em)
    raise TemplateError(
        "template.overflow",
        where=block.box.where,
        text=text.replace("\n", " / ")[:80],
        width=f"{room_x / DOTS_PER_MM:g}",
        height=f"{room_y / DOTS_PER_MM:g}",
        lines=block.max_lines,
        size=f"{block.min_em * CAP_HEIGHT / DOTS_PER_MM:.2f}",
        longest=f"{max(width(w, block.bold, block.min_em) for w in text.split()) / DOTS_PER_MM:.1f}",
    )


def draw_text(canvas: Image.Image, block: TextBlock, text: SetText, x: int, y: int) -> None:
    """Draw set text on an "L" canvas with the block's top left corner at (x, y) dots."""
    if block.turned:
        piece = Image.new("L", block.room, 0)
        for line, left, baseline in _places(block, text):
            draw(piece, (left, baseline), line, block.bold, text.em)
        canvas.paste(piece.transpose(Image.Transpose.ROTATE_90), (x, y))
        return
    for line, left, baseline in _places(block, text):
        draw(canvas, (x + left, y + baseline), line, block.bold, text.em)


def ink_text(block: TextBlock, text: SetText) -> Image.Image:
    """Set text as a mode "1" image of the block's size, from letters drawn once and kept."""
    canvas = Image.new("1", block.room, 0)
    for line, x, baseline in _places(block, text):
        at = x
        for char in line:
            letter = glyph(char, block.bold, text.em)
            if letter is not None:
                canvas.paste(255, (at + letter.left, baseline + letter.top), letter.ink)
            at += width(char, block.bold, text.em)
    return canvas.transpose(Image.Transpose.ROTATE_90) if block.turned else canvas


def _places(block: TextBlock, text: SetText) -> Iterator[tuple[str, int, int]]:
    """Each line with its origin (x, baseline) in dots from the block's corner."""
    top = 0
    if block.middle:
        top = (block.room[1] - _height(len(text.lines), text.em)) // 2
    baseline = top + round(ASCENT * text.em)
    for n, line in enumerate(text.lines):
        spare = block.room[0] - width(line, block.bold, text.em)
        shift = {"left": 0, "center": spare // 2, "right": spare}[block.align]
        yield line, shift, baseline + round(n * LINE_PITCH * text.em)


def _height(lines: int, em: int) -> int:
    return round(ASCENT * em) + round((lines - 1) * LINE_PITCH * em) + round(DESCENT * em)


def _broken(text: str, bold: bool, em: int, room: int) -> list[str]:
    """Lines as full as they get, broken at any letter; none is empty."""
    lines = [""]
    for char in text:
        if lines[-1] and width(lines[-1] + char, bold, em) > room:
            lines.append("")
        lines[-1] += char if lines[-1] or char != " " else ""
    return lines


def _wrap(
    text: str, bold: bool, em: int, room: int, break_words: bool = False
) -> tuple[str, ...] | None:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        # Split at ordinary spaces only, so a no-break space keeps a number with its unit.
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if width(longer, bold, em) <= room:
                line = longer
            elif break_words and width(word, bold, em) > room:
                *full, line = _broken(longer, bold, em, room)
                lines += full
            elif not line or width(word, bold, em) > room:
                return None
            else:
                lines.append(line)
                line = word
        lines.append(line)
    return tuple(lines)


# A regular star: outer and inner corners in turn, radius 1 and (3 - √5) / 2, first one up.
_STAR = (
    (0.0, -1.0),
    (0.2245, -0.309),
    (0.9511, -0.309),
    (0.3633, 0.118),
    (0.5878, 0.809),
    (0.0, 0.382),
    (-0.5878, 0.809),
    (-0.3633, 0.118),
    (-0.9511, -0.309),
    (-0.2245, -0.309),
)
_SCALE = 8


def draw_stars(canvas: Image.Image, row: StarRow, count: int) -> None:
    """Draw caption and `count` filled stars on an "L" canvas. Raises TemplateError when too wide."""
    side = row.box.height
    step = side + side // 8
    em = round(side * 0.8 / CAP_HEIGHT)
    caption = width(row.caption + " ", True, em) if row.caption else 0
    need = caption + count * step - side // 8
    if need > row.box.width:
        raise TemplateError(
            "template.stars-too-wide",
            where=row.box.where,
            need=f"{need / DOTS_PER_MM:g}",
            have=f"{row.box.width / DOTS_PER_MM:g}",
        )
    spare = row.box.width - need
    x = row.box.x + {"left": 0, "center": spare // 2, "right": spare}[row.align]
    if row.caption:
        draw(canvas, (x, row.box.y + round(side * 0.9)), row.caption, True, em)
    big = Image.new("L", (side * _SCALE, side * _SCALE), 0)
    radius = side * _SCALE / 1.9022  # the widest span of the star is 2 * 0.9511 radii
    middle = (side * _SCALE / 2, radius)
    corners = [(middle[0] + dx * radius, middle[1] + dy * radius) for dx, dy in _STAR]
    ImageDraw.Draw(big).polygon(corners, fill=255)
    star = big.resize((side, side), Image.Resampling.BOX)
    for n in range(count):
        canvas.paste(star, (x + caption + n * step, row.box.y))
