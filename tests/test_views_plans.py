"""No question that a page or a form asks looks through what the ledger has gathered over the years."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.projections.schema import open_views
from ledger.projections.views import Views

READS: dict[str, Callable[[Views], object]] = {
    "a lot": lambda views: views.lot("i", "l"),
    "newest lots": lambda views: views.lots(),
    "newest lots of a party": lambda views: views.lots(party="p", before=9),
    "lots with a code": lambda views: views.lots_with_code("l"),
    "a label": lambda views: views.label("g", "t", 7),
    "a lot's label ranges": lambda views: views.label_ranges("g", "l"),
    "a lot's label marks": lambda views: views.label_marks("g", "l"),
    "the next serial": lambda views: views.next_counter("g", "t"),
    "a carton": lambda views: views.container("s"),
    "a lot's heads": lambda views: views.heads(("i", "l")),
    "what was made from a lot": lambda views: views.descendants(("i", "l")),
    "work at a site": lambda views: views.waiting_work("p", "s"),
    "newest work at a site": lambda views: views.newest_work("p", "s"),
    "statements of one time": lambda views: views.entries_at("harvested", "p", "t"),
    "new registrations": lambda views: views.steering_from(5),
}
# What the search may be bound by; the rest of an index is walked through in order, up to a limit.
BOUND = {
    "newest lots": "last_idx<?",
    "newest lots of a party": "party=? AND last_idx<?",
    "a lot's label ranges": "gtin=? AND lot=?",
    "a lot's label marks": "gtin=? AND lot=?",
    "newest work at a site": "entry_work",
    "the next serial": "label_range_last",
}
# The table of one row, and what was found with LIMIT 1.
ONE_ROW = {"progress", "issued"}


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Views]:
    path = tmp_path / "views.db"
    connection = open_views(path)
    # A label that was issued, so that its marks are asked for as well.
    connection.execute("INSERT INTO label_range VALUES ('g', 't', 1, 0, 100, 'l')")
    connection.close()
    made = Views(path)
    yield made
    made.close()


def plans(views: Views, read: Callable[[Views], object]) -> list[str]:
    """What SQLite would do for every query of one read."""
    asked: list[str] = []
    connection = views.connection()
    connection.set_trace_callback(asked.append)
    try:
        read(views)
    finally:
        connection.set_trace_callback(None)
    found: list[str] = []
    for query in asked:
        rows: list[Any] = connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
        found += [row[3] for row in rows]
    assert asked
    return found


@pytest.mark.parametrize("name", READS)
def test_a_read_follows_an_index(views: Views, name: str) -> None:
    steps = plans(views, READS[name])
    # A scan of a common table expression goes over what was just found.
    scans = [step for step in steps if step.startswith("SCAN") and "CONSTANT" not in step]
    scans = [step for step in scans if step.split()[1] not in ONE_ROW]
    assert scans == []
    if name in BOUND:
        assert any(BOUND[name] in step for step in steps), steps


def test_the_look_at_plans_finds_a_scan(views: Views) -> None:
    def totals(views: Views) -> object:
        return views.totals()

    assert any(step.startswith("SCAN") for step in plans(views, totals))
    assert isinstance(views.connection(), sqlite3.Connection)
