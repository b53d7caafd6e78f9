"""The virtual printer's paper: dots that were printed, label by label, as numbered PNG files."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from printers.virtual.stock import Stock

MAX_ROWS = 16_384  # two metres of paper; a longer "label" is a runaway feed
NUMBERED = re.compile(r"(\d{6})(-torn)?\.png")


def _at_once(rows: int) -> None:
    """Paper that moves without taking time."""


class Paper:
    """Collects rows of `width` dots and writes one PNG each time a label ends.

    `move(rows)` is told before each row that moves; it may take its time, and may raise. Numbers go
    on from what the folder already holds. A label cut short by a reset or a lost connection is
    written as NNNNNN-torn.png: its ink is on paper too.
    """

    def __init__(
        self,
        folder: Path,
        width: int,
        stock: Stock | None = None,
        move: Callable[[int], None] = _at_once,
    ) -> None:
        self.folder = folder
        self.width = width
        self.stock = stock
        self._move = move
        self._stride = (width + 7) // 8
        self._rows: list[bytes] = []
        folder.mkdir(parents=True, exist_ok=True)
        found = (NUMBERED.fullmatch(entry.name) for entry in folder.iterdir())
        self._last = max((int(match[1]) for match in found if match), default=0)
        self.printed = 0

    @property
    def rows_since_label(self) -> int:
        """Rows printed or fed since the last label ended."""
        return len(self._rows)

    def put(self, row: bytes, left: int) -> None:
        """One row of packed dots starting `left` dots from the left edge; overhang is lost."""
        width = self._stride * 8
        value = int.from_bytes(row, "big")
        shift = width - left - len(row) * 8
        value = value << shift if shift >= 0 else value >> -shift
        value &= (1 << width) - 1
        value &= ~((1 << (width - self.width)) - 1)
        self._add(value.to_bytes(self._stride, "big"))

    def feed(self, rows: int) -> None:
        """Blank rows."""
        for _ in range(rows):
            self._add(bytes(self._stride))

    def end_label(self, *, to_gap: bool = True, width: int | None = None) -> None:
        """Write the label and start the next one.

        On label stock the paper first moves to the next gap, unless `to_gap` is False, and the
        picture is the whole label. `width` crops the picture to so many dots.
        """
        stock = self.stock
        if to_gap and stock is not None and stock.pitch_rows:
            self._move(-len(self._rows) % stock.pitch_rows)
            short = stock.label_rows - len(self._rows)
            self._rows.extend([bytes(self._stride)] * max(short, 0))
        self._write("", width)
        self.printed += 1

    def skip(self, rows: int) -> None:
        """Move paper that belongs to no label."""
        self._move(rows)

    def tear(self) -> None:
        """Write an unfinished label, if any ink is on it."""
        if any(any(row) for row in self._rows):
            self._write("-torn", None)
        self._rows = []

    def _add(self, row: bytes) -> None:
        self._move(1)
        if len(self._rows) < MAX_ROWS:
            self._rows.append(row)

    def _write(self, suffix: str, width: int | None) -> None:
        rows, shown = self._rows, self.width
        if width is not None and width < shown:
            shown = width
            rows = [row[: (shown + 7) // 8] for row in rows]
        self._last += 1
        target = self.folder / f"{self._last:06}{suffix}.png"
        rough = target.with_suffix(".part")
        rough.write_bytes(_png(shown, rows))
        # Whoever watches the folder sees a whole picture or none.
        rough.replace(target)
        self._rows = []


def _png(width: int, rows: list[bytes]) -> bytes:
    # 1-bit greyscale (PNG, second edition, clauses 11.2 and 9): 0 is black, so ink is inverted.
    flip = bytes(255 - value for value in range(256))
    raw = b"".join(b"\0" + row.translate(flip) for row in rows)
    head = struct.pack(">IIBBBBB", width, len(rows), 1, 0, 0, 0, 0)
    size = struct.pack(">IIB", 8000, 8000, 1)  # 8 dots a millimetre
    chunks = ((b"IHDR", head), (b"pHYs", size), (b"IDAT", zlib.compress(raw, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
