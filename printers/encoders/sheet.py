"""Labels on sheets for office printers: one PDF for a job, or one PNG a page.

A page is one 1-bit picture at 8 dots a millimetre (203.2 dpi), so that every dot of a label is a
dot of the page and nothing is scaled as long as the page is printed at 100 %.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from PIL import Image

from printers.bitmap import DOTS_PER_MM, Bitmap
from printers.encoders.sheet_layout import SheetLayout
from printers.errors import EncodingError

__all__ = ["SheetLayout", "compose_pdf", "compose_png"]

_DPI = DOTS_PER_MM * 25.4


def compose_pdf(labels: Sequence[Bitmap], layout: SheetLayout, first_place: int = 1) -> bytes:
    """A PDF of pages of exactly the layout's size; places fill row by row from the top left.

    `first_place` (1 is the top left) leaves out places already used on the first sheet. Raises
    EncodingError for no labels, a label larger than its place, and a place not on the sheet.
    """
    pages = _pages(labels, layout, first_place)
    out = io.BytesIO()
    # Pillow writes a black-and-white page with CCITT group 4, which loses nothing.
    next(pages).save(out, "PDF", resolution=_DPI, save_all=True, append_images=pages)
    return out.getvalue()


def compose_png(labels: Sequence[Bitmap], layout: SheetLayout, first_place: int = 1) -> list[bytes]:
    """The same pages as 1-bit PNG files that know their physical size."""
    files: list[bytes] = []
    for page in _pages(labels, layout, first_place):
        out = io.BytesIO()
        page.save(out, "PNG", dpi=(_DPI, _DPI))
        files.append(out.getvalue())
    return files


def _pages(
    labels: Sequence[Bitmap], layout: SheetLayout, first_place: int
) -> Iterator[Image.Image]:
    """Checked at the call, drawn page by page, so that a long job stays small in memory."""
    if not labels:
        raise EncodingError("sheet.no-labels", sheet=layout.name)
    if not 1 <= first_place <= layout.places:
        raise EncodingError(
            "sheet.first-place", found=first_place, most=layout.places, sheet=layout.name
        )
    most = layout.label_dots
    for width, height in {(label.width, label.height) for label in labels}:
        if width > most[0] or height > most[1]:
            raise EncodingError(
                "sheet.too-large",
                found=f"{width / DOTS_PER_MM:g} x {height / DOTS_PER_MM:g}",
                most=f"{most[0] / DOTS_PER_MM:g} x {most[1] / DOTS_PER_MM:g}",
                sheet=layout.name,
            )
    return _drawn(labels, layout, first_place)


def _drawn(
    labels: Sequence[Bitmap], layout: SheetLayout, first_place: int
) -> Iterator[Image.Image]:
    start, place = 0, first_place
    while start < len(labels):
        page = Image.new("1", layout.page_dots, 1)
        for label in labels[start : start + layout.places + 1 - place]:
            left, top = layout.corner(place)
            # Smaller labels sit in the middle of their place.
            shift = (layout.label_dots[0] - label.width) // 2
            drop = (layout.label_dots[1] - label.height) // 2
            page.paste(label.image(), (left + shift, top + drop))
            place += 1
            start += 1
        place = 1
        yield page
