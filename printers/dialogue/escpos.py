"""ESC/POS conversation: process ids (T3), GS r (T2), or real-time status alone (T0).

Answers are told apart by their fixed bits as in the public reference's "transmission status
identification": DLE EOT 0xx1xx10, ASB 0xx1xx00 and three of 0xx0xxxx, GS r 0xx0xxxx.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from printers.dialogue.condition import Condition, Fault
from printers.dialogue.process_id import ANSWER_BYTES, ANSWER_HEAD, request_answer, to_number
from printers.dialogue.realtime import RealTimeStatus, is_answer
from printers.errors import AttentionError

_PAPER_SENSOR = b"\x1dr\x01"  # GS r 1, answered when the bytes before it have been worked off
_NEAR_END, _PAPER_END = 0x03, 0x0C
_ASB_BYTES = 4
_LONGEST_PENDING = 4096
WINDOW = 2


class EscposDialogue:
    """`acknowledges` says how labels are confirmed, `asks` whether DLE EOT is answered."""

    ask_every = 0.5

    def __init__(self, acknowledges: Literal["T0", "T2", "T3"], asks: bool) -> None:
        self.window = 0 if acknowledges == "T0" else WINDOW
        self._tier = acknowledges
        self._status = RealTimeStatus() if asks else None
        self._told = Condition()
        self._pending = b""
        self._asked: deque[int] = deque()

    def request(self, number: int) -> bytes:
        """GS ( H for T3, GS r for T2, nothing for T0."""
        if self._tier == "T3":
            return request_answer(number)
        if self._tier == "T2":
            self._asked.append(number)
            return _PAPER_SENSOR
        return b""

    def question(self) -> bytes:
        """DLE EOT 1 to 4, when the printer is known to answer them."""
        return self._status.question() if self._status else b""

    def hear(self, received: bytes, waiting: Sequence[int]) -> list[int]:
        """See Dialogue. Raises AttentionError also when GS r says that there is no paper."""
        self._pending += received
        if len(self._pending) > _LONGEST_PENDING:
            raise self._odd()
        acknowledged: list[int] = []
        while self._pending:
            number, used = self._next()
            if not used:
                break
            self._pending = self._pending[used:]
            if number is not None:
                if waiting[len(acknowledged) : len(acknowledged) + 1] != [number]:
                    raise AttentionError("printer.odd-reply", found=f"id {number}")
                acknowledged.append(number)
        return acknowledged

    @property
    def condition(self) -> Condition:
        """The last whole round of DLE EOT, where it is asked: what GS r and ASB told before it may
        have changed since. Elsewhere what they told."""
        return self._status.condition if self._status else self._told

    def _next(self) -> tuple[int | None, int]:
        """An acknowledged number if any, and how many pending bytes this answer takes (0: more)."""
        head = self._pending[0]
        if head == ANSWER_HEAD[0]:
            if not self._pending.startswith(ANSWER_HEAD[: len(self._pending)]):
                raise self._odd()
            if len(self._pending) < ANSWER_BYTES:
                return None, 0
            number = to_number(self._pending[:ANSWER_BYTES])
            if number is None or self._tier != "T3":
                raise self._odd()
            return number, ANSWER_BYTES
        if self._status and is_answer(head):
            self._status.take(head)
            return None, 1
        if head & 0b1001_0011 == 0b0001_0000:
            return None, self._automatic_status()
        if self._tier == "T2" and self._asked and head & 0b1001_0000 == 0:
            return self._sensor(head), 1
        raise self._odd()

    def _sensor(self, answer: int) -> int:
        if answer & _NEAR_END not in (0, _NEAR_END) or answer & _PAPER_END not in (0, _PAPER_END):
            raise self._odd()
        number = self._asked.popleft()
        paper = not answer & _PAPER_END
        self._told = replace(self._told, paper=paper, paper_low=bool(answer & _NEAR_END))
        if not paper:
            # The label before this answer may have run off the end of the roll.
            raise AttentionError("printer.paper-out")
        return number

    def _automatic_status(self) -> int:
        """ASB: four bytes that some printers send by themselves whenever something changes."""
        if len(self._pending) < _ASB_BYTES:
            if any(byte & 0b1001_0000 for byte in self._pending[1:]):
                raise self._odd()
            return 0
        first, second, third, fourth = self._pending[:_ASB_BYTES]
        if (second | third | fourth) & 0b1001_0000:
            raise self._odd()
        closed = not first & 0x20
        fault: Fault = "broken" if second & 0x20 else "cutter" if second & 0x08 else "none"
        self._told = Condition(
            paper=not third & _PAPER_END,
            cover_closed=closed,
            online=not first & 0x08,
            cool=None if second & 0x40 and not closed else not second & 0x40,
            paper_low=bool(third & _NEAR_END),
            fault=fault,
        )
        return _ASB_BYTES

    def _odd(self) -> AttentionError:
        return AttentionError("printer.odd-reply", found=self._pending[:16].hex(" "))
