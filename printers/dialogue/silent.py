"""No conversation at all: a write-only printer, a file, or a way that cannot answer (tier T0)."""

from __future__ import annotations

from collections.abc import Sequence

from printers.dialogue.condition import Condition


class SilentDialogue:
    """Asks nothing and knows nothing, so every label that left stays in doubt."""

    window = 0
    ask_every = 0.5
    condition = Condition()

    def request(self, number: int) -> bytes:  # noqa: ARG002 - the interface names it
        """Nothing."""
        return b""

    def question(self) -> bytes:
        """Nothing."""
        return b""

    def hear(self, received: bytes, waiting: Sequence[int]) -> list[int]:  # noqa: ARG002
        """Nothing was asked, so whatever arrives confirms nothing and changes nothing known."""
        return []
