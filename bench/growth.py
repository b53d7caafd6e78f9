"""`make bench-growth`: what a large ledger costs beside a small one, for the same questions.

`python -m bench growth [--dir LEDGERS] [--sizes 10000,1000000]`. Ledgers are made once (a million
statements take some minutes) and kept in the folder for the next time. Every figure is the median of
interleaved runs, small and large in turn; memory of the files is warm in both.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from api.bootstrap import Services
from bench import probes
from bench.growth_ledger import ledger_of, reopened
from bench.ledgers import harvests
from bench.page import cpu_of_requests
from ledger.projections.steering import stories_of
from ledger.projections.stories import Stories
from ledger.verify.bundle import LotBundle

Row = tuple[str, str, str]

ROUNDS = 7
APPENDED = 200
REQUESTS = 300
_BAR = 1.5
_PAGE = "consumer page, CPU us a request"


@dataclass(slots=True)
class _Grown:
    """One ledger under measurement."""

    services: Services
    opening: float
    taken: dict[str, list[float]] = field(default_factory=dict)

    @property
    def stories(self) -> Stories:
        """As the server's reading threads have them."""
        return stories_of(self.services.reading, self.services.tables.connection)

    @property
    def size(self) -> int:
        return self.services.log.size


def main(words: Sequence[str]) -> list[Row]:
    """Make what is missing, measure, and return the table."""
    parser = argparse.ArgumentParser(prog="python -m bench growth")
    parser.add_argument("--dir", type=Path, default=Path("build/bench-ledgers"))
    parser.add_argument("--sizes", default="10000,1000000")
    args = parser.parse_args(words)
    folders = [ledger_of(args.dir, int(size)) for size in args.sizes.split(",")]
    with ExitStack() as stack:
        grown = [_open(stack, folder) for folder in folders]
        for one in grown:
            _check(one)
        for one in grown:
            one.services.station.catch_up()
        for name, job in _JOBS.items():
            _measure(grown, name, [partial(job, one) for one in grown])
        with ExitStack() as servers:
            # Apart: a server seals and projects by itself what was appended.
            served = [servers.enter_context(_served(folder)) for folder in folders]
            _measure(grown, _PAGE, served)
        rows = [_row(name, grown) for name in (*_JOBS, _PAGE)]
        opening = ", ".join(f"{one.opening * 1000:.0f} ms at {one.size:,}" for one in grown)
        rows.append(("growth: opening the ledger", opening, "-"))
    return rows


def _measure(grown: Sequence[_Grown], name: str, jobs: Sequence[Callable[[], float]]) -> None:
    for number in range(ROUNDS + 1):
        for one, job in zip(grown, jobs, strict=True):
            took = job()
            if number:  # the first warms up
                one.taken.setdefault(name, []).append(took)


def _open(stack: ExitStack, folder: Path) -> _Grown:
    services, opening = reopened(folder)
    stack.callback(services.close)
    return _Grown(services, opening)


@contextmanager
def _served(folder: Path) -> Iterator[Callable[[], float]]:
    """CPU microseconds a page, every page another, from a server process."""
    words = [
        sys.executable,
        "-m",
        "api.commands.main",
        "serve",
        "--dir",
        str(folder),
        "--port",
        "0",
    ]
    server = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        line = next(line for line in server.stderr if "http://127.0.0.1:" in line)
        port = int(line.split("http://127.0.0.1:")[1].split(" ")[0])
        serials = (folder / "serials.txt").read_text(encoding="utf-8").split()
        pages = itertools.cycle(
            f"/01/{probes.GTIN}/10/{probes.PAGE_LOT}/21/{serial}?lang={lang}&n={number}"
            for number in range(REQUESTS)
            for lang in ("vi", "en")
            for serial in serials
        )
        yield lambda: cpu_of_requests(server.pid, port, list(itertools.islice(pages, REQUESTS)))
    finally:
        server.terminate()
        server.wait(20)


def _check(one: _Grown) -> None:
    """The same answers in both, and as many as asked for."""
    first, last = probes.trace_ends()
    forward = one.services.tables.descendants(first)
    found = one.services.tables.lot(*last)
    assert found is not None
    assert len(forward) == len(found.facts["ancestors"]) == probes.LOTS - 1
    lot = (probes.GTIN, probes.BUNDLE_LOT)
    bundle: LotBundle = one.services.exporter.bundle(lot)
    about = [entry for entry in bundle.entries if b'"type":"key-' not in entry.entry.payload]
    assert len(about) >= probes.BUNDLED


def _append(one: _Grown) -> float:
    raw = harvests(one.services, APPENDED)
    started = time.process_time()
    for at in range(0, APPENDED, 100):
        one.services.ledger.submit(raw[at : at + 100])
    return (time.process_time() - started) / APPENDED * 1e6


def _seal_and_project(one: _Grown) -> float:
    _append(one)
    started = time.process_time()
    one.services.station.catch_up()
    return (time.process_time() - started) / APPENDED * 1e6


def _forward(one: _Grown) -> float:
    started = time.process_time()
    assert len(one.services.tables.descendants(probes.trace_ends()[0])) == probes.LOTS - 1
    return (time.process_time() - started) * 1000


def _back(one: _Grown) -> float:
    started = time.process_time()
    found = one.stories.walk([probes.trace_ends()[1]], back=True)
    assert len(found) == probes.LOTS - 1
    return (time.process_time() - started) * 1000


def _story(one: _Grown) -> float:
    started = time.process_time()
    found = one.services.tables.lot(*probes.trace_ends()[1])
    assert found is not None and len(found.facts["ancestors"]) == probes.LOTS - 1
    return (time.process_time() - started) * 1000


def _bundle(one: _Grown) -> float:
    started = time.process_time()
    assert one.services.bundle(probes.GTIN, probes.BUNDLE_LOT)
    return (time.process_time() - started) * 1000


_JOBS: dict[str, Callable[[_Grown], float]] = {
    "append in batches of 100, CPU us a statement": _append,
    "sealing and projecting them, CPU us a statement": _seal_and_project,
    "trace forward, 10 levels and 1,000 lots, CPU ms": _forward,
    "trace back, 10 levels and 1,000 lots, CPU ms": _back,
    "a lot of 999 ancestors, its story, CPU ms": _story,
    "bundle of 12 statements, CPU ms": _bundle,
}


def _row(name: str, grown: Sequence[_Grown]) -> Row:
    found = [median(one.taken[name]) for one in grown]
    figures = ", ".join(
        f"{value:.1f} at {one.size:,}" for value, one in zip(found, grown, strict=True)
    )
    return f"growth: {name}", f"{found[-1] / found[0]:.2f} x ({figures})", f"<= {_BAR} x"
