"""The completeness index: what a change, a proof and a commitment cost, and how that grows.

In milliseconds of a core, but for the making of a whole index.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from bench.ledgers import harvests, hub
from ledger.completeness.map_file import MapFile
from ledger.verify.completeness import GATHERED, Change
from ledger.verify.row_tree import RowTree
from ledger.verify.sparse_map import EMPTY, row_key

Row = tuple[str, str, str]

LOTS = (10_000, 100_000, 1_000_000)
SINGLE, MANY = 200, 20  # times
TOGETHER = 100
STATEMENTS = 2_000
_HEAD = sha256(b"head").hexdigest()


def rows() -> list[Row]:
    """(what, measured, bar) for this theme."""
    return [*(row for lots in LOTS for row in _map(lots)), *_committing()]


def _map(lots: int) -> list[Row]:
    rng = Random(lots)  # which lots are changed
    with TemporaryDirectory(prefix="ocop-bench-") as folder:
        file = MapFile(Path(folder) / "index.db")
        tree = RowTree(file)
        began, busy = time.perf_counter(), time.process_time()
        for first in range(0, lots, GATHERED):
            with file.turn():
                tree.apply(_changes(range(first, min(first + GATHERED, lots))))
        built, busy = time.perf_counter() - began, time.process_time() - busy

        def one_row() -> None:
            with file.turn():
                tree.apply(_changes([rng.randrange(lots)]))

        def hundred_rows() -> None:
            with file.turn():
                tree.apply(_changes(rng.sample(range(lots), TOGETHER)))

        def proposal() -> None:
            with _forgotten(), file.turn():
                RowTree(file, tree.rows, tree.root).apply(
                    _changes(rng.sample(range(lots), TOGETHER))
                )
                raise _Forget

        def proof() -> None:
            with file.glance() as shown:
                row = RowTree(shown, tree.rows, tree.root).row(_name(rng.randrange(lots)))
            hashes.append(sum(one != EMPTY for one in row.path))

        hashes: list[int] = []
        single, hundred = _milliseconds(one_row, SINGLE), _milliseconds(hundred_rows, MANY)
        proposed, proved = _milliseconds(proposal, MANY), _milliseconds(proof, SINGLE)
        on_disk = sum(path.stat().st_size for path in Path(folder).glob("index.db*"))
        file.close()
    return [
        (
            f"index of {lots:,} lots: one row changed",
            f"{single:.2f} ms",
            "grows with the logarithm",
        ),
        (f"index of {lots:,} lots: {TOGETHER} rows changed", f"{hundred:.1f} ms", "-"),
        (
            f"index of {lots:,} lots: {TOGETHER} rows proposed, then forgotten",
            f"{proposed:.1f} ms",
            "-",
        ),
        (
            f"index of {lots:,} lots: proof of a row",
            f"{proved:.2f} ms, {median(hashes):.0f} hashes",
            "-",
        ),
        (
            f"index of {lots:,} lots: made from nothing",
            f"{built:.1f} s ({busy:.1f} s of a core), {on_disk / 1e6:.0f} MB on disk, peak memory {_peak():.0f} MB",
            "<= 180 s" if lots == LOTS[-1] else "-",
        ),
    ]


def _committing() -> list[Row]:
    taken: list[float] = []
    with hub("sqlite") as services:
        services.ledger.submit(harvests(services, 1))
        services.committer.commit()
        for _ in range(SINGLE // MANY):
            raw = harvests(services, TOGETHER)
            services.ledger.submit(raw)
            services.station.log.seal()
            began = time.perf_counter()
            services.committer.commit()
            taken.append(time.perf_counter() - began)
        for _ in range(STATEMENTS // 400):
            services.ledger.submit(harvests(services, 400))
        services.station.log.seal()
        began = time.perf_counter()
        services.index.follow()
        followed = STATEMENTS / (time.perf_counter() - began)
    return [
        (
            f"{TOGETHER} new statements committed to, appended and sealed",
            f"{median(taken) * 1e3:.0f} ms",
            "-",
        ),
        ("statements of a log followed", f"{followed:.0f} statements/s", "-"),
    ]


class _Forget(Exception):
    """What was changed is not kept."""


@contextmanager
def _forgotten() -> Iterator[None]:
    try:
        yield
    except _Forget:
        return


def _name(number: int) -> tuple[str, ...]:
    return "lot", f"HTX-{number % 1000}/cu-dong", f"B-{number}"


def _changes(numbers: list[int] | range) -> dict[bytes, Change]:
    return {row_key(_name(one)): Change(_name(one), 1, _HEAD) for one in numbers}


def _milliseconds(job: Callable[[], None], times: int) -> float:
    """Median milliseconds of a core."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        job()
        taken.append(time.process_time() - began)
    return median(taken) * 1e3


def _peak() -> float:
    """Most memory that this process ever had, in megabytes."""
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
