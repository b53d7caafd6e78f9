"""The virtual printer's own reading of TSPL (public TSPL/TSPL2 programming manual).

Commands are lines ended by LF, CR before it allowed; BITMAP and DOWNLOAD carry bytes of a length
that the line says. A dot of BITMAP prints where its bit is 0. <ESC>! commands are acted on the
moment they arrive. A label is on paper when PRINT has been worked off.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from printers.virtual import status
from printers.virtual.paper import Paper
from printers.virtual.tspl_canvas import Canvas, picture

_MM = 8.0
_UNITS = {"MM": _MM, "DOT": 1.0, "": 25.4 * _MM}  # without a unit: inches
_LENGTH = re.compile(rb"\s*(-?\d+(?:\.\d+)?)\s*(mm|dot)?\s*", re.I)
_BITMAP = re.compile(rb"BITMAP +(-?\d+) *, *(-?\d+) *, *(\d+) *, *(\d+) *, *([012]) *,", re.I)
_DOWNLOAD = re.compile(rb'DOWNLOAD +(?:[EFR] *, *)?"([^"\r\n]{1,32})" *, *(\d+) *,', re.I)
_PUT = re.compile(rb'PUT(?:BMP|PCX) +(-?\d+) *, *(-?\d+) *, *"([^"]+)".*', re.I)
_MAX_LINE = 4096
_MAX_BYTES = 4_000_000
_MAX_ROWS = 8192
_MAX_COPIES = 1000
_WITHOUT_EFFECT = {
    b"SPEED", b"DENSITY", b"SET", b"SOUND", b"BEEP", b"OFFSET", b"SHIFT", b"CODEPAGE", b"COUNTRY",
    b"BACKFEED", b"CUT", b"LIMITFEED", b"GAPDETECT", b"BLINEDETECT", b"RIBBON",
}  # fmt: skip


@dataclass(slots=True)
class TsplDecoder:
    """Feeds on command bytes; prints on `paper`, answers through `answer`.

    `state` tells what is wrong with the printer now; `odd` is told each line that is not known;
    `restart` empties the receive buffer (<ESC>!R).
    """

    paper: Paper
    answer: Callable[[bytes], None]
    state: Callable[[], status.State]
    odd: Callable[[bytes], None]
    restart: Callable[[], None]
    automatic: bytes = b""
    _pending: bytes = b""
    _restarted: bool = False
    _printing: bool = False
    _rows: int = 0
    _gap_rows: int = 0
    _origin: tuple[int, int] = (0, 0)
    _mirror: bool = False
    _canvas: Canvas = field(default_factory=lambda: Canvas(0, 0))
    _files: dict[bytes, bytes] = field(default_factory=dict)

    def reset(self) -> None:
        """Power or connection lost: what was not understood yet is gone, the label is torn."""
        self._pending = b""
        self._printing = False
        self.paper.tear()

    def feed(self, received: bytes) -> None:
        """Take bytes as they arrived."""
        self._pending += received

    def real_time(self, stream: bytes) -> bytes:
        """<ESC>!? state, <ESC>!S the longer state, <ESC>!R restart; anywhere in the stream."""
        at = stream.find(b"\x1b!")
        while 0 <= at < len(stream) - 2:
            asked = stream[at + 2 : at + 3]
            if asked == b"?":
                self.answer(status.tspl_byte(self.state(), self._printing))
            elif asked == b"S":
                self.answer(status.tspl_long(self.state(), self._printing))
            elif asked == b"R":
                self.restart()
                self._restarted = True
            stream = stream[at + 3 :]
            at = stream.find(b"\x1b!")
        return stream[at:] if at >= 0 else stream[-1:] if stream.endswith(b"\x1b") else b""

    def step(self) -> bool:
        """Do one command; False when more bytes are needed."""
        if self._restarted:
            self._restarted = False
            self._pending, self._canvas = b"", Canvas(0, 0)
        pending = self._pending.lstrip(b"\r\n\0 ")
        if pending.startswith(b"\x1b!") and len(pending) > 2:
            self._pending = pending[3:]
            return True
        if found := _BITMAP.match(pending):
            x, y, wide, high, mode = (int(part) for part in found.groups())
            return self._with_bytes(
                pending,
                found.end(),
                wide * high,
                lambda raw: self._canvas.put(
                    *self._place(x, y), wide * 8, [_flipped(row) for row in _cut(raw, wide)], mode
                ),
            )
        if found := _DOWNLOAD.match(pending):
            name = found[1].upper()
            return self._with_bytes(
                pending, found.end(), int(found[2]), lambda raw: self._files.update({name: raw})
            )
        end = pending.find(b"\n")
        if end < 0:
            if len(pending) > _MAX_LINE and not pending[:8].upper().startswith(b"DOWNLOAD"):
                self.odd(pending[:32])
                pending = b""
            self._pending = pending
            return False
        self._pending = pending[end + 1 :]
        self._line(pending[:end].strip())
        return True

    def _with_bytes(
        self, pending: bytes, start: int, count: int, do: Callable[[bytes], None]
    ) -> bool:
        if count > _MAX_BYTES:
            self.odd(pending[:start])
            self._pending = pending[start:]
            return True
        if len(pending) < start + count:
            self._pending = pending
            return False
        self._pending = pending[start + count :]
        do(pending[start : start + count])
        return True

    def _place(self, x: int, y: int) -> tuple[int, int]:
        return x + self._origin[0], y + self._origin[1]

    def _line(self, line: bytes) -> None:
        word, _, rest = line.partition(b" ")
        word = word.upper()
        try:
            known = self._do(word, rest, line)
        except (ValueError, OSError):
            known = False
        if not known:
            self.odd(line)

    def _do(self, word: bytes, rest: bytes, line: bytes) -> bool:
        if word == b"SIZE":
            lengths = _lengths(rest)
            self._rows = lengths[1] if len(lengths) > 1 else 0
            self._canvas = Canvas(min(lengths[0], self.paper.width), self._rows)
        elif word in (b"GAP", b"BLINE"):
            self._gap_rows = _lengths(rest)[0]
        elif word == b"REFERENCE":
            x, y = _numbers(rest, 2)
            self._origin = (x, y)
        elif word == b"DIRECTION":
            # 0 or 1 turns the paper; the picture is shown as it is read. A mirror is seen.
            self._mirror = len(parts := rest.split(b",")) > 1 and int(parts[1]) == 1
        elif word == b"CLS":
            self._canvas.clear()
        elif word == b"BAR":
            x, y, wide, high = _numbers(rest, 4)
            black = int("1" * wide, 2) << (-wide % 8) if wide > 0 else 0
            row = black.to_bytes((wide + 7) // 8, "big")
            self._canvas.put(*self._place(x, y), wide, [row] * min(high, _MAX_ROWS), 1)
        elif word in (b"PUTBMP", b"PUTPCX"):
            found = _PUT.fullmatch(line)
            if found is None or found[3].upper() not in self._files:
                return False
            width, rows = picture(self._files[found[3].upper()])
            self._canvas.put(*self._place(int(found[1]), int(found[2])), width, rows, 0)
        elif word == b"PRINT":
            counts = [int(part) for part in rest.split(b",")]
            self._print(counts[0] * (counts[1] if len(counts) > 1 else 1))
        elif word in (b"FORMFEED", b"HOME"):
            self.paper.skip(self._rows + self._gap_rows)
        elif word == b"FEED":
            self.paper.skip(min(int(rest), _MAX_ROWS))
        elif word == b"KILL":
            self._files.pop(rest.strip(b' "').upper(), None)
        else:
            return word in _WITHOUT_EFFECT
        return True

    def _print(self, copies: int) -> None:
        self._printing = True
        for _ in range(min(copies, _MAX_COPIES)):
            for row in self._canvas.rows(self._mirror):
                self.paper.put(row, 0)
            self.paper.skip(self._gap_rows)
            self.paper.end_label(to_gap=False, width=self._canvas.width)
        self._printing = False


def _cut(raw: bytes, wide: int) -> list[bytes]:
    return [raw[at : at + wide] for at in range(0, len(raw), wide)] if wide else []


def _flipped(row: bytes) -> bytes:
    return bytes(255 - byte for byte in row)


def _lengths(text: bytes) -> list[int]:
    """Lengths such as "50 mm,40 mm" in dots."""
    found = []
    for part in text.split(b","):
        match = _LENGTH.fullmatch(part)
        if match is None:
            raise ValueError(part)
        dots = round(float(match[1]) * _UNITS[(match[2] or b"").decode().upper()])
        found.append(max(0, min(dots, _MAX_ROWS)))
    return found


def _numbers(text: bytes, count: int) -> list[int]:
    found = [int(part) for part in text.split(b",")]
    if len(found) != count:
        raise ValueError(text)
    return found
