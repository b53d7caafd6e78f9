"""The state of a province, counted from registry and views. Pure but for the reads it is given."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from api.attention.gathering import papers_of, scales_of
from api.attention.judging import BANDS, Paper, Scale
from api.province.regions import Region, commune_of, region_of
from api.routes.services import Views
from ledger.projections.tallies import PackedLots, Tallies

RECENT_DAYS: Final = 30
TREND: Final = ("harvested", "received", "processed", "packed", "labels-issued", "recalled")
TREND_MONTHS: Final = 12
_OUTSIDE: Final = frozenset({"authority", "lab"})


@dataclass(frozen=True, slots=True)
class PartyLine:
    """One party that produces or trades. `newest` is when it last recorded, "" for never."""

    code: str
    name: str
    region: Region | None
    written: str
    commune: str
    products: int
    stars: int
    newest: str
    packed: PackedLots
    active: bool


@dataclass(frozen=True, slots=True)
class ProductLine:
    """One product with the stars in force (0: none) and the last day of their recognition."""

    gtin: str
    name: str
    party: str
    stars: int
    valid_to: str
    labelled: bool
    trademark: bool


@dataclass(frozen=True, slots=True)
class EndingLine:
    """A certificate that ends within 90 days (`band` 30, 60, 90) or has ended (0)."""

    paper: Paper
    days: int
    band: int


@dataclass(frozen=True, slots=True)
class ScaleLine:
    """An instrument out of verification: never verified, or since its `valid_to`."""

    scale: Scale


@dataclass(slots=True)
class Province:
    """What a page shows; shares are (counted, of how many)."""

    parties: list[PartyLine] = field(default_factory=list)
    products: list[ProductLine] = field(default_factory=list)
    ending: list[EndingLine] = field(default_factory=list)
    scales: list[ScaleLine] = field(default_factory=list)
    stopped: list[dict[str, Any]] = field(default_factory=list)
    verified: tuple[int, int] = (0, 0)

    @property
    def traced(self) -> tuple[int, int]:
        """Packed lots whose chain lacks no step."""
        return (
            sum(one.packed.whole for one in self.parties),
            sum(one.packed.lots for one in self.parties),
        )

    @property
    def labelled(self) -> tuple[int, int]:
        """Products with labels that lead to their lot."""
        return sum(one.labelled for one in self.products), len(self.products)

    @property
    def trademarked(self) -> tuple[int, int]:
        """Products with OCOP stars that have a registered trademark, or whose party has."""
        starred = [one for one in self.products if one.stars]
        return sum(one.trademark for one in starred), len(starred)

    @property
    def active(self) -> tuple[int, int]:
        """Parties that recorded anything in the last 30 days."""
        return sum(one.active for one in self.parties), len(self.parties)


def parties_by_region(views: Views) -> dict[str, tuple[Region | None, str]]:
    """Code of every producing party -> its unit, and the province as it wrote it."""
    found: dict[str, tuple[Region | None, str]] = {}
    for code, body in views.registry.parties.items():
        if body["kind"] not in _OUTSIDE:
            written = str(body.get("province") or "")
            place = region_of(written) or region_of(str(body.get("address") or ""))
            found[code] = place, written
    return found


def province_of(views: Views, tallies: Tallies, chosen: set[str], today: dt.date) -> Province:
    """Everything about the parties `chosen`."""
    where = parties_by_region(views)
    packed, labelled = tallies.packed(), tallies.labelled_products()
    seen = Province()
    papers = {party: list(papers_of(views, party)) for party in chosen}
    seen.products = list(_products(views, papers, labelled, today))
    counted = Counter(one.party for one in seen.products)
    stars = {
        party: max((one.stars for one in seen.products if one.party == party), default=0)
        for party in counted
    }
    since = (today - dt.timedelta(RECENT_DAYS)).isoformat()
    for code in sorted(chosen):
        body, (region, written) = views.registry.parties[code], where[code]
        newest = (tallies.newest(code) or "")[:10]
        seen.parties.append(
            PartyLine(
                code,
                str(body["name"]),
                region,
                written,
                commune_of(str(body.get("address") or "")),
                counted[code],
                stars.get(code, 0),
                newest,
                packed.get(code, PackedLots(0, 0)),
                newest >= since,
            )
        )
    seen.ending = sorted(_ending(papers, today), key=lambda one: one.days)
    scales = [one for party in sorted(chosen) for one in scales_of(views, party)]
    day = today.isoformat()
    seen.scales = [ScaleLine(one) for one in scales if (one.valid_to or "") < day]
    seen.verified = len(scales) - len(seen.scales), len(scales)
    seen.stopped = [one for one in views.stock.stopped() if one["party"] in chosen]
    return seen


def _products(
    views: Views, papers: dict[str, list[Paper]], labelled: set[str], today: dt.date
) -> Iterator[ProductLine]:
    day = today.isoformat()
    for product in views.products():
        party, gtin = str(product["party"]), str(product["gtin"])
        if party not in papers:
            continue
        subjects = {f"product:{gtin}", f"party:{party}"}
        marked = any(
            one.kind == "trademark" and one.subject in subjects and one.valid_to >= day
            for one in papers[party]
        )
        recognised = [
            one
            for one in views.registry.certificates_of(f"product:{gtin}")
            if one.kind == "ocop" and one.covers(day)
        ]
        best = max(recognised, key=lambda one: one.valid_to, default=None)
        yield ProductLine(
            gtin,
            str(product["name"]),
            party,
            best.stars if best else 0,
            best.valid_to if best else "",
            gtin in labelled,
            marked,
        )


def _ending(papers: dict[str, list[Paper]], today: dt.date) -> Iterator[EndingLine]:
    newest: dict[tuple[str, str], Paper] = {}
    for one in (paper for found in papers.values() for paper in found):
        kept = newest.get((one.subject, one.kind))
        if kept is None or one.valid_to > kept.valid_to:
            newest[one.subject, one.kind] = one
    for one in newest.values():
        days = (dt.date.fromisoformat(one.valid_to) - today).days
        band = 0 if days < 0 else next((most for most in BANDS if days <= most), None)
        if band is not None:
            yield EndingLine(one, days, band)


def months_until(today: dt.date, count: int = TREND_MONTHS) -> list[str]:
    """The last `count` months up to today's, oldest first, as YYYY-MM."""
    last = today.year * 12 + today.month - 1
    return [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(last - count + 1, last + 1)]


def trend(tallies: Tallies, months: Iterable[str]) -> list[tuple[str, list[int]]]:
    """(type, statements of each month) over the whole ledger."""
    shown = list(months)
    counts = tallies.per_month(TREND, shown[0])
    return [(kind, [counts.get((kind, month), 0) for month in shown]) for kind in TREND]
