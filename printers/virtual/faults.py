"""Troubles a virtual printer can be told to have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Faults:
    """Each happens once; None means never. Bytes count all that was received since the start.

    paper_out_after   labels printed when the paper ends (until `VirtualPrinter.refill`)
    cover_open_after  labels printed when the cover opens (until refill)
    drop_at_byte      the connection is reset when this many bytes have been taken
    die_at_byte       the printer loses its power: connection and listening end
    stall_at_byte     reading, printing and answering stop, the connection stays
    """

    paper_out_after: int | None = None
    cover_open_after: int | None = None
    drop_at_byte: int | None = None
    die_at_byte: int | None = None
    stall_at_byte: int | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} is {value}, expected 0 or more")
