"""When a station asks again, and how it says how it stands."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from api.station.errors import Frozen
from api.station.pace import FIRST, IDLE, LONGEST, Pace
from api.station.standing import Standing, elapsed


def test_waits_grow_after_each_failure_up_to_ten_minutes_and_begin_anew_when_all_is_well() -> None:
    pace = Pace(lambda: 0.999)
    waits = [pace.failed() for _ in range(12)]
    assert waits[0] == pytest.approx(FIRST, rel=0.01)
    assert all(later >= sooner for sooner, later in pairwise(waits))
    assert waits[-1] == pytest.approx(LONGEST, rel=0.01)
    assert 0.75 * IDLE <= pace.well() <= 1.25 * IDLE
    assert pace.failed() == pytest.approx(FIRST, rel=0.01)


def test_a_hundred_stations_do_not_come_back_in_the_same_moment() -> None:
    paces = [Pace(random.Random(seed).random) for seed in range(100)]
    for _ in range(6):
        waits = [pace.failed() for pace in paces]
    assert max(waits) - min(waits) > 0.3 * max(waits)
    assert min(waits) >= 0.5 * FIRST * 2**5


def test_what_the_hub_asks_for_is_waited_but_never_for_a_day() -> None:
    pace = Pace(lambda: 0.0)
    assert pace.failed(30.0) == 30.0
    assert pace.failed(86_400.0) == LONGEST
    for _ in range(10_000):
        assert pace.failed() <= LONGEST


def test_how_a_station_stands_is_one_plain_sentence() -> None:
    waiting = Standing(20, 12, 8, 1_000_000, 50, None)
    now = 1_000_000 + 3 * 3600 + 59
    assert waiting.say("vi", now) == "12 phiếu chưa gửi, liên lạc lần cuối 3 giờ trước"
    assert waiting.say("en", now) == "12 statements not yet sent, last contact 3 hours ago"
    never = Standing(1, 1, 0, None, None, None)
    assert never.say("vi", now) == "1 phiếu chưa gửi, chưa liên lạc được với máy chủ"
    assert never.say("en", now) == "1 statement not yet sent, the hub has never answered"
    kept_back = Standing(5, 0, 3, now, 50, None)
    assert kept_back.say("en", now) == (
        "Everything was sent, 2 sent but not yet shown to be sealed, last contact 0 seconds ago"
    )
    assert "2 phiếu đã gửi nhưng chưa được chứng minh" in kept_back.say("vi", now)
    done = Standing(5, 0, 5, now, 50, None)
    assert done.say("en", now) == "Everything was sent, last contact 0 seconds ago"
    stopped = Standing(5, 2, 3, now, 50, Frozen("behind", hub=9, here=5))
    assert "ocop station status" in stopped.say("vi", now)


@pytest.mark.parametrize(
    ("seconds", "vietnamese", "english"),
    [
        (1, "1 giây", "1 second"),
        (60, "1 phút", "1 minute"),
        (7199, "1 giờ", "1 hour"),
        (86_400 * 21, "21 ngày", "21 days"),
    ],
)
def test_spans_are_told_in_their_largest_unit(seconds: int, vietnamese: str, english: str) -> None:
    assert (elapsed(seconds, "vi"), elapsed(seconds, "en")) == (vietnamese, english)
