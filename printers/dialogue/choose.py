"""Which conversation a printer's profile and its way allow."""

from __future__ import annotations

from printers.dialogue.base import Dialogue
from printers.dialogue.escpos import EscposDialogue
from printers.dialogue.silent import SilentDialogue
from printers.dialogue.tspl import TsplDialogue
from printers.profile import Profile


def dialogue_for(profile: Profile, can_reply: bool) -> Dialogue:
    """A new conversation for one connection; `can_reply` is the transport's.

    Only what the profile knows is used: an unknown tier is T0, and a printer not known to answer
    status questions is not asked.
    """
    asks = profile.realtime_status is True
    if not can_reply:
        return SilentDialogue()
    if profile.language == "tspl" and asks:
        return TsplDialogue(profile.status_tier == "T1")
    if profile.language == "escpos" and (asks or profile.status_tier != "T0"):
        tier = profile.status_tier
        return EscposDialogue("T0" if tier == "T1" else tier, asks)
    return SilentDialogue()
