"""A print in words and numbers: counts, pace, how it ended."""

from __future__ import annotations

import pytest

from api.pages.print_progress import view_of
from api.routes.labels_pace import Pace


class Seen:
    """A job as the words see it."""

    def __init__(self, count: int, done: bool = False, **progress: int) -> None:
        self.count, self.done, self.stopping, self.progress = count, done, False, progress

    def fault(self, lang: str) -> str | None:
        return None

    def trouble(self, lang: str) -> str | None:
        return None


def test_progress_counts_each_label_once() -> None:
    job = Seen(2000, queued=1500, sending=1, sent=1, confirmed=490, in_doubt=5, void=3)
    view = view_of(job, 2.0, "vi")
    assert view.counts == {
        "printed": "490",
        "moving": "2",
        "waiting": "1.500",
        "in_doubt": "5",
        "void": "3",
    }
    assert view.pace == "2 tem mỗi giây, còn khoảng 13 phút"
    assert (
        view_of(Seen(20, confirmed=10, queued=10), 2.0, "en").pace
        == "2 labels a second, about 5 s left"
    )
    assert view_of(Seen(20), None, "vi").pace == ""


@pytest.mark.parametrize(
    ("progress", "headline", "ending"),
    [
        ({"confirmed": 5}, "Đã in xong lượt này", "Lượt này: 5 tem đã in ra."),
        (
            {"confirmed": 3, "in_doubt": 2},
            "Đã in hết, chờ xác nhận",
            "Lượt này: 3 tem đã in ra, 2 tem chưa rõ đã ra hay chưa.",
        ),
        (
            {"confirmed": 3, "cancelled": 2},
            "Đã dừng in",
            "Lượt này: 3 tem đã in ra, 2 tem chưa in, trở lại chờ in.",
        ),
    ],
)
def test_a_print_ends_in_one_clear_sentence(
    progress: dict[str, int], headline: str, ending: str
) -> None:
    view = view_of(Seen(5, True, **progress), None, "vi")
    assert (view.headline, view.ending) == (headline, ending)


def test_the_pace_is_known_only_when_it_was_seen() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert pace.rate("1", 0) is None
    now[0] = 0.5
    assert pace.rate("1", 2) is None
    now[0] = 2.0
    assert pace.rate("1", 8) == pytest.approx(4.0)
    now[0] = 100.0
    pace.rate("1", 8)
    now[0] = 140.0
    assert pace.rate("1", 8) is None
