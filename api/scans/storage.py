"""What scan counts ask of a database: three tables, added to in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from api.scans.tally import Batch, LotKey, LotScans, Serial

DAYS_KEPT = 15
"""Days of place counts that a serial's row holds: four bits a day in one integer."""
_LARGEST = 15


class ScansUnavailable(Exception):
    """The counts cannot be read or written now; the text says why, for a log."""


@dataclass(frozen=True, slots=True)
class SerialCount:
    """What is kept of one serial. Days are proleptic ordinals in Vietnam.

    `places` are the bits of `last_day`; `history` holds, four bits each, how many bits were set on
    the days before it, yesterday lowest.
    """

    serial: Serial
    lot: str
    scans: int
    void: int
    first_day: int
    last_day: int
    places: int
    history: int

    def places_by_day(self) -> dict[int, int]:
        """Day -> least number of networks, for days with any, as far back as they are kept."""
        found = {self.last_day: self.places.bit_count()}
        for back in range(1, DAYS_KEPT + 1):
            found[self.last_day - back] = self.history >> 4 * (back - 1) & _LARGEST
        return {day: places for day, places in found.items() if places}


@dataclass(frozen=True, slots=True)
class LotCount:
    """What is kept of one lot: totals, and the serials worth a look, most scanned first."""

    totals: LotScans
    first_day: int
    last_day: int
    noted: Sequence[SerialCount] = field(default=())


NOTED_AT_MOST = 100
"""Serials of one lot that are looked at; whoever scans more of them makes no page longer."""


class ScanStorage(Protocol):
    """A place for counts. Every method may raise ScansUnavailable and connects anew by itself.

    `quick` says that `counts` is an indexed read in this process, without a network.
    """

    @property
    def quick(self) -> bool: ...

    def add(self, process: bytes, batch: Batch) -> bool:
        """Add a batch in one transaction; False when this very batch was added before."""

    def counts(self, serials: Sequence[Serial]) -> dict[Serial, tuple[int, int]]:
        """(scans, first day) of each serial that was ever scanned."""

    def lot(self, lot: LotKey) -> LotCount | None:
        """Totals of a lot and its noted serials; None when it was never scanned."""

    def day_key(self, day: int, fresh: bytes) -> bytes | None:
        """The one key of a day, `fresh` if it had none; keys of earlier days are destroyed.

        None when a later day has begun elsewhere.
        """

    def close(self) -> None:
        """Close every connection."""
