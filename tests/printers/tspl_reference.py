"""A decoder written for the tests from the public TSPL/TSPL2 programming manual alone.

It imports nothing from the product. Lines of ASCII end with CR LF; BITMAP and DOWNLOAD carry
binary after their last comma. A cleared bit of BITMAP is ink; a black dot of a BMP is ink.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from PIL import Image

_DOTS_PER_MM = 8
_SIZE = re.compile(rb"SIZE ([0-9.]+) mm,([0-9.]+) mm")
_FEED = re.compile(rb"(GAP|BLINE) ([0-9.]+) mm,([0-9.]+) mm")
_BITMAP = re.compile(rb"BITMAP (\d+),(\d+),(\d+),(\d+),([012]),")
_DOWNLOAD = re.compile(rb'DOWNLOAD "([A-Z0-9]{1,8}\.BMP)",(\d+),')
_PUTBMP = re.compile(rb'PUTBMP (\d+),(\d+),"([A-Z0-9]{1,8}\.BMP)"')
_PLAIN = re.compile(
    rb"DIRECTION 0|REFERENCE 0,0|SET REPRINT OFF|SET CUTTER 1|SPEED \d+|DENSITY \d+|"
)


class OddCommandError(ValueError):
    """A line or a parameter that the manual does not know."""


@dataclass(frozen=True)
class Printed:
    """One label: its stock ("gap", "mark", "continuous") and rows of 0/1 dots."""

    stock: str
    rows: list[list[int]]


class Printer:
    """Image buffer and file memory from power on; `feed` may be called again and again."""

    def __init__(self) -> None:
        self._files: dict[bytes, bytes] = {}
        self._size = (0, 0)
        self._stock = ""
        self._canvas: list[list[int]] = []

    def feed(self, stream: bytes) -> list[Printed]:
        """The labels that `stream` prints."""
        if (live := stream.find(b"\x1b!")) >= 0:
            raise OddCommandError(f"an immediate command at {live}")
        printed: list[Printed] = []
        at = 0
        while at < len(stream):
            if found := _BITMAP.match(stream, at):
                x, y, wide, high, mode = (int(number) for number in found.groups())
                data = stream[found.end() : found.end() + wide * high]
                self._bitmap(x, y, wide, mode, data, high)
                at = self._line_end(stream, found.end() + wide * high)
                continue
            if found := _DOWNLOAD.match(stream, at):
                size = int(found[2])
                self._files[found[1]] = stream[found.end() : found.end() + size]
                at = self._line_end(stream, found.end() + size)
                continue
            end = stream.index(b"\r\n", at)
            line, at = stream[at:end], end + 2
            if line == b"PRINT 1,1":
                rows = [list(row) for row in self._canvas]
                printed.append(Printed(self._stock, rows))
            else:
                self._plain(line)
        return printed

    @staticmethod
    def _line_end(stream: bytes, at: int) -> int:
        if stream[at : at + 2] != b"\r\n":
            raise OddCommandError(f"binary data does not end where it says, at {at}")
        return at + 2

    def _plain(self, line: bytes) -> None:
        if found := _SIZE.fullmatch(line):
            self._size = tuple(round(float(mm) * _DOTS_PER_MM) for mm in found.groups())  # type: ignore[assignment]
        elif found := _FEED.fullmatch(line):
            none = float(found[2]) == 0
            self._stock = "continuous" if none else {b"GAP": "gap", b"BLINE": "mark"}[found[1]]
        elif line == b"CLS":
            self._canvas = [[0] * self._size[0] for _ in range(self._size[1])]
        elif found := _PUTBMP.fullmatch(line):
            self._picture(int(found[1]), int(found[2]), self._files[found[3]])
        elif not _PLAIN.fullmatch(line):
            raise OddCommandError(repr(line[:40]))

    def _bitmap(self, x: int, y: int, wide: int, mode: int, data: bytes, high: int) -> None:
        if wide < 1 or high < 1 or len(data) != wide * high:
            raise OddCommandError("BITMAP size")
        for row in range(high):
            line = data[row * wide : (row + 1) * wide]
            ink = [1 - (byte >> bit & 1) for byte in line for bit in range(7, -1, -1)]
            self._draw(x, y + row, ink, mode)

    def _picture(self, x: int, y: int, file: bytes) -> None:
        with Image.open(io.BytesIO(file), formats=["BMP"]) as image:
            if image.mode != "1":
                raise OddCommandError(f"a BMP of mode {image.mode}")
            width, height, shown = image.width, image.height, list(image.tobytes())
        stride = (width + 7) // 8
        for row in range(height):
            line = shown[row * stride : (row + 1) * stride]
            ink = [1 - (byte >> bit & 1) for byte in line for bit in range(7, -1, -1)]
            self._draw(x, y + row, ink[:width], 0)

    def _draw(self, x: int, y: int, ink: list[int], mode: int) -> None:
        canvas = self._canvas[y] if y < len(self._canvas) else []
        room = max(0, len(canvas) - x)
        if any(ink[room:]):
            raise OddCommandError("ink outside the label")
        old = canvas[x : x + len(ink)]
        canvas[x : x + len(ink)] = [
            {0: new, 1: before | new, 2: before ^ new}[mode]
            for before, new in zip(old, ink[:room], strict=True)
        ]
