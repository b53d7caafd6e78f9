"""What is wrong with the virtual printer at this moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any, Final, Literal

from printers.virtual.faults import Faults

Trouble = Literal["paper-out", "cover-open", "hot", "offline", "jam", "paper-low"]
_AFTER: Final[dict[str, Trouble]] = {
    "paper_out_after": "paper-out",
    "cover_open_after": "cover-open",
    "hot_after": "hot",
    "offline_after": "offline",
    "jam_after": "jam",
    "paper_low_after": "paper-low",
}
_MENDED_BY_REFILL = ("paper_out_after", "cover_open_after", "jam_after", "paper_low_after")
_AT_BYTE = ("drop_at_byte", "die_at_byte", "stall_at_byte")


class Troubles:
    """The armed faults, with marks counted from the start; `printed` tells the labels so far.

    Every change replaces the whole `Faults`, so the threads of the printer need no lock here.
    """

    def __init__(self, faults: Faults, printed: Callable[[], int]) -> None:
        self.faults = faults
        self.stalled = False
        self.taken = 0
        self._printed = printed

    def arm(self, more: Faults, named: frozenset[str]) -> None:
        """Add the `named` faults of `more`, counted from now."""
        changes: dict[str, Any] = {}
        for name in named:
            value = getattr(more, name)
            if value is not None and name in _AFTER:
                value += self._printed()
            elif value is not None and name in _AT_BYTE:
                value += self.taken
            changes[name] = value
        self.faults = replace(self.faults, **changes)

    def refill(self) -> None:
        """Paper is put in, jammed paper taken out, the cover closed."""
        self._disarm(_MENDED_BY_REFILL)

    def mend(self, trouble: Trouble) -> None:
        """One trouble is over."""
        self._disarm([name for name, kind in _AFTER.items() if kind == trouble])

    def _disarm(self, names: Iterable[str]) -> None:
        never: dict[str, Any] = dict.fromkeys(names)
        self.faults = replace(self.faults, **never)

    def clear(self) -> None:
        """Nothing is wrong any more, nothing is armed."""
        self.faults = Faults()
        self.stalled = False

    def now(self) -> frozenset[Trouble]:
        """What is wrong now."""
        printed, faults = self._printed(), self.faults
        return frozenset(
            kind
            for name, kind in _AFTER.items()
            if (mark := getattr(faults, name)) is not None and printed >= mark
        )

    def halted(self) -> bool:
        """Whether nothing is printed now."""
        return self.stalled or bool(self.now() - {"paper-low"})

    def room(self, most: int) -> int:
        """How many bytes may be taken before the next mark."""
        marks = (getattr(self.faults, name) for name in _AT_BYTE)
        ahead = [mark - self.taken for mark in marks if mark is not None and mark > self.taken]
        return int(min([most, *ahead]))

    def take(self, count: int) -> Literal["", "drop", "die"]:
        """Count bytes taken; a stall begins here, a drop or a death is told."""
        self.taken += count
        faults, taken = self.faults, self.taken
        if faults.stall_at_byte is not None and taken >= faults.stall_at_byte:
            self.stalled = True
        if faults.die_at_byte is not None and taken >= faults.die_at_byte:
            return "die"
        if faults.drop_at_byte is not None and taken >= faults.drop_at_byte:
            self.faults = replace(faults, drop_at_byte=None)
            return "drop"
        return ""


def named(faults: dict[str, object]) -> tuple[Faults, frozenset[str]]:
    """Keywords of `VirtualPrinter.trouble` as Faults. Raises TypeError for an unknown name."""
    known = {one.name for one in fields(Faults)}
    if unknown := set(faults) - known:
        raise TypeError(f"unknown fault {sorted(unknown)[0]}, expected one of {sorted(known)}")
    return Faults(**faults), frozenset(faults)  # type: ignore[arg-type]  # checked by name just above
