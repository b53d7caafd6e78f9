"""Fair timing on a shared machine: CPU time, interleaved runs, medians, ratios to a floor."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median

ROUNDS = 5


class Stopwatch:
    """CPU seconds of this process and wall seconds, of one thing done again and again."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.wall: list[float] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure the block as one run."""
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.cpu.append(time.process_time() - cpu)
        self.wall.append(time.perf_counter() - wall)

    def rate(self, count: int) -> float:
        """Things a second by the wall clock, when a run does `count`: of the median run."""
        return count / median(self.wall)


def ratio(floor: Sequence[float], measured: Sequence[float]) -> float:
    """How much of the floor's speed is kept: the median over pairs of runs side by side."""
    return median(one / other for one, other in zip(floor, measured, strict=True))


def interleaved(*jobs: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Median CPU seconds of each job, run in turn A B C A B C so that drift hits all alike."""
    taken: list[list[float]] = [[] for _ in jobs]
    for _ in range(rounds):
        for job, times in zip(jobs, taken, strict=True):
            started = time.process_time()
            job()
            times.append(time.process_time() - started)
    return [median(times) for times in taken]
