"""Parts of a printed report: typeface, paragraphs, tables, QR codes as vectors, numbered pages.

The same report gives the same bytes: no date of printing, no chance, one typeface inside the file.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

import printers
from printers.design.qr import qr_matrix

_FONTS: Final = Path(printers.__file__).with_name("fonts")
_SIDE: Final = 18 * mm
WIDTH: Final = A4[0] - 2 * _SIDE
_QUIET: Final = 4  # modules around a QR code (ISO/IEC 18004)
_MAKING: Final = threading.Lock()  # fonts remember which letters the document of the moment used


@cache
def _styles() -> dict[str, ParagraphStyle]:
    """Text styles; the typeface is the labels' (Noto Sans, SIL Open Font Licence)."""
    for name, file in (("Noto", "NotoSans-Regular.ttf"), ("Noto-Bold", "NotoSans-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(_FONTS / file)))
    pdfmetrics.registerFontFamily("Noto", "Noto", "Noto-Bold", "Noto", "Noto-Bold")
    plain = ParagraphStyle("plain", fontName="Noto", fontSize=9.5, leading=14, splitLongWords=1)
    return {
        "plain": plain,
        "small": ParagraphStyle("small", plain, fontSize=8, leading=11.5),
        "code": ParagraphStyle("code", plain, fontSize=8, leading=11, wordWrap="CJK"),
        "title": ParagraphStyle("title", plain, fontName="Noto-Bold", fontSize=16, leading=23),
        "heading": ParagraphStyle(
            "heading",
            plain,
            fontName="Noto-Bold",
            fontSize=11.5,
            leading=17,
            spaceBefore=10,
            spaceAfter=3,
            keepWithNext=1,
        ),
        "head": ParagraphStyle("head", plain, fontName="Noto-Bold", fontSize=8, leading=11.5),
    }


def text(words: str, style: str = "plain", *, bold: bool = False) -> Paragraph:
    """A paragraph of words as they are: nothing in them is markup."""
    safe = escape("".join(c if c.isprintable() else " " for c in words), quote=False)
    return Paragraph(f"<b>{safe}</b>" if bold else safe, _styles()[style])


def lines(words: str) -> list[Paragraph]:
    """Code, line by line."""
    return [text(line or " ", "code") for line in words.rstrip("\n").split("\n")]


def gap(height: float = 2) -> Spacer:
    """Room of some millimetres."""
    return Spacer(1, height * mm)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float]) -> Table:
    """A ruled table whose head is repeated on every page; `shares` of the width add up to 1."""
    cells = [[text(one, "head") for one in head]] if any(head) else []
    cells += [[text(one, "small") for one in row] for row in rows]
    # A cell may go on for pages: whoever writes much must not keep a report from being made.
    made = Table(
        cells,
        [share * WIDTH for share in shares],
        repeatRows=1 if any(head) else 0,
        splitInRow=1,
    )
    made.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.Color(0.72, 0.72, 0.68)),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ]
        )
    )
    return made


class QrCode(Flowable):  # type: ignore[misc]  # the library has no types
    """A QR code of ASCII text as rectangles, not as a picture; `side` in millimetres."""

    def __init__(self, content: str, side: float) -> None:
        super().__init__()
        self._matrix = qr_matrix(content)
        self.width = self.height = side * mm

    def draw(self) -> None:
        """Put it onto the page."""
        size = self._matrix.size
        module = self.width / (size + 2 * _QUIET)
        path = self.canv.beginPath()
        for row, bits in enumerate(self._matrix.rows):
            y = self.height - (row + 1 + _QUIET) * module
            for first, count in _runs(bits, size):
                path.rect((first + _QUIET) * module, y, count * module, module)
        self.canv.setFillColorRGB(0, 0, 0)
        self.canv.drawPath(path, stroke=0, fill=1)


def _runs(bits: int, size: int) -> list[tuple[int, int]]:
    """(first, count) of every run of dark modules in a row."""
    found: list[tuple[int, int]] = []
    for x in range(size):
        if bits >> (size - 1 - x) & 1:
            if found and sum(found[-1]) == x:
                found[-1] = found[-1][0], found[-1][1] + 1
            else:
                found.append((x, 1))
    return found


class _Pages(Canvas):  # type: ignore[misc]  # the library has no types
    """Writes "3/7" below every page, which is known only at the end."""

    foot = ""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._ready: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - name of the library
        self._ready.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, state in enumerate(self._ready, start=1):
            self.__dict__.update(state)
            self.setFont("Noto", 7)
            self.setFillColorRGB(0.3, 0.3, 0.3)
            self.drawString(_SIDE, 9 * mm, self.foot)
            self.drawRightString(A4[0] - _SIDE, 9 * mm, f"{number}/{len(self._ready)}")
            super().showPage()
        super().save()


def pdf(parts: Sequence[Any], title: str, foot: str) -> bytes:
    """An A4 document; `foot` stands below every page."""
    made = io.BytesIO()
    numbered = type("Numbered", (_Pages,), {"foot": foot})
    with _MAKING:
        document = SimpleDocTemplate(
            made,
            pagesize=A4,
            leftMargin=_SIDE,
            rightMargin=_SIDE,
            topMargin=15 * mm,
            bottomMargin=16 * mm,
            title=title,
            author="OCOP Ledger",
            invariant=1,
        )
        document.build(list(parts), canvasmaker=numbered)
    return made.getvalue()
