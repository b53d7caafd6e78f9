"""A lot's facts: all that pages, API and forms show of it, as plain data without a language.

Days are ISO text, masses decimal text in kg, findings carry both wordings. Nothing
here depends on today's date; the reader adds what does (`Views.status`).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ledger.projections.photos import Photos
from ledger.projections.pictured import with_photos
from ledger.verify.amounts import kilograms, plain
from ledger.verify.findings import Finding
from ledger.verify.graph import Lot, amounts_taken, lot_of
from ledger.verify.keys import KeyRecord
from ledger.verify.lots import LotGraph, Step, made_amounts
from ledger.verify.photo_shape import STAGES
from ledger.verify.registry import Certificate, Registry
from ledger.verify.rules.gates import stars_for
from ledger.verify.rules.standing import lot_findings

_STAGES = frozenset(STAGES)

_SENSELESS_PERCENT = 10**9


def lot_facts(
    graph: LotGraph,
    registry: Registry,
    lot: Lot,
    disputed: dict[str, KeyRecord],
    photos: Photos | None = None,
) -> dict[str, Any]:
    """Facts of one lot from a graph that holds it and all its ancestors."""
    line = graph.line(lot)
    owner = registry.owner_of(lot[0]) or line.about[0].located.statement.party
    product = registry.products.get(lot[0])
    packings = [step for step in line.made_by if step.type == "packed"]
    packed_on = min((step.day for step in packings), default=None)
    ancestors = graph.ancestors(lot)
    lineage = [lot, *ancestors]
    stars, recognition = (0, None) if packed_on is None else stars_for(registry, lot[0], packed_on)
    facts = {
        "item": lot[0],
        "lot": lot[1],
        "party": owner,
        "kind": "packed" if packings else "raw",
        "name": registry.item_name(lot[0]),
        "product": None if product is None else product[1],
        "producer": _producer(registry, owner),
        "packed_on": packed_on,
        "expiry": graph.expiry(lot),
        "packs": graph.packs(lot),
        "labels": {"issued": graph.labels_issued(lot), "voided": graph.labels_voided(lot)},
        "stars": stars,
        "stars_lapsed": _lapsed(stars, recognition),
        "certificates": _certificates(graph, registry, lineage, packed_on or line.about[0].day),
        "stopped": _stopped(graph, lot, ancestors),
        "stages": _stages(graph, registry, lineage),
        "steps": [_step(graph, registry, step) for step in line.about],
        "parents": _parents(graph, registry, lot),
        "children": [_named(registry, child) for child in graph.children(lot)],
        "ancestors": [list(one) for one in ancestors],
        "balance": _balance(graph, registry, lot),
        "findings": [
            _finding(found)
            for one in lineage
            for found in lot_findings(graph, registry, one, disputed=disputed)
        ],
    }
    with_photos(facts, lineage, photos, registry)
    return facts


def _finding(found: Finding) -> dict[str, str]:
    return {
        "code": found.code,
        "severity": found.severity,
        "item": found.lot[0],
        "lot": found.lot[1],
        "entry": found.entry,
        "en": found.say("en"),
        "vi": found.say("vi"),
    }


def _producer(registry: Registry, party: str) -> dict[str, str]:
    body = registry.parties.get(party, {})
    return {
        "code": party,
        "name": body.get("name", party),
        "address": body.get("address", ""),
        "province": body.get("province", ""),
    }


def _lapsed(stars: int, recognition: Certificate | None) -> dict[str, Any] | None:
    if stars or recognition is None:
        return None
    return {
        "number": recognition.number,
        "valid_to": recognition.valid_to,
        "stars": recognition.stars,
    }


def _certificates(
    graph: LotGraph, registry: Registry, lineage: list[Lot], day: str
) -> list[dict[str, Any]]:
    """Certificates of everything the lot met; `covers` is judged on the day it mattered."""
    days: dict[str, str] = {f"product:{lineage[0][0]}": day}
    for lot in lineage:
        for step in graph.line(lot).made_by:
            party = step.located.statement.party
            days.setdefault(f"site:{party}/{step.body['site']}", step.day)
            days.setdefault(f"party:{party}", step.day)
    return [
        {
            "kind": one.kind,
            "number": one.number,
            "issuer": one.issuer,
            "subject": one.subject,
            "subject_name": _subject_name(registry, one.subject),
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "stars": one.stars,
            "vouched_by": one.vouched_by,
            "vouched_name": _producer(registry, one.vouched_by)["name"],
            "by_authority": one.by_authority,
            "covers": one.covers(days[one.subject]),
        }
        for one in registry.certificates_of(*days)
    ]


def _subject_name(registry: Registry, subject: str) -> str:
    kind, _, rest = subject.partition(":")
    if kind == "product":
        return registry.item_name(rest)
    if kind == "party":
        return _producer(registry, rest)["name"]
    party, _, code = rest.partition("/")
    return str(registry.sites.get((party, code), {}).get("name", code))


def _stopped(graph: LotGraph, lot: Lot, ancestors: Iterable[Lot]) -> dict[str, str] | None:
    own = graph.stops(lot)
    inherited = [
        stop
        for one in ancestors
        for stop in graph.stops(one)
        if stop.type == "recalled" and stop.body["reach"] == "descendants"
    ]
    # A recall outweighs a hold, and the lot's own order comes before an ancestor's.
    ranked = sorted([*own, *inherited], key=lambda stop: stop.type != "recalled")
    if not ranked:
        return None
    stop = ranked[0]
    return {
        "type": stop.type,
        "reason": stop.body["reason"],
        "time": stop.time,
        "entry": stop.id,
        "lot": stop.body["lots"][0]["code"],
        "party": stop.party,
        "order": stop.body.get("order", ""),
    }


def _stages(graph: LotGraph, registry: Registry, lineage: list[Lot]) -> list[dict[str, Any]]:
    """The whole ancestry's steps, grouped by what was done to which item."""
    groups: dict[tuple[str, str], list[tuple[Lot, Step]]] = {}
    for lot in lineage:
        for step in graph.line(lot).about:
            if step.type in _STAGES:
                groups.setdefault((step.type, lot[0]), []).append((lot, step))
    stages = [_stage(registry, lineage[0], key, found) for key, found in groups.items()]
    return sorted(stages, key=lambda s: (s["first_day"], s["last_day"]))


def _stage(
    registry: Registry, own: Lot, key: tuple[str, str], found: list[tuple[Lot, Step]]
) -> dict[str, Any]:
    kind, item = key
    masses = [kilograms(q) for lot, step in found for q in _amounts(step, lot)]
    known = [mass for mass in masses if mass is not None]
    sites: dict[str, dict[str, Any]] = {}
    for _, step in found:
        code = step.body.get("site")
        if code is not None:
            sites.setdefault(code, _site(registry, step.located.statement.party, code))
    return {
        "type": kind,
        "item": item,
        "item_name": registry.item_name(item),
        "count": len(found),
        "first_day": min(step.day for _, step in found),
        "last_day": max(step.day for _, step in found),
        "sites": list(sites.values()),
        "kg": plain(sum(known[1:], known[0])) if known else None,
        "packs": sum(step.body.get("packs", 0) for _, step in found) or None,
        "own": any(lot == own for lot, _ in found),
    }


def _site(registry: Registry, party: str, code: str) -> dict[str, Any]:
    body = registry.sites.get((party, code), {})
    names = ("name", "growing_area_code", "packing_house_code", "province")
    return {
        "code": code,
        "party": party,
        "name": code,
        **{n: str(body[n]) for n in names if n in body},
    }


def _amounts(step: Step, lot: Lot) -> list[dict[str, str]]:
    made = made_amounts(step, lot)
    if made:
        return made
    return [step.body["quantity"]] if "quantity" in step.body else []


def _step(graph: LotGraph, registry: Registry, step: Step) -> dict[str, Any]:
    body, statement = step.body, step.located.statement
    lots = [lot_of(one["lot"]) for one in body.get("outputs", [])]
    quantity = body.get("quantity") or (body["outputs"][0]["quantity"] if lots else None)
    site = body.get("site")
    return {
        "index": step.located.index,
        "id": step.id,
        "type": step.type,
        "time": step.time,
        "party": statement.party,
        "keyid": step.located.signer.keyid_hex,
        "held": step.located.signer.held,
        "site": site,
        "site_name": None if site is None else _site(registry, statement.party, site)["name"],
        "quantity": quantity,
        "inputs": [
            {"item": taken[0], "lot": taken[1], "quantity": amount}
            for taken, amount in amounts_taken(step.type, body)
        ],
        "packs": body.get("packs"),
        "count": body.get("count"),
        "instrument": body.get("instrument"),
        "reason": body.get("reason"),
        "result": body.get("result"),
        "counterparty": body.get("from") or body.get("to") or body.get("by"),
        "corrected": step.id in graph.corrections,
        "note": body.get("note"),
    }


def _named(registry: Registry, lot: Lot) -> dict[str, str]:
    return {"item": lot[0], "lot": lot[1], "name": registry.item_name(lot[0])}


def _parents(graph: LotGraph, registry: Registry, lot: Lot) -> list[dict[str, Any]]:
    return [
        {**_named(registry, taken), "quantity": amount}
        for step in graph.line(lot).made_by
        for taken, amount in amounts_taken(step.type, step.body)
    ]


def _balance(graph: LotGraph, registry: Registry, lot: Lot) -> dict[str, str | int | None]:
    made, received = graph.made_kilograms(lot), graph.received_kilograms(lot)
    taken = graph.taken_kilograms(lot)
    had = graph.had_kilograms(lot)
    packs = graph.packs(lot)
    gone = sum(
        (
            Decimal(step.body["quantity"]["value"])
            for kind in ("shipped", "sold", "destroyed")
            for step in graph.line(lot).steps(kind)
            if step.body["quantity"]["unit"] == "pack"
        ),
        Decimal(0),
    )
    net = registry.products.get(lot[0], ("", {}))[1].get("net_content")
    net_mass = None if net is None else kilograms(net)
    net_kg = None if net_mass is None or not packs else net_mass * packs
    into = [
        kilograms(amount)
        for step in graph.line(lot).made_by
        for _, amount in amounts_taken(step.type, step.body)
    ]
    total = sum((mass for mass in into if mass is not None), start=Decimal(0))
    out = net_kg if net_kg is not None else made
    return {
        "made_kg": None if made is None else plain(made),
        "received_kg": None if received is None else plain(received),
        "taken_kg": plain(taken),
        "left_kg": None if had is None else plain(had - taken),
        "packs": packs,
        "left_packs": plain(packs - gone) if packs else None,
        "net_kg": None if net_kg is None else plain(net_kg),
        "into_kg": plain(total) if total else None,
        "yield_percent": _percent(out, total) if total and out else None,
    }


def _percent(out: Decimal, total: Decimal) -> str | None:
    """Share in percent to one decimal; None when it is beyond all sense (a finding says why)."""
    share = out * 100 / total
    # Rounding a number with more digits than the decimal context raises.
    return plain(round(share, 1)) if share < _SENSELESS_PERCENT else None
