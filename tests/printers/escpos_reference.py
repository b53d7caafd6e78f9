"""A decoder written for the tests from the public ESC/POS command reference alone.

It imports nothing from the product and reads a whole stream at once, dot by dot. Besides raster it
knows downloaded bit images (GS *, GS /) and QR codes (GS ( k), whose pattern it has drawn by the
`qrcode` library, with a mask of that library's choice as a printer would have its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from qrcode import QRCode, constants, util

_REAL_TIME = (b"\x10\x04", b"\x10\x05", b"\x10\x14")
_LEVELS = {
    48: constants.ERROR_CORRECT_L,
    49: constants.ERROR_CORRECT_M,
    50: constants.ERROR_CORRECT_Q,
    51: constants.ERROR_CORRECT_H,
}
_ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


class OddCommandError(ValueError):
    """A byte where no command of the reference begins, or a parameter outside its range."""


@dataclass(frozen=True)
class Code:
    """A QR code that the printer drew: text, level parameter, place and size in dots."""

    text: str
    level: int
    x: int
    y: int
    module: int
    side: int


@dataclass
class Printed:
    """One label: rows of 0/1 dots, and the QR codes among them."""

    rows: list[list[int]] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)


def decode(stream: bytes, width: int) -> list[list[list[int]]]:
    """Labels as lists of rows of 0/1 dots, `width` dots each, ended by FF, GS FF, GS V or ESC d."""
    return [label.rows for label in read(stream, width)]


def read(stream: bytes, width: int) -> list[Printed]:
    """The labels of a stream that begins at a power-on state and ends after a whole label."""
    return Printer(width).feed(stream)


def dots(rows: bytes, width: int, height: int) -> list[list[int]]:
    """Packed rows as 0/1 dots."""
    stride = (width + 7) // 8
    return [
        [rows[y * stride + x // 8] >> (7 - x % 8) & 1 for x in range(width)] for y in range(height)
    ]


class Printer:
    """A printer's state from power on; `feed` may be called again with what comes next."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._margin = 0
        self._stored: list[list[int]] | None = None
        self._qr: dict[str, int] = {}
        self._qr_text = b""
        self._now = Printed()
        self._done: list[Printed] = []
        self._stream = b""
        self._at = 0

    def feed(self, stream: bytes) -> list[Printed]:
        """The labels that `stream` finishes; it must end at the end of one."""
        for live in _REAL_TIME:
            if live in stream:
                raise OddCommandError(f"real-time {live.hex()} at {stream.find(live)}")
        self._stream, self._at, self._done = stream, 0, []
        while self._at < len(stream):
            self._one()
        if self._now.rows:
            raise OddCommandError("the stream ends inside a label")
        return self._done

    def _take(self, count: int) -> bytes:
        taken = self._stream[self._at : self._at + count]
        if len(taken) < count:
            raise OddCommandError("the stream ends inside a command")
        self._at += count
        return taken

    def _one(self) -> None:
        start = self._at
        first = self._take(1)
        if first == b"\x0c":
            self._end()
            return
        commands: dict[bytes, Callable[[], None]] = {
            b"\x1b@": self._initialise,
            b"\x1bJ": lambda: self._blank(self._take(1)[0]),
            b"\x1bd": self._feed_lines,
            b"\x1dP": lambda: self._require(self._take(2) == b"\xcb\xcb"),
            b"\x1dL": self._left_margin,
            b"\x1dv": self._raster,
            b"\x1d*": self._define,
            b"\x1d/": self._print_stored,
            b"\x1d(": self._extended,
            b"\x1dr": lambda: self._require(self._take(1)[0] in (1, 2, 49, 50)),
            b"\x1d\x0c": self._end,
            b"\x1dV": self._cut,
        }
        pair = first + self._take(1)
        if pair not in commands:
            raise OddCommandError(f"{self._stream[start : start + 4].hex(' ')} at {start}")
        commands[pair]()

    def _require(self, fine: bool) -> None:
        if not fine:
            raise OddCommandError(f"parameter before {self._at}")

    def _initialise(self) -> None:
        # ESC @ clears the print buffer, the modes and the downloaded bit image.
        self._margin, self._stored, self._qr, self._qr_text = 0, None, {}, b""

    def _feed_lines(self) -> None:
        self._take(1)
        self._end()

    def _left_margin(self) -> None:
        low, high = self._take(2)
        self._margin = low + 256 * high

    def _raster(self) -> None:
        head = self._take(6)
        self._require(head[:2] == b"0\x00")
        wide, high = head[2] + 256 * head[3], head[4] + 256 * head[5]
        self._require(wide >= 1 and 1 <= high <= 255)
        for _ in range(high):
            self._row([byte >> bit & 1 for byte in self._take(wide) for bit in range(7, -1, -1)])

    def _define(self) -> None:
        x, y = self._take(2)
        self._require(x >= 1 and 1 <= y <= 48 and x * y <= 1536)
        data = self._take(x * y * 8)
        self._stored = [
            [data[column * y + row // 8] >> (7 - row % 8) & 1 for column in range(x * 8)]
            for row in range(y * 8)
        ]

    def _print_stored(self) -> None:
        self._require(self._take(1) in (b"\x00", b"0"))
        if self._stored is None:
            raise OddCommandError("GS / without a downloaded bit image")
        for row in self._stored:
            self._row(row)

    def _extended(self) -> None:
        kind, low, high = self._take(3)
        body = self._take(low + 256 * high)
        if kind == ord("H"):
            self._require(len(body) == 6 and body[:2] == b"\x30\x30")
            return
        self._require(kind == ord("k") and body[0] == 49)
        number, rest = body[1], body[2:]
        if number == 65:
            self._require(rest == b"\x32\x00")
        elif number == 67:
            self._require(len(rest) == 1 and 1 <= rest[0] <= 16)
            self._qr["module"] = rest[0]
        elif number == 69:
            self._require(len(rest) == 1 and rest[0] in _LEVELS)
            self._qr["level"] = rest[0]
        elif number == 80:
            self._require(rest[:1] == b"0" and 1 <= len(rest) - 1 <= 7089)
            self._qr_text = rest[1:]
        elif number == 81:
            self._require(rest == b"0" and bool(self._qr_text))
            self._draw()
        else:
            raise OddCommandError(f"GS ( k function {number}")

    def _draw(self) -> None:
        text, level = self._qr_text.decode("ascii"), self._qr["level"]
        mode = util.MODE_ALPHA_NUM if set(text) <= _ALPHANUMERIC else util.MODE_8BIT_BYTE
        code = QRCode(error_correction=_LEVELS[level], border=0)
        code.add_data(util.QRData(self._qr_text, mode=mode))
        code.make(fit=True)
        module, side = self._qr["module"], code.modules_count * self._qr["module"]
        place = len(self._now.rows)
        self._now.codes.append(Code(text, level, self._margin, place, module, side))
        for line in code.get_matrix():
            row = [int(bool(cell)) for cell in line for _ in range(module)]
            for _ in range(module):
                self._row(row)

    def _row(self, ink: list[int]) -> None:
        row = [0] * self._margin + ink
        if any(row[self._width :]):
            raise OddCommandError("ink outside the printable width")
        self._now.rows.append((row + [0] * self._width)[: self._width])

    def _blank(self, count: int) -> None:
        self._now.rows += [[0] * self._width for _ in range(count)]

    def _cut(self) -> None:
        mode = self._take(1)
        self._require(mode in (b"\x00", b"\x01", b"0", b"1", b"A", b"B"))
        if mode in (b"A", b"B"):
            self._take(1)
        self._end()

    def _end(self) -> None:
        if self._now.rows:
            self._done.append(self._now)
            self._now = Printed()
