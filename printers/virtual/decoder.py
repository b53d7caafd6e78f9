"""The virtual printer's own reading of ESC/POS; shares nothing with the encoder.

A label ends at the first of: form feed (FF or GS FF), a cut (GS V), a tear-off feed (ESC d), or a
process id request (GS ( H), provided that paper has moved since the last end. ESC d and GS V 65/66
feed paper between labels, which is not part of any label.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from printers.virtual import status
from printers.virtual.escpos_lengths import command_length
from printers.virtual.paper import Paper
from printers.virtual.qr_symbol import qr_rows
from printers.virtual.text_line import text_rows

_LINE_ROWS = 30  # line spacing after ESC @ of a 203 dpi printer: 1/6 inch is 33, most use 30
_DOWNLOAD_BYTES = 1536  # x * y of GS *
_TEXT_MOST = 400
_MAX_PENDING = 1_000_000
# Settings that change nothing on this printer.
_WITHOUT_EFFECT = {
    b"\x1b2", b"\x1b3", b"\x1b!", b"\x1b-", b"\x1b=", b"\x1bE", b"\x1bG", b"\x1bM", b"\x1bR",
    b"\x1bS", b"\x1bt", b"\x1b{", b"\x1b ", b"\x1bp", b"\x1d!", b"\x1dB", b"\x1dH", b"\x1dP",
    b"\x1df", b"\x1dh", b"\x1dw", b"\x10\x04", b"\x10\x05", b"\x10\x14",
}  # fmt: skip
_IDENTITY = {65: b"1.0", 66: b"OCOP Ledger", 67: b"virtual", 68: b"0"}


@dataclass(slots=True)
class _Settings:
    """What ESC @ sets back."""

    margin: int = 0
    area: int | None = None
    at: int = 0
    justify: int = 0
    downloaded: list[bytes] = field(default_factory=list)
    qr_module: int = 3
    qr_level: int = 48
    qr_text: bytes = b""


@dataclass(slots=True)
class EscposDecoder:
    """Feeds on command bytes; prints on `paper`, answers through `answer`.

    `state` tells what is wrong with the printer now; `odd` is told each command that is not known.
    """

    paper: Paper
    answer: Callable[[bytes], None]
    state: Callable[[], status.State]
    odd: Callable[[bytes], None]
    automatic: bytes = b""
    _pending: bytes = b""
    _text: bytes = b""
    _set: _Settings = field(default_factory=_Settings)

    def reset(self) -> None:
        """Power or connection lost: what was not understood yet is gone, the label is torn."""
        self._pending = self._text = b""
        self._set = _Settings()
        self.automatic = b""
        self.paper.tear()

    def feed(self, received: bytes) -> None:
        """Take bytes as they arrived."""
        self._pending += received

    def step(self) -> bool:
        """Do one command; False when more bytes are needed."""
        pending = self._pending
        length = command_length(pending)
        if length == 0 or length > len(pending):
            if len(pending) > _MAX_PENDING:
                self._pending = b""
            return False
        self._pending = pending[length:]
        self._do(pending[:length])
        return True

    def real_time(self, stream: bytes) -> bytes:
        """Answer DLE EOT wherever it is in `stream`; return the end that may begin another.

        A real printer looks for it in everything that arrives, raster data not excepted.
        """
        at = stream.find(b"\x10\x04")
        while 0 <= at < len(stream) - 2:
            if answer := status.real_time(stream[at + 2], self.state()):
                self.answer(answer)
            stream = stream[at + 3 :]
            at = stream.find(b"\x10\x04")
        return stream[at:] if at >= 0 else stream[-1:] if stream.endswith(b"\x10") else b""

    def _do(self, c: bytes) -> None:
        if len(c) == 1:
            self._character(c)
            return
        pair, now = c[:2], self._set
        if pair == b"\x1b@":
            self._set, self._text = _Settings(), b""
            self.paper.tear()
        elif pair == b"\x1dv" and c[2:4] in (b"0\x00", b"00"):
            per_row = c[4] + 256 * c[5]
            self._picture([c[at : at + per_row] for at in range(8, len(c), per_row or 1)])
        elif pair == b"\x1bJ":
            self._line()
            self.paper.feed(c[2])
        elif pair == b"\x1dL":
            now.margin = c[2] + 256 * c[3]
        elif pair == b"\x1dW":
            now.area = c[2] + 256 * c[3]
        elif pair == b"\x1b$":
            now.at = c[2] + 256 * c[3]
        elif pair == b"\x1ba" and c[2] % 48 < 3:
            now.justify = c[2] % 48
        elif pair in (b"\x1d\x0c", b"\x1dV", b"\x1bd"):
            self._end(to_gap=pair != b"\x1bd")
        elif pair == b"\x1d*" and 0 < c[2] * c[3] <= _DOWNLOAD_BYTES:
            now.downloaded = _columns_to_rows(c[4:], c[2] * 8, c[3])
        elif pair == b"\x1d/" and c[2] in (0, 48) and now.downloaded:
            self._picture(now.downloaded)
        elif pair == b"\x1d(":
            self._function(c)
        elif pair == b"\x1dr":
            self._told(c, status.in_turn(c[2], self.state()))
        elif pair == b"\x1da":
            self.automatic = status.automatic(self.state()) if c[2] else b""
            if self.automatic:
                self.answer(self.automatic)
        elif pair == b"\x1dI":
            text = _IDENTITY.get(c[2])
            self._told(c, b"_" + text + b"\x00" if text else b"\x02" if c[2] in (1, 49) else b"")
        elif pair not in _WITHOUT_EFFECT:
            self.odd(c)

    def _function(self, c: bytes) -> None:
        if c[2:3] == b"H" and c[5:7] == b"\x30\x30" and len(c) == 11:
            self._end()
            self.answer(b"\x37\x22" + c[7:11] + b"\x00")
            return
        now, function = self._set, c[5:7]
        if c[2:3] != b"k" or c[5:6] != b"1" or len(c) < 8:
            self.odd(c)
        elif function == b"1C" and 1 <= c[7] <= 16:
            now.qr_module = c[7]
        elif function == b"1E" and 48 <= c[7] <= 51:
            now.qr_level = c[7]
        elif function == b"1P" and c[7] == 48:
            now.qr_text = c[8:]
        elif function == b"1Q" and c[7] == 48 and now.qr_text:
            self._picture(rows := qr_rows(now.qr_text, now.qr_level, now.qr_module), len(rows))
        elif function != b"1A":
            self.odd(c)

    def _told(self, command: bytes, answer: bytes) -> None:
        self.answer(answer) if answer else self.odd(command)

    def _picture(self, rows: list[bytes], width: int | None = None) -> None:
        """Print rows at the place that margin, position and justification give."""
        self._line()
        now = self._set
        area = min(now.area or self.paper.width, self.paper.width - now.margin)
        free = area - now.at - (len(rows[0]) * 8 if width is None else width) if rows else 0
        left = now.margin + now.at + max(free, 0) * now.justify // 2
        for row in rows:
            self.paper.put(row, left)
        now.at = 0

    def _character(self, c: bytes) -> None:
        if c == b"\x0c":
            self._end()
        elif c == b"\n":
            if self._text:
                self._line()
            else:
                self.paper.feed(_LINE_ROWS)
        elif c == b"\x18":
            self._text = b""
        elif c[0] >= 0x20 and len(self._text) < _TEXT_MOST:
            self._text += c

    def _line(self) -> None:
        text, self._text = self._text, b""
        if text:
            self._picture(text_rows(text, self.paper.width - self._set.margin, _LINE_ROWS))

    def _end(self, *, to_gap: bool = True) -> None:
        self._line()
        if self.paper.rows_since_label:
            self.paper.end_label(to_gap=to_gap)


def _columns_to_rows(columns: bytes, width: int, tall: int) -> list[bytes]:
    """GS * data, `tall` bytes a column from left to right, as packed rows."""
    rows = []
    for y in range(tall * 8):
        bits = 0
        for x in range(width):
            bits = bits << 1 | columns[x * tall + y // 8] >> (7 - y % 8) & 1
        rows.append(bits.to_bytes(width // 8, "big"))
    return rows
