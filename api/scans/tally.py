"""Scans added up in memory, a batch at a time, before they reach a file or a database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Standing = Literal["in-force", "void", "invented", "never-issued"]
"""What a scanned serial is: `invented` has wrong check letters, `never-issued` has the right ones
and yet was not issued for this lot."""
Serial = tuple[str, str, int]
"""GTIN-14, station tag, counter."""
LotKey = tuple[str, str]
"""GTIN-14, lot code."""

OFTEN = 50
"""A household opens a page 1 to 5 times. Ten times that is a shop's sample pack, or copies."""
BUSY = 3
"""Mobile data, home and shop are three networks of one buyer on one day."""


class SerialScans(NamedTuple):
    """What one batch adds to one serial; `places` has a bit for each network (`places.SLOTS`)."""

    lot: str
    scans: int
    void: int
    places: int

    @property
    def noted(self) -> int:
        """1 when an inspector might want to look, so that looking reads few rows."""
        return int(self.scans >= OFTEN or self.void > 0 or self.places.bit_count() >= BUSY)


class LotScans(NamedTuple):
    """What one batch adds to one lot. `scans` counts every opening, the other four are parts of it.

    `stopped` counts openings while the lot was recalled.
    """

    scans: int = 0
    invented: int = 0
    never_issued: int = 0
    void: int = 0
    stopped: int = 0


@dataclass(slots=True)
class Batch:
    """Scans of one day (proleptic ordinal, in Vietnam) from one process. `number` grows by one."""

    number: int
    day: int
    size: int = 0
    scans: int = 0
    _serials: dict[Serial, list[int]] = field(default_factory=dict)
    _lots: dict[LotKey, list[int]] = field(default_factory=dict)
    _lot_of: dict[Serial, str] = field(default_factory=dict)

    def add(
        self, serial: Serial, lot: str, place: int, standing: Standing, *, stopped: bool
    ) -> None:
        """Count one opening. A serial with an empty tag is a page of the lot alone."""
        gtin, tag, _ = serial
        key = gtin, lot
        row = self._lots.get(key)
        if row is None:
            row = self._lots[key] = [0, 0, 0, 0, 0]
            self.size += 1
        row[0] += 1
        self.scans += 1
        if stopped:
            row[4] += 1
        if standing == "in-force" or standing == "void":  # noqa: PLR1714  # twice as quick
            if standing == "void":
                row[3] += 1
            if not tag:
                return
            one = self._serials.get(serial)
            if one is None:
                one = self._serials[serial] = [0, 0, 0]
                self._lot_of[serial] = lot
                self.size += 1
            one[0] += 1
            one[2] |= place
            if standing == "void":
                one[1] += 1
        elif standing == "invented":
            row[1] += 1
        else:
            row[2] += 1

    def of(self, serial: Serial) -> int:
        """Scans of one serial in this batch."""
        found = self._serials.get(serial)
        return 0 if found is None else found[0]

    def keys(self) -> Collection[Serial]:
        """The serials in this batch."""
        return self._serials.keys()

    def serials(self) -> list[tuple[Serial, SerialScans]]:
        """Every serial with what is to be added, in the order in which rows are locked."""
        return [
            (serial, SerialScans(self._lot_of[serial], *self._serials[serial]))
            for serial in sorted(self._serials)
        ]

    def lots(self) -> list[tuple[LotKey, LotScans]]:
        """Every lot with what is to be added, in the order in which rows are locked."""
        return [(key, LotScans(*self._lots[key])) for key in sorted(self._lots)]
