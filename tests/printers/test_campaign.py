"""Faults at random moments: at most two labels in doubt, none twice on paper, none unaccounted.

Run with -s to see the counts.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.printers.campaign import Tally, one_fault


def campaign(faults: int, folder: Path) -> Tally:
    """Several processes, since a fault is mostly waiting."""
    tally = Tally()
    places = [folder / f"{seed}" for seed in range(faults)]
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        for place, one in zip(places, pool.map(one_fault, range(faults), places), strict=True):
            tally.add(one)
            shutil.rmtree(place)
    print(f"\n{tally.told()}")
    return tally


def judge(tally: Tally, faults: int) -> None:
    assert sum(tally.kinds.values()) == faults
    assert max(tally.in_doubt) <= 2
    assert tally.in_doubt[1] + tally.in_doubt[2] > faults // 5  # it was a campaign
    assert tally.duplicates == 0
    assert tally.unaccounted == 0
    assert tally.confirmed + tally.void == tally.labels


def test_twenty_faults_leave_every_serial_accounted_for(tmp_path: Path) -> None:
    judge(campaign(20, tmp_path), 20)


@pytest.mark.long
def test_a_thousand_faults_leave_every_serial_accounted_for(tmp_path: Path) -> None:
    judge(campaign(1000, tmp_path), 1000)
