"""Read models catching up, beside the library's `ProjectionRunner` writing the same tables.

The runner's projection is given the very same table code, one event at a time as the library has
it. It tracks in memory, which costs nothing, and is measured from its first event to its last.

Most of a statement's cost is working out the facts of its lot, which both pay. So the loops are
also compared with tables of plain rows alone.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, cast

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import Tracking, Transcoder
from eventsourcing.popo import POPOTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

from bench.floors import rows_of
from bench.ledgers import harvests, hub
from bench.timing import ROUNDS
from ledger.projections.concern import Concern
from ledger.projections.projector import Projector
from ledger.projections.schema import dump, open_views
from ledger.recorded import ExactBytes, Recorded, stored_event
from ledger.store.seam import LedgerStore
from ledger.verify.history import Located
from tests.postgres.cluster import PASSWORD, shared_cluster

Row = tuple[str, str, str]

COUNT = 2_000
REBUILT = 10_000
_PAGE = 500
_PATIENCE = 120.0


class _Upstream(Application[str]):
    name = "upstream"

    def construct_transcoder(self) -> Transcoder:
        return ExactBytes()


class _Plain(Projector):
    """The rows of each statement, without the facts of its lots."""

    def _write_lots(self, batch: list[Located], found: list[Concern]) -> None:
        pass


class _OneByOne(Projection[POPOTrackingRecorder]):
    """One event, one transaction: the same rows as ours, by the same code."""

    name = "onebyone"
    # The runner makes the projection itself, from its class.
    connection: sqlite3.Connection
    store: LedgerStore
    kind: type[Projector]
    count: int
    done: threading.Event

    def __init__(self, view: POPOTrackingRecorder) -> None:
        super().__init__(view)
        self._fed = _Fed(self.store)
        self._projector = self.kind(cast(LedgerStore, self._fed), self.connection)
        self.started = self.ended = 0.0

    def process_event(self, domain_event: Recorded, tracking: Tracking) -> None:
        self.started = self.started or time.perf_counter()
        self._fed.next = domain_event.entry
        self._projector.catch_up()
        self.view.insert_tracking(tracking)
        self._fed.at += 1
        if self._fed.at == self.count:
            self.ended = time.perf_counter()
            self.done.set()


class _Fed:
    """A store whose newest sealed entry is the event in hand; what is older is asked of the store."""

    def __init__(self, store: LedgerStore) -> None:
        self._store = store
        self.at = 0
        self.next = b""

    def size(self) -> int:
        return self.at + 1

    def sealed(self, first: int, limit: int) -> list[tuple[int, bytes]]:
        return [(first, self.next)] if first == self.at and limit else []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def rows() -> list[Row]:
    """(what, measured, bar) for this theme."""
    with hub("postgres") as services, tempfile.TemporaryDirectory() as made:
        services.ledger.submit(harvests(services, COUNT))
        services.station.catch_up()
        entries = [raw for _, raw in services.store.sealed(0, COUNT * 2)]
        environment = _recorded_by_the_library(entries)
        all_tables = _compared(Projector, services.store, Path(made), environment, len(entries))
        plain = _compared(_Plain, services.store, Path(made), environment, len(entries))
    ours, full, normal = all_tables
    return [
        (
            "projections catching up / library's ProjectionRunner with its durable views",
            f"{ours / full:.1f} x",
            ">= 10 x",
        ),
        (
            "the same / ProjectionRunner with views as relaxed as ours",
            f"{ours / normal:.1f} x",
            "beside",
        ),
        (
            "the loops alone, plain rows: ours / ProjectionRunner",
            f"{plain[0] / plain[1]:.1f} x durable, {plain[0] / plain[2]:.1f} x as relaxed as ours",
            "beside",
        ),
        (
            "projections catching up, statements/s",
            f"{ours:.0f}, plain rows {plain[0]:.0f}; ProjectionRunner {full:.0f} "
            f"and {plain[1]:.0f}, relaxed {normal:.0f} and {plain[2]:.0f}",
            "-",
        ),
        _rebuild(),
    ]


def _compared(
    kind: type[Projector],
    store: LedgerStore,
    folder: Path,
    environment: dict[str, str],
    count: int,
) -> tuple[float, float, float]:
    """Statements a second: our loop, the library's with durable tables, and with relaxed ones."""
    ours, full, normal = list[float](), list[float](), list[float]()
    for number in range(ROUNDS):
        name = f"{kind.__name__}.{number}"
        connection = open_views(folder / f"{name}.ours")
        started = time.perf_counter()
        kind(store, connection).catch_up()
        ours.append(count / (time.perf_counter() - started))
        expected = dump(connection)
        connection.close()
        for durability, found in (("FULL", full), ("NORMAL", normal)):
            connection = open_views(folder / f"{name}.{durability}")
            connection.execute(f"PRAGMA synchronous={durability}")
            found.append(_run_library(kind, environment, store, connection, count))
            assert dump(connection) == expected
            connection.close()
    return median(ours), median(full), median(normal)


def _rebuild() -> Row:
    with hub("sqlite") as services:
        raw = harvests(services, REBUILT)
        for at in range(0, REBUILT, 400):
            services.ledger.submit(raw[at : at + 400])
        services.station.catch_up()
        started = time.perf_counter()
        size = services.projector.rebuild()
        took = time.perf_counter() - started
    return f"rebuild of {size:,} statements, SQLite", f"{size / took:.0f} statements/s", "-"


def _recorded_by_the_library(entries: Sequence[bytes]) -> dict[str, str]:
    """The same events in the library's own PostgreSQL tables; returns the settings to reach them."""
    address = psycopg.conninfo.conninfo_to_dict(shared_cluster().fresh_database())
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "ONEBYONE_PERSISTENCE_MODULE": "eventsourcing.popo",
        "ORIGINATOR_ID_TYPE": "text",
        "POSTGRES_DBNAME": str(address["dbname"]),
        "POSTGRES_HOST": str(address["host"]),
        "POSTGRES_PORT": str(address["port"]),
        "POSTGRES_USER": str(address["user"]),
        "POSTGRES_PASSWORD": PASSWORD,
    }
    upstream = _Upstream(environment)
    try:
        for at in range(0, len(entries), 100):
            rows = rows_of(entries[at : at + 100])
            upstream.recorder.insert_events([stored_event(*row) for row in rows])
    finally:
        upstream.close()
    return environment


def _run_library(
    kind: type[Projector],
    environment: dict[str, str],
    store: LedgerStore,
    connection: sqlite3.Connection,
    count: int,
) -> float:
    """Events a second of the library's runner."""
    _OneByOne.connection, _OneByOne.store = connection, store
    _OneByOne.kind, _OneByOne.count = kind, count
    _OneByOne.done = threading.Event()
    with ProjectionRunner[_Upstream, POPOTrackingRecorder](
        application_class=_Upstream,
        projection_class=_OneByOne,
        view_class=POPOTrackingRecorder,
        env=environment,
    ) as runner:
        deadline = time.monotonic() + _PATIENCE
        while not _OneByOne.done.wait(0.1):
            if runner.is_interrupted.is_set() or time.monotonic() > deadline:
                break  # what went wrong is raised at the end of the block
        projection = cast(_OneByOne, runner.projection)
    assert _OneByOne.done.is_set(), "the library's runner did not come to the end"
    return count / (projection.ended - projection.started)


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
