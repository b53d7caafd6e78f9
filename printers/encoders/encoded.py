"""What an encoder hands to the spool."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Encoded:
    """`prologue` is sent once after each `open()` and before the first label; `payload` is one
    label. The prologue is the same for all labels of one lot, b"" where labels need none."""

    prologue: bytes
    payload: bytes
