"""Counting of labels, medians and pictures on their own."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

from api.figures.charts import lines, lying, standing
from api.figures.counting import share
from api.figures.labelled import labels_of
from api.figures.lasting import Lasted
from ledger.projections.schema import open_views
from ledger.projections.tallies import Tallies


def test_the_newest_word_about_a_label_counts_and_void_is_for_ever() -> None:
    ranges = [("A1", 1, 100), ("B2", 1, 10)]
    marks = [
        ("A1", 1, 60, "printed"),
        ("A1", 50, 70, "printed"),
        ("A1", 10, 11, "void"),
        ("A1", 11, 12, "printed"),
        ("A1", 95, 120, "void"),
        ("C3", 1, 9, "void"),
    ]
    found = labels_of(ranges, marks)
    assert (found.issued, found.printed, found.void, found.waiting) == (110, 68, 8, 34)


def test_a_million_labels_are_counted_by_their_ranges() -> None:
    begun = time.perf_counter()
    found = labels_of([("A1", 1, 1_000_000)], [("A1", 1, 999_999, "printed")])
    assert (found.printed, found.waiting) == (999_999, 1)
    assert time.perf_counter() - begun < 0.5


def test_a_median_between_two_is_their_half() -> None:
    assert Lasted([5]).median == 5
    assert Lasted([9, 1, 4]).median == 4
    assert Lasted([1, 2]).median == Decimal("1.5")
    assert Lasted([-1, 0, 7, 8]).median == Decimal("3.5")


def test_a_share_of_nothing_is_none_and_so_is_a_senseless_one() -> None:
    assert share(Decimal(1), Decimal(0)) is None
    assert share(Decimal(10) ** 40, Decimal("0.001")) is None
    assert share(Decimal(1), Decimal(3)) == Decimal("33.3")


def test_pictures_stay_within_their_frame_whatever_the_figures() -> None:
    months = [f"2026-{one:02}" for one in range(1, 13)]
    amounts = [Decimal(0), Decimal("1e30"), *[Decimal("0.0001")] * 10]
    bars = standing(months, [("series-1", amounts, ["x"] * 12)] * 3)
    assert all(0 <= one.y <= bars.floor and one.x + bars.bar < bars.width for one in bars.bars)
    shares: list[Decimal | None] = [None, Decimal(-5), Decimal(250), *[None] * 8, Decimal(50)]
    drawn = lines(months, [("series-1", shares, ["x"] * 12)])
    assert all(0 <= y <= drawn.floor for _, y, _ in drawn.dots)
    assert len(drawn.drawn) == 1 and len(drawn.dots) == 3
    told = lying([("N" * 200, [("series-1", Decimal(7)), ("striped-2", Decimal(0))], "7")])
    assert len(told.lines[0].parts) == 1 and len(told.lines[0].name) == 44
    assert told.lines[0].parts[0].width <= told.width
    assert lying([("a", [("series-1", Decimal(0))], "0")]).lines[0].parts == ()


def test_a_party_s_statements_are_found_by_its_own_index(tmp_path: Path) -> None:
    connection = open_views(tmp_path / "views.db")
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    assert Tallies(connection).within("P", ("packed", "sold"), "2026-01", "2026-02", 5) == []
    connection.set_trace_callback(None)
    (query,) = asked
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert plan == ["SEARCH entry USING INDEX entry_party (party=?)"]
    connection.close()
