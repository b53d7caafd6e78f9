"""What the page shows of a virtual printer at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from printers.virtual.paper import NUMBERED
from printers.virtual.server import VirtualPrinter

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """One piece of paper: its file name, its number, whether it was torn off in the middle."""

    name: str
    number: int
    torn: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """`key` changes whenever anything but the pictures does."""

    pictures: tuple[Picture, ...]
    state: frozenset[str]
    printed: int
    printing: bool
    connected: bool
    unknown: int
    log: tuple[str, ...]

    @property
    def key(self) -> str:
        """One short text for all that the panel shows."""
        flags = f"{self.printed} {self.printing:d}{self.connected:d} {self.unknown}"
        return f"{flags} {' '.join(sorted(self.state))}"


def look(printer: VirtualPrinter) -> Seen:
    """The printer now, newest paper first."""
    halted = printer.state() - {"paper-low"}
    return Seen(
        pictures(printer.out_dir),
        printer.state(),
        printer.printed,
        not printer.idle and not halted,
        printer.connected,
        printer.unknown_commands,
        tuple(printer.log)[-5:],
    )


def pictures(folder: Path) -> tuple[Picture, ...]:
    """The newest pieces of paper in `folder`, at most SHOWN."""
    found = [match for one in folder.iterdir() if (match := NUMBERED.fullmatch(one.name))]
    found.sort(key=lambda match: int(match[1]), reverse=True)
    return tuple(Picture(one[0], int(one[1]), bool(one[2])) for one in found[:SHOWN])
