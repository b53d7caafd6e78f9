"""What needs somebody, on which day, and in which order: facts and a day, nothing else."""

from __future__ import annotations

import datetime as dt

import pytest

from api.attention.judging import (
    DoubtfulJob,
    Facts,
    Matter,
    Paper,
    Scale,
    StockLot,
    StoppedLot,
    matters,
)
from api.attention.lines import block_of, line_of
from api.pages.messages_catalogue import tongue

TODAY = dt.date(2026, 10, 1)


def day(offset: int) -> str:
    return (TODAY + dt.timedelta(offset)).isoformat()


def paper(offset: int, number: str = "1", kind: str = "ocop", subject: str = "product:1") -> Paper:
    return Paper("HTX", kind, number, subject, "Miến dong", day(offset))


def found(facts: Facts) -> list[tuple[str, str, int | None, int | None]]:
    return [(one.kind, one.tone, one.days, one.band) for one in matters(facts, TODAY)]


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (-400, ("bad", 0)),
        (-1, ("bad", 0)),
        (0, ("warn", 30)),  # the last day still counts
        (30, ("warn", 30)),
        (31, ("note", 60)),
        (60, ("note", 60)),
        (61, ("note", 90)),
        (90, ("note", 90)),
        (91, None),
    ],
)
def test_a_certificate_is_told_30_60_and_90_days_before_its_end(
    offset: int, expected: tuple[str, int] | None
) -> None:
    told = found(Facts(papers=(paper(offset),)))
    assert told == ([] if expected is None else [("certificate", expected[0], offset, expected[1])])


def test_a_certificate_that_was_renewed_is_told_no_more() -> None:
    assert found(Facts(papers=(paper(-5, "old"), paper(400, "new")))) == []
    # Another kind, or another product, is another certificate.
    other = Facts(papers=(paper(-5), paper(400, kind="vietgap"), paper(400, subject="product:2")))
    assert [one[2] for one in found(other)] == [-5]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, [("instrument", "warn", None, None)]),
        (-1, [("instrument", "bad", -1, 0)]),
        (30, [("instrument", "warn", 30, 30)]),
        (31, []),
    ],
)
def test_a_scale_is_told_30_days_before_its_verification_ends(
    until: int | None, expected: list[object]
) -> None:
    valid_to = None if until is None else day(until)
    assert found(Facts(scales=(Scale("HTX", "CAN-1", valid_to),))) == expected


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(-366, None), (-365, "bad"), (-1, "bad"), (0, "warn"), (30, "warn"), (31, None)],
)
def test_stock_is_told_30_days_before_and_a_year_after_its_expiry(
    offset: int, expected: str | None
) -> None:
    lot = StockLot("HTX", "1", "L1", "Miến dong", day(offset), "12")
    told = found(Facts(stock=(lot,)))
    assert [one[1] for one in told] == ([] if expected is None else [expected])


def test_stock_that_is_recalled_is_told_as_recalled_alone() -> None:
    since = f"{day(-1)}T08:00:00+07:00"
    lots = (StockLot("HTX", "1", "L1", "Miến dong", day(3), "12"),)
    stops = (StoppedLot("HTX", "1", "L1", "Miến dong", "recalled", "contamination", since),)
    assert [one[0] for one in found(Facts(stock=lots, stopped=stops))] == ["stopped"]


def everything() -> list[Matter]:
    facts = Facts(
        (paper(70, "a", subject="x"), paper(-3, "b", subject="y"), paper(9, "c", subject="z")),
        (
            Scale("HTX", "CAN-1", day(-2)),
            Scale("HTX", "CAN-2", day(4)),
            Scale("HTX", "CAN-3", None),
        ),
        (
            StockLot("HTX", "1", "L1", "Miến dong", day(-4), "12"),
            StockLot("HTX", "1", "L2", "Miến dong", day(5), "1250"),
        ),
        (
            StoppedLot(
                "HTX",
                "1",
                "L3",
                "Miến dong",
                "recalled",
                "contamination",
                f"{day(-1)}T08:00:00+07:00",
            ),
            StoppedLot(
                "HTX", "1", "L4", "Miến dong", "held", "test-failed", f"{day(-1)}T08:00:00+07:00"
            ),
        ),
        (DoubtfulJob("1", "L5", "kho", 3, 0), DoubtfulJob("1", "L6", "kho", 0, 7)),
    )
    return matters(facts, TODAY)


def test_the_most_urgent_comes_first() -> None:
    tones = [one.tone for one in everything()]
    assert tones == sorted(tones, key=["bad", "warn", "note"].index)
    assert everything()[0].kind == "stopped"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_matter_is_one_sentence_with_a_way_on(lang: str) -> None:
    for one in everything():
        line = line_of(one, tongue(lang))
        assert line.text.endswith((".", "?")) and "{" not in line.text and "None" not in line.text
        assert bool(line.link) == (one.kind in ("stock", "stopped", "doubt"))
    texts = [line_of(one, tongue(lang)).text for one in everything()]
    assert any(("1.250" if lang == "vi" else "1,250") in text for text in texts)


def test_a_page_shows_the_first_and_counts_the_rest() -> None:
    block = block_of(everything(), tongue("vi"), 4)
    assert (len(block.lines), block.more) == (4, len(everything()) - 4)
    assert block_of([], tongue("vi")).lines == ()
