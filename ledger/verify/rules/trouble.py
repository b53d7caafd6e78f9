"""Trouble: recalls, holds, failed tests, corrections, disputes - and what moved regardless."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.verify.findings import Finding, finding
from ledger.verify.graph import Lot
from ledger.verify.keys import KeyRecord
from ledger.verify.lots import LotGraph, Step

_MOVES = frozenset({"shipped", "sold", "labels-issued", "labels-printed"})


def find(graph: LotGraph, lot: Lot, disputed: dict[str, KeyRecord]) -> Iterator[Finding]:
    """Findings about the standing of one lot."""
    line = graph.line(lot)
    yield from _stopped(graph, lot)
    for origin in graph.ancestors(lot):
        for stop in graph.stops(origin):
            if stop.type == "recalled" and stop.body["reach"] == "descendants":
                yield finding("input-recalled", lot, stop.id, input=origin[1])
    for step in line.about:
        if step.type in {"tested", "inspected"} and step.body["result"] == "fail":
            yield finding("test-failed", lot, step.id, day=step.day)
        if step.type == "disputed" and step.body["entry"] in graph.steps:
            yield finding(
                "disputed-fact",
                lot,
                step.id,
                party=step.located.statement.party,
                type=graph.steps[step.body["entry"]].type,
                reason=step.body["reason"],
            )
        if step.id in graph.corrections:
            correction = graph.corrections[step.id]
            yield finding(
                "corrected",
                lot,
                correction.id,
                type=step.type,
                reason=correction.statement.body["reason"],
            )
        if step.id in disputed:
            yield finding(
                "disputed-key", lot, step.id, type=step.type, keyid=disputed[step.id].keyid_hex
            )
    yield from _not_linked(graph, lot)
    if line.taken_by and not line.made_by and not line.steps("received"):
        yield finding("origin-missing", lot, line.taken_by[0][0].id)


def _not_linked(graph: LotGraph, lot: Lot) -> Iterator[Finding]:
    """A statement that works on a lot should build on the lot's record so far."""
    line = graph.line(lot)
    ids = {step.id for step in line.about}
    ids |= {graph.corrections[i].id for i in ids if i in graph.corrections}
    # Two stations may fill one lot without seeing each other, so makers are free.
    makers = {step.id for step in line.made_by}
    first = min((step.located.index for step in line.about), default=0)
    for step in line.about:
        linked = ids.intersection(step.located.statement.inputs)
        if step.id not in makers and step.located.index > first and not linked:
            yield finding("not-linked", lot, step.id, type=step.type)


def _stopped(graph: LotGraph, lot: Lot) -> Iterator[Finding]:
    line = graph.line(lot)
    stopped_by: dict[str, Step] = {}
    for step in line.about:
        if step.type in {"held", "recalled"}:
            stopped_by[step.id] = step
        elif step.type in {"released", "recall-closed"}:
            stopped_by.pop(step.body["ends"], None)
        elif step.type in _MOVES and stopped_by:
            stop = next(iter(stopped_by.values()))
            yield finding(
                "moved-while-stopped",
                lot,
                step.id,
                type=step.type,
                time=step.time,
                status=stop.type,
            )
    for stop in graph.stops(lot):
        code = "lot-recalled" if stop.type == "recalled" else "lot-held"
        yield finding(code, lot, stop.id, reason=stop.body["reason"])
