"""Which scans an inspector is told of, and which are nothing to speak of."""

from __future__ import annotations

import string
from typing import Any

import pytest

from api.scans.findings import (
    BUSY_DAYS,
    FINDINGS,
    MANY_PLACES,
    SHOWN,
    STRAYS,
    scan_findings,
)
from api.scans.storage import DAYS_KEPT, LotCount, SerialCount
from api.scans.tally import BUSY, OFTEN, LotScans
from tests.scans.places_to_count import DAY, GTIN, LOT, TAG


def row(number: int = 1, *, scans: int = 1, void: int = 0, days: tuple[int, ...] = ()) -> Any:
    """A serial's row; `days` are the numbers of places on DAY, the day before, and so on."""
    today, *before = days or (1,)
    history = sum(places << 4 * back for back, places in enumerate(before))
    places = (1 << today) - 1
    return SerialCount((GTIN, TAG, number), LOT, scans, void, DAY - 3, DAY, places, history)


def told(*rows: SerialCount, today: int = DAY, **totals: int) -> list[dict[str, Any]]:
    found = LotCount(LotScans(**totals), DAY - 3, DAY, rows)
    return scan_findings(GTIN, LOT, found, today, lambda _gtin, tag, counter: f"{tag}{counter}")


def codes(found: list[dict[str, Any]]) -> list[str]:
    return [one["code"] for one in found]


def test_nothing_is_said_of_what_buyers_do() -> None:
    quiet = row(scans=5, days=(4, 4, 0, 4))
    assert told(quiet, row(2, scans=OFTEN - 1), scans=60, invented=STRAYS - 1, void=0) == []
    assert scan_findings(GTIN, LOT, None, DAY, str) == []


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (row(days=(MANY_PLACES,)), "scanned-in-many-places"),
        (row(days=(0, 1, MANY_PLACES)), "scanned-in-many-places"),
        (row(days=(BUSY,) * BUSY_DAYS), "scanned-in-places-for-days"),
        (row(scans=OFTEN), "scanned-very-often"),
        (row(void=1), "void-scanned"),
    ],
)
def test_an_odd_serial_is_named(one: SerialCount, code: str) -> None:
    (found,) = told(one)
    assert (found["code"], found["serial"], found["item"], found["lot"]) == (code, "A11", GTIN, LOT)
    assert "A11" in found["en"]
    assert "A11" in found["vi"]


def test_many_places_long_ago_are_forgotten() -> None:
    spread = row(days=(MANY_PLACES,))
    assert codes(told(spread, today=DAY + DAYS_KEPT)) == ["scanned-in-many-places"]
    assert told(spread, today=DAY + DAYS_KEPT + 1) == []


@pytest.mark.parametrize(
    ("name", "count", "code"),
    [
        ("never_issued", 1, "never-issued-scanned"),
        ("invented", STRAYS, "invented-scanned"),
        ("stopped", 1, "recalled-scanned"),
    ],
)
def test_odd_scans_of_a_lot_are_told_with_their_number(name: str, count: int, code: str) -> None:
    (found,) = told(**{name: count})
    assert (found["code"], found["serial"]) == (code, "")
    assert str(count) in found["en"]


def test_a_hundred_odd_serials_are_a_few_lines() -> None:
    found = told(*(row(number, void=2, scans=OFTEN) for number in range(100)))
    assert codes(found) == [
        *["scanned-very-often"] * SHOWN,
        "more-serials-scanned",
        *["void-scanned"] * SHOWN,
        "more-serials-scanned",
    ]
    assert str(100 - SHOWN) in found[SHOWN]["en"]


def test_every_sentence_has_the_same_places_in_both_languages() -> None:
    for code, (severity, english, vietnamese) in FINDINGS.items():
        places = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (english, vietnamese)
        ]
        assert places[0] == places[1], code
        assert severity in {"warning", "notice"}, code
