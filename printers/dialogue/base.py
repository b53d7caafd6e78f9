"""What the spool's worker asks of a printer, whatever language the printer speaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from printers.dialogue.condition import Condition


class Dialogue(Protocol):
    """The questions and answers of ONE connection: make a new one after each `open()`.

    window     labels that may be un-acknowledged at a time; 0: this printer confirms nothing, so
               every label that left stays in doubt until a person looks
    ask_every  seconds between two questions while waiting
    """

    @property
    def window(self) -> int:
        """See above."""

    @property
    def ask_every(self) -> float:
        """See above."""

    def request(self, number: int) -> bytes:
        """Bytes to append to the payload of label `number`; called once, before it is sent."""

    def question(self) -> bytes:
        """Bytes that ask for the state now, to be sent at once and only between labels.

        b"" when the printer cannot be asked, or while the last question is still unanswered.
        """

    def hear(self, received: bytes, waiting: Sequence[int]) -> list[int]:
        """Take what arrived; the numbers of `waiting` (oldest first) now acknowledged, in order.

        Raises AttentionError `printer.odd-reply` for bytes that are no answer to anything asked,
        and for an acknowledgement out of turn: nothing after it can be trusted.
        """

    @property
    def condition(self) -> Condition:
        """What is known of the printer now; unknown where nothing was answered."""
