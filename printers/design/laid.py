"""A label laid out: what its whole lot shares, and the pieces that are its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from printers.bitmap import Bitmap
from printers.design.qr import QrMatrix, qr_matrix
from printers.design.template import Template
from printers.design.template_parts import Level


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece of the picture that only this label has.

    x, y  dots from the label's top left corner
    text  the words in it ("" for none), for printers that could say it natively
    """

    bitmap: Bitmap
    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class QrPatch:
    """The QR code of this label, without its quiet zone.

    size  modules a side; `size * module_dots` dots
    x, y  top left corner of the symbol, dots from the label's top left corner
    """

    text: str
    level: Level
    version: int
    mask: int
    size: int
    module_dots: int
    x: int
    y: int

    def matrix(self) -> QrMatrix:
        """The modules of this very code."""
        return qr_matrix(self.text, self.level, self.version)

    def bitmap(self) -> Bitmap:
        """The symbol in dots."""
        side = self.size * self.module_dots
        stride = (side + 7) // 8
        rows = _dot_rows(self.matrix(), self.module_dots, stride * 8 - side)
        return Bitmap(side, side, b"".join([row.to_bytes(stride, "big") for row in rows]))


@dataclass(frozen=True, slots=True)
class Laid:
    """One label on its template.

    `shared` is the same object for all labels of one lot while the lot is kept in the cache, so
    `is` tells whether two labels need the same background.
    """

    template: Template
    shared: Bitmap
    patches: tuple[Patch, ...]
    qr: QrPatch | None

    def bitmap(self) -> Bitmap:
        """The whole picture: the shared part with this label's pieces stamped on it."""
        # The picture as one integer: a stamp is one shift and one "or", whatever it covers.
        width, height, stride = self.shared.width, self.shared.height, self.shared.stride
        whole = _number(self.shared)
        for patch in self.patches:
            shift = stride * 8 - patch.x - patch.bitmap.stride * 8
            whole |= _placed(_rows(patch.bitmap), shift, patch.y, stride, height)
        if self.qr is not None:
            qr = self.qr
            shift = stride * 8 - qr.x - qr.size * qr.module_dots
            rows = _dot_rows(qr.matrix(), qr.module_dots, 0)
            whole |= _placed(rows, shift, qr.y, stride, height)
        return Bitmap(width, height, whole.to_bytes(stride * height, "big"))


@lru_cache(maxsize=16)
def _number(bitmap: Bitmap) -> int:
    return int.from_bytes(bitmap.rows, "big")


def _rows(bitmap: Bitmap) -> list[int]:
    raw, stride = bitmap.rows, bitmap.stride
    return [int.from_bytes(raw[at : at + stride], "big") for at in range(0, len(raw), stride)]


def _placed(rows: Iterable[int], shift: int, top: int, stride: int, height: int) -> int:
    """The picture that has `rows` from row `top` on, each moved `shift` dots to the left."""
    if shift >= 0:
        lines = [(row << shift).to_bytes(stride, "big") for row in rows]
    else:
        # A patch's padding may reach past the right edge; its ink never does.
        lines = [(row >> -shift).to_bytes(stride, "big") for row in rows]
    below = height - top - len(lines)
    return int.from_bytes(b"".join(lines), "big") << (below * stride * 8)


def _dot_rows(matrix: QrMatrix, dots: int, shift: int) -> list[int]:
    """Rows of dots, each module `dots` wide and high, moved `shift` dots to the left."""
    wide = {48: "0" * dots, 49: "1" * dots}
    rows: list[int] = []
    for modules in matrix.rows:
        row = int(f"{modules:0{matrix.size}b}".translate(wide), 2) << shift
        rows += [row] * dots
    return rows
