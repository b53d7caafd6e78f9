"""The virtual printer's own reading of ESC/POS; shares nothing with the encoder.

A label ends at the first of: form feed (FF or GS FF), a cut (GS V), a tear-off feed (ESC d), or a
process id request (GS ( H), provided that paper has moved since the last end. ESC d and GS V 65/66
feed paper between labels, which is not part of any label.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from printers.virtual.paper import Paper

_MAX_PENDING = 1_000_000


@dataclass(slots=True)
class Decoder:
    """Feeds on command bytes; prints on `paper`, answers through `answer`."""

    paper: Paper
    answer: Callable[[bytes], None]
    _pending: bytes = b""
    _left: int = 0

    def reset(self) -> None:
        """Power or connection lost: what was not understood yet is gone, the label is torn."""
        self._pending = b""
        self._left = 0
        self.paper.tear()

    def feed(self, received: bytes) -> None:
        """Take bytes as they arrived."""
        self._pending += received

    def step(self) -> bool:
        """Do one command; False when more bytes are needed."""
        pending = self._pending
        length = self._length(pending)
        if length == 0 or length > len(pending):
            if len(pending) > _MAX_PENDING:
                self._pending = b""
            return False
        self._pending = pending[length:]
        self._do(pending[:length])
        return True

    @staticmethod
    def _length(b: bytes) -> int:
        """Bytes of the command at the start of `b`, 0 when not yet known."""
        if not b:
            return 0
        if b[0] not in (0x10, 0x1B, 0x1D):
            return 1
        if len(b) < 2:
            return 0
        pair = b[:2]
        if pair == b"\x1dv":
            return 8 + (b[4] + 256 * b[5]) * (b[6] + 256 * b[7]) if len(b) >= 8 else 0
        if pair == b"\x1d(":
            return 5 + b[3] + 256 * b[4] if len(b) >= 5 else 0
        if pair == b"\x1dV":
            if len(b) < 3:
                return 0
            return 4 if b[2] in (65, 66) else 3
        sizes = {
            b"\x1b@": 2,
            b"\x1d\x0c": 2,
            b"\x1bJ": 3,
            b"\x1bd": 3,
            b"\x10\x04": 3,
            b"\x1dr": 3,
            b"\x1dL": 4,
            b"\x1dP": 4,
            b"\x1b$": 4,
        }
        return sizes.get(pair, 2)

    def _do(self, c: bytes) -> None:
        pair = c[:2]
        if pair == b"\x1b@":
            self._left = 0
            self.paper.tear()
        elif pair == b"\x1dv":
            per_row = c[4] + 256 * c[5]
            for at in range(8, len(c), per_row):
                self.paper.put(c[at : at + per_row], self._left)
        elif pair == b"\x1bJ":
            self.paper.feed(c[2])
        elif pair in (b"\x1dL", b"\x1b$"):
            self._left = c[2] + 256 * c[3]
        elif c == b"\x0c" or pair in (b"\x1d\x0c", b"\x1dV", b"\x1bd"):
            self._end()
        elif c[:3] == b"\x1d(H" and c[5:7] == b"\x30\x30" and len(c) == 11:
            self._end()
            self.answer(b"\x37\x22" + c[7:11] + b"\x00")
        elif pair == b"\x1dr":
            self.answer(b"\x00")

    def _end(self) -> None:
        if self.paper.rows_since_label:
            self.paper.end_label()
