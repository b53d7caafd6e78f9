"""The test label: what a person needs to see whether a printer prints right.

Edges of the printable width, a ruler, a bar of 100 dots (12.5 mm at 203 dpi), and every Vietnamese
letter. It carries no serial.
"""

from __future__ import annotations

import unicodedata

from PIL import Image

from printers.bitmap import DOTS_PER_MM, Bitmap
from printers.design.template_parts import Media
from printers.design.typeface import draw, to_ink, width
from printers.encoders import escpos, tspl
from printers.encoders.sheet import compose_pdf
from printers.encoders.sheet_layout import SheetLayout
from printers.profile import Profile

HEIGHT_DOTS = 40 * DOTS_PER_MM
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_VOWELS = "aăâeêioôơuưy"
_EM = 20
_LETTERS_EM, _LETTERS_LINE = 24, 30
_MARGIN = 10
_USUAL_GAP_MM = 2.0


def vietnamese_letters() -> str:
    """The 134 letters that ASCII lacks: 67 small, then their capitals."""
    toned = (unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES)
    small = "".join(letter for letter in toned if ord(letter) > 127) + "đ"
    return small + small.upper()


def stock_of(profile: Profile) -> Media:
    """Stock as wide as the printer's line: what such printers mostly hold.

    Gap labels in label printers (TSPL), continuous paper in others where the profile allows it.
    """
    if profile.language == "sheet":
        wide, high = SheetLayout.shipped(profile.sheet).label_dots
    else:
        wide, high = profile.dots_wide, HEIGHT_DOTS
    if profile.language == "tspl":
        gap = profile.media is None or "gap" in profile.media
    else:
        gap = profile.media is not None and "continuous" not in profile.media
    wide_mm, high_mm = wide / DOTS_PER_MM, high / DOTS_PER_MM
    if gap or profile.language == "sheet":
        return Media(wide_mm, high_mm, wide_mm, "gap", _USUAL_GAP_MM)
    return Media(wide_mm, high_mm, wide_mm, "continuous", 0)


def draw_test_label(name: str, profile: Profile, media: Media) -> Bitmap:
    """The test label of printer `name`, as wide as `media` prints and the printer can.

    What does not fit on short stock is left out from the bottom: letters, then the bar.
    """
    wide = round(media.print_width_mm * DOTS_PER_MM)
    if profile.language != "sheet":
        wide = min(wide, profile.dots_wide)
    # 110 mm are enough for all there is, also on stock that has no height of its own.
    high = min(round(media.height_mm * DOTS_PER_MM) or HEIGHT_DOTS, 110 * DOTS_PER_MM)
    canvas = Image.new("L", (wide, high), 0)
    for x in (0, wide - 2):
        canvas.paste(255, (x, 0, x + 2, high))
    y = _MARGIN + _EM
    draw(canvas, (_MARGIN, y), _cut(f"{name}  {profile.name}", wide, True), True, _EM)
    y = _ruler(canvas, y + 12)
    if y + 40 <= high:
        canvas.paste(255, (_MARGIN, y + 10, _MARGIN + 100, y + 18))
        text = "100 điểm = 12,5 mm"
        draw(canvas, (_MARGIN + 108, y + 20), _cut(text, wide - 108, False), False, _EM)
        y += 28
    for line in _lines(vietnamese_letters(), wide - 2 * _MARGIN):
        y += _LETTERS_LINE
        if y + 6 > high:
            break
        draw(canvas, (_MARGIN, y), line, False, _LETTERS_EM)
    return Bitmap.from_image(to_ink(canvas))


def encode_test_label(bitmap: Bitmap, profile: Profile, media: Media) -> bytes:
    """The bytes for the printer of `profile`; a PDF of one sheet for an office printer."""
    if profile.language == "sheet":
        return compose_pdf([bitmap], SheetLayout.shipped(profile.sheet))
    encode = escpos.encode if profile.language == "escpos" else tspl.encode
    return encode(bitmap, profile, media)


def _ruler(canvas: Image.Image, top: int) -> int:
    """Ticks every millimetre from the left margin, numbers every 10; the first row below it."""
    length = (canvas.width - 2 * _MARGIN) // DOTS_PER_MM
    canvas.paste(255, (_MARGIN, top, _MARGIN + length * DOTS_PER_MM + 1, top + 2))
    for mm in range(length + 1):
        x = _MARGIN + mm * DOTS_PER_MM
        tick = 26 if mm % 10 == 0 else 18 if mm % 5 == 0 else 10
        canvas.paste(255, (x, top, x + 1, top + tick))
        text = f"{mm}" if mm % 10 == 0 else ""
        if text and x + 3 + width(text, False, _EM) < canvas.width - 2:
            draw(canvas, (x + 3, top + 27), text, False, 16)
    return top + 30


def _lines(letters: str, room: int) -> list[str]:
    lines = [""]
    for letter in letters:
        if width(lines[-1] + letter, False, _LETTERS_EM) > room:
            lines.append("")
        lines[-1] += letter
    return lines


def _cut(text: str, wide: int, bold: bool) -> str:
    while text and width(text, bold, _EM) > wide - 2 * _MARGIN:
        text = text[:-1]
    return text
