"""Asking a printer how it is, outside any job."""

from __future__ import annotations

import time

from printers.dialogue.choose import dialogue_for
from printers.dialogue.condition import Condition
from printers.profile import Profile
from printers.transport.base import Transport

_SLICE_SECONDS = 0.1


def inspect(transport: Transport, profile: Profile, seconds: float = 2.0) -> Condition:
    """Open, ask, wait at most `seconds` for the answer, close.

    What is not answered stays unknown. Raises TransportError when the printer cannot be reached,
    AttentionError for an odd reply.
    """
    transport.open()
    try:
        dialogue = dialogue_for(profile, transport.can_reply)
        if question := dialogue.question():
            transport.send(question)
            ends = time.monotonic() + seconds
            while dialogue.condition == Condition() and time.monotonic() < ends:
                dialogue.hear(transport.receive(_SLICE_SECONDS), ())
        return dialogue.condition
    finally:
        transport.close()
