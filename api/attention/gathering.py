"""The facts of one party, read from the registry and by index: cheap enough for a start page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from api.attention.judging import (
    LONG_AGO,
    STOCK_DAYS,
    DoubtfulJob,
    Facts,
    Matter,
    Paper,
    Scale,
    StockLot,
    StoppedLot,
    matters,
)
from api.intake.times import HANOI
from api.routes.services import Services, Views


def attention_of(services: Services, party: str, *, labels: bool = True) -> list[Matter]:
    """What needs somebody of a party today, by Vietnamese time; `labels` asks this machine's spool.

    Raises:
        LedgerError: the database is away.
    """
    today = services.now().astimezone(HANOI).date()
    jobs = tuple(doubtful_jobs(services)) if labels else ()
    return matters(facts_of(services.views, party, today, jobs), today)


def facts_of(views: Views, party: str, today: dt.date, jobs: tuple[DoubtfulJob, ...] = ()) -> Facts:
    """What is looked at for a party. A lot of others counts once the party has said anything of it."""
    first, last = today - dt.timedelta(LONG_AGO), today + dt.timedelta(STOCK_DAYS)
    return Facts(
        tuple(papers_of(views, party)),
        tuple(scales_of(views, party)),
        tuple(map(_stock_lot, views.stock.ending(party, first.isoformat(), last.isoformat()))),
        tuple(_stopped_lot(one) for one in views.stock.stopped() if _touches(one, party)),
        jobs,
    )


def papers_of(views: Views, party: str) -> Iterator[Paper]:
    """Certificates of a party, its places and its products that were not withdrawn."""
    registry = views.registry
    names = {f"party:{party}": str(registry.parties.get(party, {}).get("name", party))}
    for site in views.sites(party):
        names[f"site:{party}/{site['code']}"] = str(site.get("name", site["code"]))
    for product in views.products():
        if product["party"] == party:
            names[f"product:{product['gtin']}"] = str(product["name"])
    for one in registry.certificates_of(*names):
        if not one.withdrawn:
            yield Paper(party, one.kind, one.number, one.subject, names[one.subject], one.valid_to)


def scales_of(views: Views, party: str) -> Iterator[Scale]:
    """Instruments of a party with the last day of their newest verification."""
    for one in views.instruments(party):
        yield Scale(party, str(one["code"]), one["valid_to"])


def doubtful_jobs(services: Services) -> Iterator[DoubtfulJob]:
    """Prints that this machine began and nobody has settled."""
    for job in services.labelling.unfinished():
        yield DoubtfulJob(job.item, job.lot, job.printer, job.in_doubt, job.queued)


def _touches(facts: dict[str, Any], party: str) -> bool:
    return facts["party"] == party or any(step["party"] == party for step in facts["steps"])


def _stock_lot(facts: dict[str, Any]) -> StockLot:
    left = str(facts["balance"]["left_packs"])
    return StockLot(
        facts["party"], facts["item"], facts["lot"], facts["name"], facts["expiry"], left
    )


def _stopped_lot(facts: dict[str, Any]) -> StoppedLot:
    stop = facts["stopped"]
    return StoppedLot(
        facts["party"],
        facts["item"],
        facts["lot"],
        facts["name"],
        stop["type"],
        stop["reason"],
        stop["time"],
    )
