"""DLE EOT 1 to 4: the printer's real-time status, asked in rounds of four (ESC/POS reference).

The four answers look alike, and only their order says which is which. So a round counts only
when it is whole: one lost byte makes the condition unknown instead of turning "paper end" into
another round's "drawer".
"""

from __future__ import annotations

from printers.dialogue.condition import Condition, Fault
from printers.errors import AttentionError

_KINDS = 4
_ROUND = b"".join(b"\x10\x04" + bytes([kind]) for kind in range(1, _KINDS + 1))
# Fixed bits of a DLE EOT answer: 0 and 7 are 0, 1 and 4 are 1.
_MASK, _FIXED = 0b1001_0011, 0b0001_0010
_OFFLINE = 0x08  # n = 1
_COVER_OPEN, _PAPER_STOP, _ERROR = 0x04, 0x20, 0x40  # n = 2
_RECOVERABLE, _CUTTER, _BROKEN, _COOLING = 0x04, 0x08, 0x20, 0x40  # n = 3
_NEAR_END, _PAPER_END = 0x0C, 0x60  # n = 4; two bits each, both or neither
# A printer may be busy for a moment; after this many questions unanswered it is unknown.
_PATIENCE = 3


def is_answer(byte: int) -> bool:
    """True when `byte` has the fixed bits of a DLE EOT answer."""
    return byte & _MASK == _FIXED


class RealTimeStatus:
    """Rounds of questions and the condition that the last whole round gave."""

    def __init__(self) -> None:
        self.condition = Condition()
        self._open = False
        self._unanswered = 0
        self._answers: list[int] = []

    def question(self) -> bytes:
        """The bytes of a round, b"" while the last one is not answered."""
        if self._open:
            self._unanswered += 1
            if self._unanswered >= _PATIENCE:
                self.condition = Condition()
            return b""
        self._open = True
        return _ROUND

    def take(self, answer: int) -> None:
        """One answer byte. Raises AttentionError when nothing was asked."""
        if not self._open:
            raise AttentionError("printer.odd-reply", found=f"{answer:02x}")
        self._answers.append(answer)
        if len(self._answers) == _KINDS:
            answers, self._answers = self._answers, []
            self._open, self._unanswered = False, 0
            self.condition = _read(*answers)


def _read(printer: int, stop: int, error: int, paper: int) -> Condition:
    for pair in (_NEAR_END, _PAPER_END):
        if paper & pair not in (0, pair):
            raise AttentionError("printer.odd-reply", found=f"{paper:02x}")
    closed = not stop & _COVER_OPEN
    return Condition(
        paper=not (stop & _PAPER_STOP or paper & _PAPER_END),
        cover_closed=closed,
        online=not printer & _OFFLINE,
        # Some models count the open cover among the errors they recover from by themselves.
        cool=None if error & _COOLING and not closed else not error & _COOLING,
        paper_low=bool(paper & _NEAR_END),
        fault=_fault(stop, error, closed),
    )


def _fault(stop: int, error: int, closed: bool) -> Fault:
    if error & _BROKEN:
        return "broken"
    if error & _CUTTER:
        return "cutter"
    if error & _RECOVERABLE or (stop & _ERROR and closed and not error & _COOLING):
        return "unnamed"
    return "none"
