"""What the printer needs of a language: ESC/POS and TSPL are read by classes of this shape."""

from __future__ import annotations

from typing import Literal, Protocol

Language = Literal["escpos", "tspl"]


class Reading(Protocol):
    """Bytes in, dots on paper out.

    `automatic` is the state that was last told unasked, b"" when nobody wants it.
    """

    automatic: bytes

    def reset(self) -> None:
        """Power or connection lost: what was not understood yet is gone, the label is torn."""

    def feed(self, received: bytes) -> None:
        """Take bytes as they arrived."""

    def step(self) -> bool:
        """Do one command; False when more bytes are needed."""

    def real_time(self, stream: bytes) -> bytes:
        """Answer what is answered at once; return the end of `stream` that may begin another."""
