"""Gates of validity: certificates, OCOP stars, verified instruments, waiting times, sites."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ledger.verify.findings import Finding, finding
from ledger.verify.graph import Lot
from ledger.verify.lots import LotGraph, Step
from ledger.verify.registry import Certificate, Registry

_AT_SITE = frozenset({"harvested", "processed", "packed"})


def find(graph: LotGraph, registry: Registry, lot: Lot) -> Iterator[Finding]:
    """Findings about what had to be valid on the day."""
    for step in graph.line(lot).about:
        if step.type in _AT_SITE:
            yield from _certificates(registry, lot, step)
        if "instrument" in step.body:
            yield from _instrument(registry, lot, step)
        if "site" in step.body and step.type != "field-work-recorded":
            site = step.body["site"]
            if (step.located.statement.party, site) not in registry.sites:
                yield finding("site-unknown", lot, step.id, site=site)
        if step.type == "harvested":
            yield from _waiting_time(graph, lot, step)


def _certificates(registry: Registry, lot: Lot, step: Step) -> Iterator[Finding]:
    party = step.located.statement.party
    subjects = [f"site:{party}/{step.body['site']}", f"party:{party}"]
    if step.type == "packed":
        subjects.append(f"product:{lot[0]}")
    for lapsed in lapsed_certificates(registry.certificates_of(*subjects), step.day):
        if lapsed.kind == "ocop":
            yield finding(
                "stars-expired",
                lot,
                step.id,
                number=lapsed.number,
                stars=lapsed.stars,
                valid_to=lapsed.valid_to,
                day=step.day,
            )
        else:
            yield finding(
                "certificate-expired",
                lot,
                step.id,
                kind=lapsed.kind,
                number=lapsed.number,
                subject=lapsed.subject.partition(":")[2],
                valid_from=lapsed.valid_from,
                valid_to=lapsed.valid_to,
                day=step.day,
            )


def lapsed_certificates(certificates: list[Certificate], day: str) -> list[Certificate]:
    """Per kind and subject, the newest certificate that ended before `day` with none in its place."""
    lapsed: dict[tuple[str, str], Certificate] = {}
    covered = {(c.kind, c.subject) for c in certificates if c.covers(day)}
    for one in certificates:
        key = one.kind, one.subject
        ended = one.valid_to < day or (one.withdrawn and one.valid_from <= day)
        if key in covered or not ended:
            continue
        if key not in lapsed or lapsed[key].valid_to < one.valid_to:
            lapsed[key] = one
    return list(lapsed.values())


def stars_for(registry: Registry, gtin14: str, day: str) -> tuple[int, Certificate | None]:
    """Stars that a label of this product may carry on a packing day, and the recognition meant.

    (0, certificate) when the recognition lapsed, (0, None) when there is none.
    Recognition lasts 36 months; after it the mark may no longer be printed
    (domain.md, "Rules").
    """
    known = [c for c in registry.certificates_of(f"product:{gtin14}") if c.kind == "ocop"]
    for one in known:
        if one.covers(day):
            return one.stars, one
    return 0, max(known, key=lambda c: c.valid_to, default=None)


def _instrument(registry: Registry, lot: Lot, step: Step) -> Iterator[Finding]:
    code = step.body["instrument"]
    verified = registry.instruments.get((step.located.statement.party, code))
    if not verified:
        yield finding("instrument-unverified", lot, step.id, instrument=code, day=step.day)
    elif not any(since <= step.day <= until for since, until in verified):
        last = max(until for _, until in verified)
        yield finding("instrument-out", lot, step.id, instrument=code, day=step.day, valid_to=last)


def _waiting_time(graph: LotGraph, lot: Lot, step: Step) -> Iterator[Finding]:
    for work in graph.field_work_at(step.located.statement.party, step.body["site"]):
        days = work.body.get("interval_days", 0)
        until = _days_after(work.day, days)
        if days and work.day <= step.day < until:
            yield finding(
                "pre-harvest-interval",
                lot,
                step.id,
                site=step.body["site"],
                day=step.day,
                until=until,
            )


def _days_after(day: str, days: int) -> str:
    """ISO day `days` later, the calendar's last day at most: a signed date may be any."""
    start = dt.date.fromisoformat(day)
    # Adding beyond year 9999 raises, and a rule that raises stops every reader of the log.
    return (start + dt.timedelta(days=min(days, (dt.date.max - start).days))).isoformat()
