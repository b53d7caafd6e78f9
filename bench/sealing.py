"""Sealing: leaves a second, what it costs those who write meanwhile, and bytes on disk."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import psycopg

from api.bootstrap import Services
from bench.ledgers import harvests, hub
from bench.timing import ROUNDS
from tests.postgres.cluster import shared_cluster

Row = tuple[str, str, str]

LEAVES = 4000
_STORED = (
    "SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = 'ocop'::regnamespace"
)


def rows() -> list[Row]:
    """(what, measured, bar) for this theme."""
    return [row for store in ("sqlite", "postgres") for row in _rows(store)]


def _rows(store: str) -> list[Row]:
    sealing, alone, beside = list[float](), list[float](), list[float]()
    with hub(store) as services:
        for _ in range(ROUNDS):
            _append(services, harvests(services, LEAVES))
            started = time.perf_counter()
            services.station.log.seal()
            sealing.append(LEAVES / (time.perf_counter() - started))
        for _ in range(ROUNDS):
            raw = harvests(services, LEAVES)
            alone.append(_append(services, raw[: LEAVES // 2]))
            with _sequencer(services):
                beside.append(_append(services, raw[LEAVES // 2 :]))
            services.station.log.seal()
        size = services.log.size
        services.station.catch_up()
        stored, views = _stored(services), (services.folder / "views.db").stat().st_size
    return [
        (f"sealing, {store}", f"{median(sealing):.0f} leaves/s", "-"),
        (
            f"writers beside a working sequencer / writers alone, {store}",
            f"{median(beside) / median(alone):.2f}",
            "-",
        ),
        (
            f"bytes a statement on disk, {store}",
            f"{stored / size:.0f} in the ledger, {views / size:.0f} in the read models",
            "-",
        ),
    ]


def _append(services: Services, raw: list[bytes]) -> float:
    """Statements a second in batches of 100."""
    started = time.perf_counter()
    for at in range(0, len(raw), 100):
        services.ledger.submit(raw[at : at + 100])
    return len(raw) / (time.perf_counter() - started)


@contextmanager
def _sequencer(services: Services) -> Iterator[None]:
    """`ocop sequence` in a process of its own, once it has sealed what was there."""
    words = [sys.executable, "-m", "api.commands.main", "sequence", "--dir", str(services.folder)]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while services.store.after(services.store.sealed_position(), 1):
            assert process.poll() is None and time.monotonic() < deadline, "it does not seal"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _stored(services: Services) -> int:
    if services.settings.database is None:
        # With what is not yet checkpointed into the file.
        return sum(path.stat().st_size for path in services.folder.glob("ledger.db*"))
    database = str(psycopg.conninfo.conninfo_to_dict(services.settings.database)["dbname"])
    dsn = shared_cluster().superuser_dsn(database)
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_STORED).fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
