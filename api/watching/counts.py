"""Counters and histograms of one process: plain numbers under one lock, cheap enough for each page.

The Prometheus library writes them out (`exposition`); it does not keep them, because its own way of
adding several processes up hangs on an environment variable that must be set before its import.
"""

from __future__ import annotations

import json
import threading
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from api.watching.families import FAMILIES, QUICK

Series = tuple[str, tuple[str, ...]]
"""A metric's name and the values of its labels, in the family's order."""


@dataclass(slots=True)
class Tally:
    """Counts at one moment. `histograms` have one count for each bucket and one beyond the last.

    Counts are of observations in that bucket alone, not cumulative.
    """

    counters: dict[Series, float] = field(default_factory=dict)
    histograms: dict[Series, tuple[list[int], float]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Add another process's counts. What was counted in other buckets is left out."""
        for series, value in other.counters.items():
            self.counters[series] = self.counters.get(series, 0) + value
        for series, (counts, total) in other.histograms.items():
            mine, sum_so_far = self.histograms.get(series, ([0] * len(counts), 0.0))
            if len(mine) == len(counts):
                summed = [a + b for a, b in zip(mine, counts, strict=True)]
                self.histograms[series] = summed, sum_so_far + total

    def format(self) -> str:
        """As JSON."""
        counters = [[name, labels, value] for (name, labels), value in self.counters.items()]
        histograms = [
            [name, labels, counts, total]
            for (name, labels), (counts, total) in self.histograms.items()
        ]
        return json.dumps({"counters": counters, "histograms": histograms}, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Tally:
        """Read what `format` wrote; families that this program does not know are left out."""
        found = json.loads(text)
        return cls(
            {
                (name, tuple(labels)): value
                for name, labels, value in found["counters"]
                if name in FAMILIES and len(labels) == len(FAMILIES[name].labels)
            },
            {
                (name, tuple(labels)): (counts, total)
                for name, labels, counts, total in found["histograms"]
                if name in FAMILIES and len(counts) == len(FAMILIES[name].buckets or ()) + 1
            },
        )


def summed(tallies: Iterable[Tally]) -> Tally:
    """All of them added up."""
    whole = Tally()
    for one in tallies:
        whole.add(one)
    return whole


class Counts:
    """The counts of this process, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tally = Tally()

    def add(self, name: str, labels: tuple[str, ...] = (), by: float = 1) -> None:
        """Count `by` more."""
        series = name, labels
        with self._lock:
            counters = self._tally.counters
            counters[series] = counters.get(series, 0) + by

    def observe(self, name: str, value: float, labels: tuple[str, ...] = ()) -> None:
        """Put one value into a histogram."""
        series = name, labels
        buckets = FAMILIES[name].buckets
        assert buckets is not None, name
        at = bisect_left(buckets, value)
        with self._lock:
            self._put(series, at, value, len(buckets) + 1)

    def add_timed(self, counter: Series, histogram: Series, seconds: float) -> None:
        """Count one more and how long it took, at once: for what happens all the time."""
        buckets = QUICK
        at = bisect_left(buckets, seconds)
        with self._lock:
            counters = self._tally.counters
            counters[counter] = counters.get(counter, 0) + 1
            self._put(histogram, at, seconds, len(buckets) + 1)

    def _put(self, series: Series, at: int, value: float, size: int) -> None:
        found = self._tally.histograms.get(series)
        counts, total = ([0] * size, 0.0) if found is None else found
        counts[at] += 1
        self._tally.histograms[series] = counts, total + value

    def snapshot(self) -> Tally:
        """A copy of all counts."""
        with self._lock:
            histograms = {
                series: (list(counts), total)
                for series, (counts, total) in self._tally.histograms.items()
            }
            return Tally(dict(self._tally.counters), histograms)
