"""Order of dates: inputs before outputs, expiry after packing, late and future records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ledger.verify.findings import Finding, finding
from ledger.verify.graph import Lot, amounts_taken
from ledger.verify.lots import GOODS_TYPES, LotGraph, moment

# A diary is often written in the evening; three days late is worth a word, one is not.
LATE_AFTER = dt.timedelta(days=3)
# Clocks of stations differ; a day covers a wrong time zone too.
CLOCK_SLACK = dt.timedelta(days=1)


def find(graph: LotGraph, lot: Lot, now: dt.datetime | None) -> Iterator[Finding]:
    """Findings about dates of one lot. Without `now` nothing is called future."""
    line = graph.line(lot)
    for step in line.made_by:
        befores = [
            other.time
            for taken, _ in amounts_taken(step.type, step.body)
            for other in graph.line(taken).made_by
        ]
        latest = max(befores, key=moment, default=None)
        if latest is not None and moment(latest) > step.moment:
            yield finding("before-input", lot, step.id, time=step.time, before=latest)
        expiry = step.body.get("expiry")
        if expiry is not None and expiry < step.day:
            yield finding("expiry-before-packing", lot, step.id, expiry=expiry, packed=step.day)
    for step in line.about:
        if now is not None and step.moment > now + CLOCK_SLACK:
            yield finding("time-in-future", lot, step.id, type=step.type, time=step.time)
        anchor = step.located.statement.anchor
        if anchor is None or step.type not in GOODS_TYPES:
            continue
        known = graph.reached_before(min(anchor[0], step.located.index))
        if known is not None and moment(known) - step.moment > LATE_AFTER:
            yield finding(
                "recorded-late", lot, step.id, type=step.type, time=step.time, known=known
            )
