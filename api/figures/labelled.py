"""Labels of lots by their newest outcome, counted in ranges: a million labels cost no more than ten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

Range = tuple[str, int, int]
Mark = tuple[str, int, int, str]
_STATES: Final = ("printed", "void")


@dataclass(slots=True)
class Labels:
    """Labels issued, those of them known to be printed, void, in doubt, and without an outcome yet."""

    issued: int = 0
    printed: int = 0
    void: int = 0
    doubted: int = 0

    @property
    def waiting(self) -> int:
        """Issued, and nobody has said yet what became of them."""
        return self.issued - self.printed - self.void - self.doubted

    def add(self, other: Labels) -> None:
        """Take in another lot's labels."""
        self.issued += other.issued
        self.printed += other.printed
        self.void += other.void
        self.doubted += other.doubted


def labels_of(ranges: Iterable[Range], marks: Sequence[Mark]) -> Labels:
    """Count one lot. `marks` in the order of the ledger: the newest of a serial counts, void stays."""
    found = Labels()
    for tag, first, last in ranges:
        found.issued += last - first + 1
        own = [one for one in marks if one[0] == tag and one[1] <= last and one[2] >= first]
        cuts = {first, last + 1}
        for _, start, stop, _ in own:
            cuts |= {max(start, first), min(stop, last) + 1}
        edges = sorted(cuts)
        for here, there in pairwise(edges):
            states = [one[3] for one in own if one[1] <= here <= one[2]]
            if "void" in states:
                found.void += there - here
            elif states:
                found.printed += there - here
    return found
