"""How old pages may be: what is written beside the read models, and what is made of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from api.background.heartbeat import FILE, Freshness, Heartbeat, Trouble, confirmed_at

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


class Clocks:
    """A wall clock and a steady one, moved by hand."""

    def __init__(self) -> None:
        self.wall = NOON
        self.steady = 100.0

    def now(self) -> dt.datetime:
        return self.wall

    def ticks(self) -> float:
        return self.steady

    def on(self, seconds: float) -> None:
        self.wall += dt.timedelta(seconds=seconds)
        self.steady += seconds


def freshness(folder: Path, clocks: Clocks) -> Freshness:
    return Freshness(folder, clocks.now, None, clocks.ticks)


def test_a_heartbeat_is_read_as_it_was_written(tmp_path: Path) -> None:
    beat = Heartbeat(NOON, NOON + dt.timedelta(seconds=3), 17, Trouble("stuck", "kẹt"))
    beat.write(tmp_path)
    assert Heartbeat.read(tmp_path) == beat
    assert confirmed_at(tmp_path) == NOON
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_no_heartbeat_and_a_spoilt_one_are_none(tmp_path: Path) -> None:
    assert Heartbeat.read(tmp_path) is None
    for spoilt in ("", "[1]", '{"a": 1}', '["x", "y", 1, null]', "[null, null, null, null]"):
        (tmp_path / FILE).write_text(spoilt)
        assert Heartbeat.read(tmp_path) is None, spoilt
        assert confirmed_at(tmp_path) is None


def test_up_to_five_seconds_count_as_in_step(tmp_path: Path) -> None:
    clocks = Clocks()
    age = freshness(tmp_path, clocks)
    Heartbeat(clocks.now(), clocks.now(), 1).write(tmp_path)
    assert age.age() is None
    clocks.on(5)
    assert age.age() is None
    clocks.on(1.5)
    assert age.age() == 6.5


def test_the_file_is_looked_at_once_a_second_at_most(tmp_path: Path) -> None:
    clocks = Clocks()
    age = freshness(tmp_path, clocks)
    Heartbeat(clocks.now() - dt.timedelta(seconds=60), clocks.now(), 1).write(tmp_path)
    assert age.age() == 60
    Heartbeat(clocks.now(), clocks.now(), 1).write(tmp_path)
    clocks.on(0.9)
    assert age.age() == 60
    clocks.on(0.2)
    assert age.age() is None


def test_without_a_heartbeat_the_age_is_that_of_the_process(tmp_path: Path) -> None:
    clocks = Clocks()
    age = freshness(tmp_path, clocks)
    assert age.age() is None
    clocks.on(30)
    assert age.age() == 30


def test_a_ledger_on_this_machine_is_asked_itself(tmp_path: Path) -> None:
    clocks, agrees = Clocks(), [True]
    age = Freshness(tmp_path, clocks.now, lambda: agrees[0], clocks.ticks)
    Heartbeat(clocks.now() - dt.timedelta(days=1), clocks.now(), 1).write(tmp_path)
    assert age.age() is None
    agrees[0] = False
    clocks.on(2)
    assert age.age() == 86_402


def test_a_clock_that_was_set_back_makes_nothing_old(tmp_path: Path) -> None:
    clocks = Clocks()
    Heartbeat(clocks.now(), clocks.now(), 1).write(tmp_path)
    clocks.wall -= dt.timedelta(hours=24)
    assert freshness(tmp_path, clocks).age() is None


def test_after_the_clock_was_set_back_a_heartbeat_that_stops_still_grows_old(
    tmp_path: Path,
) -> None:
    clocks = Clocks()
    age = freshness(tmp_path, clocks)
    Heartbeat(clocks.now(), clocks.now(), 1).write(tmp_path)
    assert age.age() is None
    clocks.wall -= dt.timedelta(hours=24)
    clocks.on(30)
    assert age.age() == 30
    Heartbeat(clocks.now(), clocks.now(), 1).write(tmp_path)
    clocks.on(2)
    assert age.age() is None
