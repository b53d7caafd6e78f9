"""TSPL conversation: <ESC>!? gives one byte at any time (tier T1).

The byte says what the printer does now, not which label is done. So a label counts as printed only
when the printer was seen printing after the label had been sent, and then ready, without trouble
in between; one label at a time. A label that nobody saw being printed stays in doubt.
"""

from __future__ import annotations

from collections.abc import Sequence

from printers.dialogue.condition import Condition, Fault
from printers.errors import AttentionError

_ASK = b"\x1b!?"
_READY, _PRINTING = 0x00, 0x20
_HEAD_OPEN, _JAM, _NO_PAPER, _NO_RIBBON, _PAUSED = 0x01, 0x02, 0x04, 0x08, 0x10
# What bits 6 and 7 mean differs between manuals (cover, temperature, "other error").
_COVER, _OTHER = 0x40, 0x80
_PATIENCE = 20


class TsplDialogue:
    """`acknowledges`: watch for printing, then ready; otherwise the state is only shown."""

    # A 40 mm label takes 0.27 s at 150 mm/s, and must not be missed.
    ask_every = 0.05

    def __init__(self, acknowledges: bool) -> None:
        self.window = 1 if acknowledges else 0
        self.condition = Condition()
        self._asking = False
        self._unanswered = 0
        self._stale = False
        self._seen_printing = False
        self._spoilt = False

    def request(self, number: int) -> bytes:  # noqa: ARG002 - the interface names it
        """Nothing is appended; from here on the printer is watched for this label."""
        self._stale = self._asking
        self._seen_printing = self._spoilt = False
        return b""

    def question(self) -> bytes:
        """<ESC>!?, b"" while the last one is unanswered."""
        if self._asking:
            self._unanswered += 1
            if self._unanswered >= _PATIENCE:
                self.condition = Condition()
            return b""
        self._asking = True
        return _ASK

    def hear(self, received: bytes, waiting: Sequence[int]) -> list[int]:
        """See Dialogue."""
        acknowledged: list[int] = []
        for state in received:
            if not self._asking:
                raise AttentionError("printer.odd-reply", found=received[:16].hex(" "))
            self._asking, self._unanswered = False, 0
            self.condition = _read(state)
            # The answer to a question from before the label says nothing about it.
            stale, self._stale = self._stale, False
            if not stale and waiting and not acknowledged and self._watched(state):
                acknowledged.append(waiting[0])
        return acknowledged

    def _watched(self, state: int) -> bool:
        if state == _PRINTING:
            self._seen_printing = True
        elif state != _READY:
            self._spoilt = True
        elif self._seen_printing and not self._spoilt and self.window:
            self._seen_printing = False
            return True
        return False


def _read(state: int) -> Condition:
    fault: Fault = "none"
    if state & _JAM:
        fault = "jam"
    elif state & _NO_RIBBON:
        fault = "ribbon"
    elif state & _OTHER:
        fault = "unnamed"
    return Condition(
        paper=not state & _NO_PAPER,
        cover_closed=not state & (_HEAD_OPEN | _COVER),
        online=not state & _PAUSED,
        cool=None,
        paper_low=None,
        fault=fault,
    )
