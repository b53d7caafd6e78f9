"""A line of the printer's own letters: seldom sent on purpose, always to be seen."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

_SIZE = 20
_CELL = 12  # dots of one character of font A


def text_rows(text: bytes, width: int, rows: int) -> list[bytes]:
    """Packed rows of lines of `rows` dots; characters past the right edge go to the next line.

    Only ASCII has glyphs; every other character is a box, since no code page is simulated.
    """
    font = ImageFont.load_default(_SIZE)
    a_line = max(width // _CELL, 1)
    found: list[bytes] = []
    for start in range(0, len(text), a_line):
        canvas = Image.new("1", (width, rows))
        pen = ImageDraw.Draw(canvas)
        for n, code in enumerate(text[start : start + a_line]):
            if code < 0x7F:
                pen.text((n * _CELL, 2), chr(code), fill=1, font=font)
            else:
                pen.rectangle((n * _CELL + 1, 5, n * _CELL + 9, 22), outline=1)
        raw, stride = canvas.tobytes(), (width + 7) // 8
        found += [raw[at : at + stride] for at in range(0, len(raw), stride)]
    return found
