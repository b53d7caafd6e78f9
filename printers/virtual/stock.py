"""What is loaded into the virtual printer: label stock or a roll."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

DOTS_PER_MM = 8
_GIVEN = re.compile(
    r"(?P<kind>gap|mark):(?P<width>\d{1,3})x(?P<height>\d{1,3})(?:\+(?P<gap>\d{1,2}))?"
    r"|(?P<roll>continuous):(?P<across>\d{1,3})"
)
_USUAL_GAP_MM = 2


@dataclass(frozen=True, slots=True)
class Stock:
    """Millimetres. `height_mm` and `gap_mm` are 0 on a roll without labels."""

    kind: Literal["gap", "continuous", "mark"]
    width_mm: int
    height_mm: int = 0
    gap_mm: int = 0

    @classmethod
    def parse(cls, text: str) -> Stock:
        """From "gap:50x40", "gap:50x40+3" (gap of 3 mm), "mark:50x40", "continuous:58".

        Raises ValueError for anything else.
        """
        found = _GIVEN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r}, expected gap:50x40, mark:50x40 or continuous:58")
        if found["roll"]:
            made = cls("continuous", int(found["across"]))
        else:
            gap = int(found["gap"]) if found["gap"] else _USUAL_GAP_MM
            kind: Literal["gap", "mark"] = "gap" if found["kind"] == "gap" else "mark"
            made = cls(kind, int(found["width"]), int(found["height"]), gap)
        if made.width_mm == 0 or (made.kind != "continuous" and made.height_mm == 0):
            raise ValueError(f"{text!r}, expected at least 1 mm")
        return made

    @property
    def label_rows(self) -> int:
        """Rows of one label, 0 on a roll."""
        return self.height_mm * DOTS_PER_MM

    @property
    def pitch_rows(self) -> int:
        """Rows from the top of one label to the top of the next, 0 on a roll."""
        return (self.height_mm + self.gap_mm) * DOTS_PER_MM if self.height_mm else 0
