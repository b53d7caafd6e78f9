"""Reading what a printer answers: acknowledgements and status, anything else is unknown."""

from __future__ import annotations

from printers.encoders.escpos import ACKNOWLEDGEMENT_BYTES
from printers.errors import AttentionError

ASK_STATUS = b"\x10\x04\x02"  # DLE EOT 2: cause of being offline
_ACK_HEAD = b"\x37\x22"
# Fixed bits of a DLE EOT status byte: 0 and 7 are 0, 1 and 4 are 1.
_STATUS_MASK, _STATUS_FIXED = 0b1001_0011, 0b0001_0010
_COVER_OPEN, _PAPER_END, _FAULT = 0b0000_0100, 0b0010_0000, 0b0100_0000
_LONGEST_PENDING = 4096


class ReplyReader:
    """Collects reply bytes. `next_acknowledged()` gives process ids one by one.

    Raises AttentionError for a status that says why the printer stopped, and for any byte
    that is neither acknowledgement nor status: an odd reply is unknown, never fine.
    """

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, received: bytes) -> None:
        """Add bytes as they arrived."""
        self._pending += received
        if len(self._pending) > _LONGEST_PENDING:
            raise AttentionError("printer.odd-reply", found=self._pending[:16].hex(" "))

    def next_acknowledged(self) -> int | None:
        """The next acknowledged number, or None when more bytes are needed."""
        while self._pending:
            head = self._pending[0]
            if head & _STATUS_MASK == _STATUS_FIXED:
                self._pending = self._pending[1:]
                _judge(head)
                continue
            if not self._pending.startswith(_ACK_HEAD[: len(self._pending)]):
                raise AttentionError("printer.odd-reply", found=self._pending[:16].hex(" "))
            if len(self._pending) < ACKNOWLEDGEMENT_BYTES:
                return None
            answer = self._pending[:ACKNOWLEDGEMENT_BYTES]
            self._pending = self._pending[ACKNOWLEDGEMENT_BYTES:]
            digits = answer[2:6]
            if answer[6] != 0 or any(not 32 <= d <= 126 for d in digits):
                raise AttentionError("printer.odd-reply", found=answer.hex(" "))
            number = 0
            for digit in digits:
                number = number * 95 + digit - 32
            return number
        return None


def _judge(status: int) -> None:
    if status & _PAPER_END:
        raise AttentionError("printer.paper-out")
    if status & _COVER_OPEN:
        raise AttentionError("printer.cover-open")
    if status & _FAULT:
        raise AttentionError("printer.fault")
