"""How many days goods took from one step to the next: medians of whole days, exact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from api.routes.services import Facts

WAYS: Final = ("harvest-pack", "process-pack", "pack-label", "pack-leave")


@dataclass(slots=True)
class Lasted:
    """Days that lots of one product took on one way, in no order."""

    days: list[int] = field(default_factory=list)

    @property
    def median(self) -> Decimal:
        """The middle one; between two middle ones their half."""
        ordered = sorted(self.days)
        half = len(ordered) // 2
        if len(ordered) % 2:
            return Decimal(ordered[half])
        return Decimal(ordered[half - 1] + ordered[half]) / 2


def lasted(lots: Iterable[Facts], party: str) -> dict[tuple[str, str], Lasted]:
    """By (way, item). From the first day of the former step to the first day of the latter.

    `pack-leave` ends when the party first ships or sells a pack of the lot.
    """
    found: dict[tuple[str, str], Lasted] = {}
    for facts in lots:
        begun = _stages(facts)
        packed = facts["packed_on"]
        done = {
            "harvest-pack": (begun.get("harvested"), packed),
            "process-pack": (begun.get("processed"), packed),
            "pack-label": (packed, _first(facts, party, ("labels-issued",))),
            "pack-leave": (packed, _first(facts, party, ("shipped", "sold"))),
        }
        for way, (start, end) in done.items():
            if start and end:
                days = (dt.date.fromisoformat(end) - dt.date.fromisoformat(start)).days
                found.setdefault((way, facts["item"]), Lasted()).days.append(days)
    return found


def _stages(facts: Facts) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in facts["stages"]:
        kind, day = one["type"], one["first_day"]
        found[kind] = min(day, found.get(kind, day))
    return found


def _first(facts: Facts, party: str, kinds: tuple[str, ...]) -> str | None:
    days = [
        str(one["time"])[:10]
        for one in facts["steps"]
        if one["type"] in kinds and one["party"] == party and _moved(one)
    ]
    return min(days, default=None)


def _moved(step: Facts) -> bool:
    """An undone record moved nothing."""
    amount = step["quantity"]
    return amount is None or Decimal(amount["value"]) != 0
