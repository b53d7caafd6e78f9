"""kill -9 of every process of a hub: what was acknowledged is there, once, in one unbroken log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres.cluster import own_cluster
from tests.reliability.kills import kill
from tests.reliability.places import PostgresPlace, sqlite_place

_OF_A_STATION = ("worker", "sequencer", "worker", "projector")
_OF_A_HUB = ("worker", "sequencer", "projector", "database")


def test_50_kills_on_sqlite_lose_nothing_and_double_nothing() -> None:
    kill(sqlite_place(), 50, _OF_A_STATION, seed=1)


@pytest.mark.long
def test_1000_kills_on_sqlite_lose_nothing_and_double_nothing() -> None:
    kill(sqlite_place(), 1_000, _OF_A_STATION, seed=2)


def kill_hub(tmp_path: Path, kills: int, seed: int) -> None:
    """A campaign whose database, too, dies with all its processes and recovers from its log."""
    # After a crash the server syncs its whole folder; all at once is as safe, and six times as quick.
    with own_cluster(recovery_init_sync_method="syncfs") as cluster:
        kill(PostgresPlace(tmp_path, cluster), kills, _OF_A_HUB, seed, cluster)


def test_12_kills_on_postgresql_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    kill_hub(tmp_path, 12, seed=3)


@pytest.mark.long
def test_300_kills_on_postgresql_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    kill_hub(tmp_path, 300, seed=4)
