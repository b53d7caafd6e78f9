"""From plain facts and a day to the matters that need somebody. Pure: no clock, no ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["certificate", "instrument", "stock", "stopped", "doubt"]
Tone = Literal["bad", "warn", "note"]
BANDS: Final = (30, 60, 90)
"""Days before the end of a certificate at which it is told, the most urgent first."""
SCALE_DAYS: Final = 30
STOCK_DAYS: Final = 30
LONG_AGO: Final = 365
"""Days after which stock that ran out of time is told no more: nobody recorded where it went."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate in force or ended; days are ISO text. Withdrawn ones are none."""

    party: str
    kind: str
    number: str
    subject: str
    subject_name: str
    valid_to: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A measuring instrument; `valid_to` None while it was never verified."""

    party: str
    code: str
    valid_to: str | None


@dataclass(frozen=True, slots=True)
class StockLot:
    """A lot in stock with its expiry (ISO day), `left` packs as decimal text."""

    party: str
    item: str
    code: str
    name: str
    expiry: str
    left: str


@dataclass(frozen=True, slots=True)
class StoppedLot:
    """A lot that is "held" or "recalled", `reason` a code word, `since` a time as signed."""

    party: str
    item: str
    code: str
    name: str
    order: str
    reason: str
    since: str


@dataclass(frozen=True, slots=True)
class DoubtfulJob:
    """Labels of a lot of which nobody has said yet whether they came out."""

    item: str
    code: str
    printer: str
    in_doubt: int
    queued: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is looked at."""

    papers: tuple[Paper, ...] = ()
    scales: tuple[Scale, ...] = ()
    stock: tuple[StockLot, ...] = ()
    stopped: tuple[StoppedLot, ...] = ()
    jobs: tuple[DoubtfulJob, ...] = ()


Subject = Paper | Scale | StockLot | StoppedLot | DoubtfulJob


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to look after.

    days  until it ends, below 0 when it has ended; None where nothing ends
    band  30, 60 or 90 for what ends within so many days, 0 for what has ended
    """

    kind: Kind
    tone: Tone
    about: Subject
    days: int | None = None
    band: int | None = None


def matters(facts: Facts, today: dt.date) -> list[Matter]:
    """What needs somebody, the most urgent first."""
    stopped = {(one.item, one.code) for one in facts.stopped}
    found = [
        *_stopped(facts.stopped),
        *_jobs(facts.jobs),
        *papers_ending(facts.papers, today),
        *scales_ending(facts.scales, today),
        # Of a lot that may not be sold anyway its expiry is not the matter.
        *_stock((one for one in facts.stock if (one.item, one.code) not in stopped), today),
    ]
    rank = {"bad": 0, "warn": 1, "note": 2}
    return sorted(found, key=lambda one: (rank[one.tone], _ORDER[one.kind], one.days or 0))


_ORDER: Final = {"stopped": 0, "doubt": 1, "certificate": 2, "instrument": 3, "stock": 4}


def papers_ending(papers: Iterable[Paper], today: dt.date) -> list[Matter]:
    """Certificates that end within 90 days or have ended, each only if no newer one stands for it."""
    newest: dict[tuple[str, str], Paper] = {}
    for paper in papers:
        key = paper.subject, paper.kind
        if key not in newest or paper.valid_to > newest[key].valid_to:
            newest[key] = paper
    found = []
    for paper in newest.values():
        days = _days(paper.valid_to, today)
        band = 0 if days < 0 else next((most for most in BANDS if days <= most), None)
        if band is not None:
            tone: Tone = "bad" if band == 0 else "warn" if band == BANDS[0] else "note"
            found.append(Matter("certificate", tone, paper, days, band))
    return found


def scales_ending(scales: Iterable[Scale], today: dt.date) -> list[Matter]:
    """Instruments whose verification ends within 30 days, has ended, or never was."""
    found = []
    for scale in scales:
        if scale.valid_to is None:
            found.append(Matter("instrument", "warn", scale))
            continue
        days = _days(scale.valid_to, today)
        if days <= SCALE_DAYS:
            band = 0 if days < 0 else SCALE_DAYS
            found.append(Matter("instrument", "bad" if days < 0 else "warn", scale, days, band))
    return found


def _stock(lots: Iterable[StockLot], today: dt.date) -> list[Matter]:
    found = []
    for lot in lots:
        days = _days(lot.expiry, today)
        if -LONG_AGO <= days <= STOCK_DAYS:
            tone: Tone = "bad" if days < 0 else "warn"
            found.append(Matter("stock", tone, lot, days, 0 if days < 0 else STOCK_DAYS))
    return found


def _stopped(lots: Iterable[StoppedLot]) -> list[Matter]:
    return [Matter("stopped", "bad", lot) for lot in lots]


def _jobs(jobs: Iterable[DoubtfulJob]) -> list[Matter]:
    return [Matter("doubt", "warn", job) for job in jobs]


def _days(day: str, today: dt.date) -> int:
    return (dt.date.fromisoformat(day) - today).days
