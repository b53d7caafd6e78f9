"""Prometheus text: what all processes of a folder counted, and what the ledger says of itself now."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.watching import metrics
from api.watching.counts import Tally
from api.watching.families import FAMILIES
from api.watching.running import Running, RunningFile

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
# Name: (what it means, name of its label or "").
GAUGES: Final[Mapping[str, tuple[str, str]]] = {
    "log_sealed_entries": ("Entries under the newest checkpoint.", ""),
    "views_entries": ("Entries that the read side has taken in.", ""),
    "unsealed_entries": ("Entries recorded and not sealed yet.", ""),
    "unsealed_oldest_seconds": ("How long the oldest unsealed entry has been seen waiting.", ""),
    "unprojected_entries": ("Sealed entries that the read models lack.", ""),
    "views_age_seconds": ("Time since the read models were known to agree; 0 in step.", ""),
    "print_jobs": ("Print jobs: running, ended with a fault.", "state"),
    "spool_labels": ("Labels in the spool.", "state"),
    "scans_pending": ("Scan counts not written yet.", ""),
    "writer_waiting": ("Submissions waiting to be recorded.", ""),
    "database_connections": (
        "Connections of the store: in use, and the most there may be.",
        "state",
    ),
    "standby_up": (
        "1 for a standby that is read from and answers, 0 for one that does not.",
        "standby",
    ),
    "standby_lag_seconds": ("Seconds by which a standby may lag, by its own word.", "standby"),
    "standby_lag_bytes": ("WAL of the primary that a standby has not replayed.", "standby"),
    "cosigned_entries": ("Entries under the newest checkpoint that met the quorum.", ""),
    "witness_entries": ("Entries under the newest checkpoint that a witness co-signed.", "witness"),
    "stations": ("Stations that were heard of: in touch, silent for a day, frozen.", "state"),
    "station_oldest_contact_seconds": ("Since the station longest silent was heard of.", ""),
    "station_forks": ("Stations whose key was seen in two places.", ""),
    "unsent_statements": ("Statements of this station that its hub does not have yet.", ""),
    "station_frozen": ("1 when this station may record nothing more.", ""),
    "hub_contact_seconds": ("Since this station's hub last answered.", ""),
    "processes": ("Processes of this folder that are alive.", "role"),
    "scrape_complete": ("1 when everything could be asked, 0 when something is missing here.", ""),
    "build_info": ("The program that answers this.", "version"),
}
Values = Mapping[str, float]


class _Everything(Collector):
    def __init__(self, tally: Tally | None, gauges: Mapping[str, Values]) -> None:
        self._tally = tally
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        for name, (told, label) in GAUGES.items():
            values = self._gauges.get(name)
            if values is not None:
                gauge = GaugeMetricFamily(f"ocop_{name}", told, labels=[label] if label else [])
                for value, number in sorted(values.items()):
                    gauge.add_metric([value] if label else [], number)
                yield gauge
        if self._tally is None:
            return
        for family in FAMILIES.values():
            if family.buckets is None:
                yield self._counter(family.name, self._tally)
            else:
                yield self._histogram(family.name, self._tally)

    def _counter(self, name: str, tally: Tally) -> Metric:
        family = FAMILIES[name]
        made = CounterMetricFamily(name, family.help, labels=list(family.labels))
        found = {key[1]: value for key, value in tally.counters.items() if key[0] == name}
        if not family.labels:
            found.setdefault((), 0)
        for labels, value in sorted(found.items()):
            made.add_metric(list(labels), value)
        return made

    def _histogram(self, name: str, tally: Tally) -> Metric:
        family = FAMILIES[name]
        bounds = [*map(str, family.buckets or ()), "+Inf"]
        made = HistogramMetricFamily(name, family.help, labels=list(family.labels))
        found = {key[1]: value for key, value in tally.histograms.items() if key[0] == name}
        if not family.labels:
            found.setdefault((), ([0] * len(bounds), 0.0))
        for labels, (counts, total) in sorted(found.items()):
            made.add_metric(
                list(labels), list(zip(bounds, _running_sum(counts), strict=True)), total
            )
        return made


def _running_sum(counts: Iterable[int]) -> Iterator[int]:
    whole = 0
    for one in counts:
        whole += one
        yield whole


def everything(
    file: RunningFile, me: Running | None, asked: Mapping[str, Values], version: str
) -> bytes:
    """The text for one scrape. `asked` are gauges of the ledger as a whole, asked just now.

    When the others' counts cannot be read no count is told, and `scrape_complete` is 0.
    """
    tally: Tally | None = None
    gauges = dict(asked)
    alive: dict[str, float] = {}
    others: list[dict[str, dict[str, float]]] = []
    try:
        tally, others = file.others(me)
        for one in file.alive():
            alive[one.role] = alive.get(one.role, 0) + 1
        tally.add(metrics.COUNTS.snapshot())
    except (sqlite3.Error, OSError, ValueError):
        # This process's counts alone would look like counters that fell: a gap is the truth.
        tally = None
        gauges["scrape_complete"] = {"": 0}
    for said in (*others, metrics.gauges()):
        for name, values in said.items():
            mine = dict(gauges.get(name, {}))
            for value, number in values.items():
                mine[value] = mine.get(value, 0) + number
            gauges[name] = mine
    gauges["processes"] = alive
    gauges["build_info"] = {version: 1}
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Everything(tally, gauges))
    return generate_latest(registry)
