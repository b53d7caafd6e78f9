"""Mass balance: kilograms in >= kilograms out; packs and labels within what was packed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ledger.verify.amounts import kilograms, plain, total_kilograms
from ledger.verify.findings import Finding, finding
from ledger.verify.graph import Lot
from ledger.verify.lots import LotGraph
from ledger.verify.registry import Registry

# Packs are filled by eye and scale: what the packs need may exceed what was weighed in by this
# share. Stated in every finding that uses it.
PACK_TOLERANCE = Decimal("0.01")


def find(graph: LotGraph, registry: Registry, lot: Lot) -> Iterator[Finding]:
    """Findings about amounts of one lot."""
    yield from _yield_of_runs(graph, lot)
    yield from _overdrawn(graph, lot)
    yield from _packs(graph, registry, lot)
    yield from _labels(graph, lot)
    yield from _shipped(graph, lot)


def _yield_of_runs(graph: LotGraph, lot: Lot) -> Iterator[Finding]:
    for step in graph.line(lot).made_by:
        if step.type != "processed":
            continue
        into = total_kilograms([one["quantity"] for one in step.body["inputs"]])
        out = total_kilograms([one["quantity"] for one in step.body["outputs"]])
        if into is None or out is None:
            continue
        if "loss" in step.body:
            out += kilograms(step.body["loss"]) or Decimal(0)
        if out > into:
            yield finding("more-out-than-in", lot, step.id, out=plain(out), into=plain(into))
    made = graph.made_kilograms(lot)
    if made is None:
        return
    # Party by party: goods that go from hand to hand are received more than once.
    for party, received in graph.received_by(lot).items():
        if received > made:
            last = [s for s in graph.line(lot).steps("received") if s.party == party][-1]
            yield finding("more-out-than-in", lot, last.id, out=plain(received), into=plain(made))


def _overdrawn(graph: LotGraph, lot: Lot) -> Iterator[Finding]:
    had = graph.had_kilograms(lot)
    taken = graph.taken_kilograms(lot)
    if had is not None and taken > had:
        entry = graph.line(lot).taken_by[-1][0].id
        yield finding("overdrawn", lot, entry, taken=plain(taken), had=plain(had))
        return
    makers = graph.makers(lot)
    for party, received in graph.received_by(lot).items():
        own = [(step, amount) for step, amount in graph.line(lot).taken_by if step.party == party]
        masses = [kilograms(amount) for _, amount in own]
        taken = sum((mass for mass in masses if mass is not None), Decimal(0))
        if party not in makers and taken > received:
            yield finding("overdrawn", lot, own[-1][0].id, taken=plain(taken), had=plain(received))


def _packs(graph: LotGraph, registry: Registry, lot: Lot) -> Iterator[Finding]:
    product = registry.products.get(lot[0])
    net = None if product is None else product[1].get("net_content")
    mass = None if net is None else kilograms(net)
    if net is None or mass is None:
        return
    for step in graph.line(lot).made_by:
        if step.type != "packed":
            continue
        into = total_kilograms([one["quantity"] for one in step.body["inputs"]])
        need = mass * step.body["packs"]
        if into is not None and need > into * (1 + PACK_TOLERANCE):
            yield finding(
                "packs-exceed-content",
                lot,
                step.id,
                packs=step.body["packs"],
                net=f"{net['value']} {net['unit']}",
                need=plain(need),
                into=plain(into),
                tolerance=plain(PACK_TOLERANCE * 100),
            )


def _labels(graph: LotGraph, lot: Lot) -> Iterator[Finding]:
    issues = graph.line(lot).steps("labels-issued")
    in_force = graph.labels_issued(lot) - graph.labels_voided(lot)
    if issues and in_force > graph.packs(lot):
        yield finding(
            "labels-exceed-packs", lot, issues[-1].id, labels=in_force, packs=graph.packs(lot)
        )
    used: dict[str, list[tuple[int, int]]] = {}
    for step in graph.labels_of(lot[0]):
        first, last = step.body["first"], step.body["first"] + step.body["count"] - 1
        for before_first, before_last in used.get(step.body["tag"], []):
            if first <= before_last and before_first <= last:
                yield finding(
                    "serial-reused",
                    lot,
                    step.id,
                    first=max(first, before_first),
                    last=min(last, before_last),
                    tag=step.body["tag"],
                    item=lot[0],
                )
        used.setdefault(step.body["tag"], []).append((first, last))


def _shipped(graph: LotGraph, lot: Lot) -> Iterator[Finding]:
    moved = graph.line(lot).steps("shipped")
    packs = graph.packs(lot)
    out = sum(
        (
            Decimal(s.body["quantity"]["value"])
            for s in moved
            if s.body["quantity"]["unit"] == "pack"
        ),
        Decimal(0),
    )
    if packs and out > packs:
        yield finding(
            "shipped-exceeds", lot, moved[-1].id, shipped=f"{plain(out)} pack", had=f"{packs} pack"
        )
    mass = total_kilograms([s.body["quantity"] for s in moved])
    had = graph.made_kilograms(lot)
    if mass is not None and had is not None and mass > had:
        yield finding(
            "shipped-exceeds",
            lot,
            moved[-1].id,
            shipped=f"{plain(mass)} kg",
            had=f"{plain(had)} kg",
        )
