"""The account of labels: every serial of a lot in exactly one state, from ledger and spool."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.domain.serials import serial_text
from ledger.projections.views import Views
from printers.spooling.schema import DOUBTED
from printers.spooling.spool import Spool


@dataclass(frozen=True, slots=True)
class LabelAccount:
    """Reads what was issued (ledger), what came out (ledger) and what is under way (spool)."""

    folder: Path
    views: Views
    label_key: bytes
    now_text: Callable[[], str]
    _doubted: dict[str, Any] = field(default_factory=dict)

    def status(self, item: str, lot: str) -> dict[str, int]:
        """Every serial of a lot in exactly one of confirmed, in_doubt, void, waiting."""
        states = Counter(self.states(item, lot).values())
        names = ("confirmed", "in_doubt", "void", "waiting")
        return {"issued": sum(states.values()), **{name: states[name] for name in names}}

    def states(self, item: str, lot: str) -> dict[str, str]:
        """Serial -> state, in the order of issue; true at every instant, from any process.

        What the ledger voided is void. A copy that may be on its way is in doubt, also a reprint
        of a label that the ledger knows as printed; if it did not come out, the first copy stands.
        """
        found = {
            serial_text(self.label_key, item, tag, counter): "waiting"
            for tag, first, last in self.views.label_ranges(item, lot)
            for counter in range(first, last + 1)
        }
        latest: dict[str, tuple[int, str]] = {}
        with self._spool() as spool:
            for job in spool.job_ids(job_prefix(item, lot)):
                for one in spool.labels(job):
                    # Issued after the ranges were read: its state is known all the same.
                    found.setdefault(one.serial, "waiting")
                    if one.attempt >= latest.get(one.serial, (0, ""))[0]:
                        latest[one.serial] = one.attempt, one.state
        for serial, (_, state) in latest.items():
            if state in DOUBTED:
                found[serial] = "in_doubt"
            elif state in {"confirmed", "void"}:
                found[serial] = state
        for tag, first, last, mark in self.views.label_marks(item, lot):
            for counter in range(first, last + 1):
                serial = serial_text(self.label_key, item, tag, counter)
                if serial not in found:
                    continue
                if mark == "void":
                    found[serial] = "void"
                elif found[serial] != "in_doubt":
                    found[serial] = "confirmed"
        return found

    def in_doubt(self, gtin14: str, tag: str, counter: int) -> bool:
        """True when this machine's spool does not know whether the serial came out.

        The spool is read again only when its files have changed, since pages ask for every scan.
        """
        stamp = _stamp(self._spool_files)
        if stamp is None:
            return False
        if self._doubted.get("stamp") != stamp:
            with self._spool() as spool:
                self._doubted.update(stamp=stamp, keys=spool.keys_in_doubt())
        keys: frozenset[str] = self._doubted["keys"]
        if not keys:
            return False
        return f"{gtin14}/{serial_text(self.label_key, gtin14, tag, counter)}" in keys

    @property
    def _spool_files(self) -> tuple[str, str]:
        # Plain text paths: this is asked for every scan of a label.
        return f"{self.folder}/spool.db", f"{self.folder}/spool.db-wal"

    def _spool(self) -> Spool:
        return Spool(self.folder / "spool.db", self.now_text)


def _stamp(paths: tuple[str, str]) -> tuple[int, ...] | None:
    """Modification times of a database and its log; None when there is no database."""
    try:
        main = os.stat(paths[0]).st_mtime_ns  # noqa: PTH116  # Path objects cost ten times as much here
    except OSError:
        return None
    # Asked first: an error for each scan would cost more than both look-ups.
    if not os.access(paths[1], os.F_OK):
        return (main,)
    try:
        return main, os.stat(paths[1]).st_mtime_ns  # noqa: PTH116  # as above
    except OSError:
        return (main,)


def job_prefix(item: str, lot: str) -> str:
    """How the ids of all printing jobs of a lot begin."""
    return f"{item}/{lot}/"


def ranges_of(pairs: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """Serial pairs as range objects, one per tag, at most 200 ranges each."""
    made: list[dict[str, Any]] = []
    for tag in sorted({tag for tag, _ in pairs}):
        runs: list[list[int]] = []
        for counter in sorted(counter for found, counter in pairs if found == tag):
            if runs and counter == runs[-1][1] + 1:
                runs[-1][1] = counter
            else:
                runs.append([counter, counter])
        made += [
            {"tag": tag, "ranges": [{"first": a, "last": b} for a, b in runs[at : at + 200]]}
            for at in range(0, len(runs), 200)
        ]
    return made
