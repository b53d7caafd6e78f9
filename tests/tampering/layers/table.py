"""The table of who notices what: python -m tests.tampering.layers.table [every Nth position]."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.tampering.layers.honest import honest
from tests.tampering.layers.noticing import LAYERS
from tests.tampering.layers.thief import ATTACKS, OWN_COMMITMENT, sealed_anew

SIZE = 500


@dataclass
class Count:
    """One attack at many positions: how often each layer noticed it, and where none did."""

    tried: int = 0
    by: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LAYERS, 0))
    missed: list[int] = field(default_factory=list)


def count(name: str, positions: Iterable[int], size: int = SIZE) -> Count:
    """Try one attack at these positions of a ledger of `size` statements."""
    entries, found = honest(size), Count()
    for at in positions:
        shown = ATTACKS[name](entries, at)
        if shown is None:
            continue
        if name not in OWN_COMMITMENT:
            shown = sealed_anew(shown, entries)
        found.tried += 1
        noticed = [layer for layer, looks in LAYERS.items() if looks(shown, entries)]
        for layer in noticed:
            found.by[layer] += 1
        if not noticed:
            found.missed.append(at)
    return found


def table(step: int = 1) -> str:
    """Every attack at every `step`th position, as Markdown."""
    lines = [
        f"| attack | positions | {' | '.join(LAYERS)} | none |",
        f"|---|---|{'---|' * (len(LAYERS) + 1)}",
    ]
    for name in ATTACKS:
        found = count(name, range(0, SIZE, step))
        by = " | ".join(str(found.by[layer]) for layer in LAYERS)
        lines.append(f"| {name} | {found.tried} | {by} | {len(found.missed)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
