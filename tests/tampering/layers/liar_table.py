"""The table of hidden statements: python -m tests.tampering.layers.liar_table [every Nth]."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

from ledger.verify.bundle import LotBundle
from ledger.verify.checklist import verify_bundle
from ledger.verify.graph import Lot
from ledger.verify.report import Report
from ledger.verify.trust import Trust
from tests.ledger_story import NOW, TRUST
from tests.tampering.indexed import witness
from tests.tampering.layers.liar import AUDITOR, FORMS, KINDS, Operator, places
from tests.tampering.layers.troubled import troubled

SIZE = 500
REQUIRED = replace(TRUST, index_required=True)
AUDITED = replace(REQUIRED, witnesses=(witness(AUDITOR),), quorum=1)

LOOKS = (
    "links and proofs",
    "index",
    "false index: index",
    "false index: index and auditor",
    "older index: says as of when",
)
_DEFENCE = frozenset({"index", "false index: index and auditor", "older index: says as of when"})
"""Where something has to be noticed, whatever the liar chooses."""


@dataclass
class Tried:
    """One form of lie at many places: how often each look noticed it, and what none did."""

    tried: int = 0
    by: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LOOKS, 0))
    missed: list[tuple[int, Lot]] = field(default_factory=list)


@cache
def operator(size: int = SIZE) -> Operator:
    """The one with something to hide."""
    return Operator(troubled(size))


def report(bundle: LotBundle, trust: Trust) -> Report:
    """What an inspector is told."""
    return verify_bundle(bundle.format(), trust, now=NOW)


def noticed(by: Operator, lot: Lot, hidden: frozenset[int]) -> set[str]:
    """Which looks notice that these are left out of a lot's bundle."""

    def refused(bundle: LotBundle, trust: Trust) -> bool:
        return report(bundle, trust).verdict == "refused"

    def older() -> bool:
        told = report(by.with_older_index(lot, hidden), REQUIRED)
        return told.complete_as_of is None or told.complete_as_of.size <= min(hidden)

    looks: tuple[Callable[[], bool], ...] = (
        lambda: refused(by.without_index(lot, hidden), TRUST),
        lambda: refused(by.with_true_index(lot, hidden), REQUIRED),
        lambda: refused(by.with_false_index(lot, hidden), REQUIRED),
        lambda: refused(by.with_false_index(lot, hidden, audited=True), AUDITED),
        older,
    )
    return {name for name, look in zip(LOOKS, looks, strict=True) if look()}


def count(kind: str, form: str, which: range) -> Tried:
    """Leave out these of all statements of a kind, in one form."""
    found, by = Tried(), operator()
    every = [*places(by, kind)]
    for at, lot in (every[number] for number in which):
        found.tried += 1
        saw = noticed(by, lot, by.hidden(at, form))
        for look in saw:
            found.by[look] += 1
        if not saw >= _DEFENCE:
            found.missed.append((at, lot))
    return found


def table(step: int = 1) -> str:
    """Every kind in every form, as Markdown."""
    lines = [
        f"| left out of the bundle | bundles | {' | '.join(LOOKS)} | missed |",
        f"|---|---|{'---|' * (len(LOOKS) + 1)}",
    ]
    for kind in KINDS:
        for form in FORMS:
            found = count(kind, form, range(0, len([*places(operator(), kind)]), step))
            by = " | ".join(str(found.by[look]) for look in LOOKS)
            lines.append(f"| {kind}, {form} | {found.tried} | {by} | {len(found.missed)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
