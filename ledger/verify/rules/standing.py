"""All findings of a lot, and the one word for its standing."""

from __future__ import annotations

import datetime as dt

from ledger.verify.findings import Finding, finding
from ledger.verify.graph import Lot
from ledger.verify.keys import KeyRecord
from ledger.verify.lots import LotGraph
from ledger.verify.registry import Registry
from ledger.verify.rules import balance, gates, order, trouble


def lot_findings(
    graph: LotGraph,
    registry: Registry,
    lot: Lot,
    *,
    disputed: dict[str, KeyRecord] | None = None,
    now: dt.datetime | None = None,
) -> list[Finding]:
    """Everything that does not add up about one lot, worst first, each once."""
    found = [
        *trouble.find(graph, lot, disputed or {}),
        *balance.find(graph, registry, lot),
        *gates.find(graph, registry, lot),
        *order.find(graph, lot, now),
    ]
    expiry = graph.expiry(lot)
    if now is not None and expiry is not None and expiry < now.date().isoformat():
        found.append(finding("lot-expired", lot, graph.line(lot).made_by[0].id, expiry=expiry))
    rank = {"error": 0, "warning": 1, "notice": 2}
    return sorted(dict.fromkeys(found), key=lambda f: rank[f.severity])


def lot_status(graph: LotGraph, lot: Lot, now: dt.datetime | None) -> str:
    """One of recalled, held, expired, active (checklist item 11)."""
    stops = graph.stops(lot)
    reached = any(
        stop.type == "recalled" and stop.body["reach"] == "descendants"
        for origin in graph.ancestors(lot)
        for stop in graph.stops(origin)
    )
    if reached or any(stop.type == "recalled" for stop in stops):
        return "recalled"
    if stops:
        return "held"
    expiry = graph.expiry(lot)
    if now is not None and expiry is not None and expiry < now.date().isoformat():
        return "expired"
    return "active"
