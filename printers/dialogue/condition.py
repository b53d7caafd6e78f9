"""What is known of a printer's state. Unknown is None, and never taken or shown as fine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from printers.errors import AttentionError
from printers.sentences import SENTENCES

Fault = Literal["none", "cutter", "jam", "ribbon", "broken", "unnamed"]
_FAULTS: dict[Fault | None, str] = {
    "cutter": "printer.cutter",
    "jam": "printer.jam",
    "ribbon": "printer.ribbon",
    "broken": "printer.broken",
    "unnamed": "printer.fault",
}
# What is said of a fact that is true, false, unknown.
_SAID = {
    "online": ("condition.online-good", "condition.online-bad", "condition.online-unknown"),
    "cover": ("condition.cover-good", "condition.cover-bad", "condition.cover-unknown"),
    "paper": ("condition.paper-good", "condition.paper-bad", "condition.paper-unknown"),
    "roll": ("condition.roll-good", "condition.roll-bad", "condition.roll-unknown"),
    "cool": ("condition.cool-good", "condition.cool-bad", "condition.cool-unknown"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """Each fact is True, False or None (unknown).

    paper         there is paper to print on
    cover_closed  the cover, or the head of a label printer, is closed
    online        the printer accepts data
    cool          it does not wait for its head to cool down
    paper_low     the near-end sensor says that the roll is nearly used up
    fault         an error that a person must clear: "none" when the printer says there is none
    """

    paper: bool | None = None
    cover_closed: bool | None = None
    online: bool | None = None
    cool: bool | None = None
    paper_low: bool | None = None
    fault: Fault | None = None

    def trouble(self) -> AttentionError | None:
        """The first reason why nothing prints now; None when none is KNOWN.

        The order is that in which a person deals with them: an open cover hides whether there is
        paper, and a printer is offline because of any of the others.
        """
        reasons = (
            "printer.cover-open" if self.cover_closed is False else None,
            "printer.paper-out" if self.paper is False else None,
            "printer.hot" if self.cool is False else None,
            _FAULTS.get(self.fault),
            "printer.offline" if self.online is False else None,
        )
        return next((AttentionError(code) for code in reasons if code), None)

    def sentences(self, lang: str) -> list[str]:
        """Everything known and unknown, one sentence each, in Vietnamese (`vi`) or English."""
        facts: tuple[tuple[str, bool | None], ...] = (
            ("online", self.online),
            ("cover", self.cover_closed),
            ("paper", self.paper),
            ("roll", None if self.paper_low is None else not self.paper_low),
            ("cool", self.cool),
        )
        codes = [_SAID[name][2 if value is None else 1 - value] for name, value in facts]
        quiet = "condition.fault-good" if self.fault else "condition.fault-unknown"
        codes.append(_FAULTS.get(self.fault, quiet))
        return [SENTENCES[code]["vi" if lang == "vi" else "en"] for code in codes]
