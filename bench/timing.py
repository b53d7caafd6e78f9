"""Fair timing on a shared machine: CPU time, interleaved runs, medians, ratios to a floor."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

ROUNDS = 5


def interleaved(*jobs: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Median CPU seconds of each job, run in turn A B C A B C so that drift hits all alike."""
    taken: list[list[float]] = [[] for _ in jobs]
    for _ in range(rounds):
        for job, times in zip(jobs, taken, strict=True):
            started = time.process_time()
            job()
            times.append(time.process_time() - started)
    return [median(times) for times in taken]
