"""Lots that somebody must look after: those in stock that run out of time, and those stopped."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from ledger.projections.views import Views

MOST: Final = 100
"""Lots of one answer: more are no list that anybody works through."""


@dataclass(frozen=True, slots=True)
class Stock:
    """Bounded, indexed reads over the views, for the thread that asks."""

    views: Views

    def ending(self, party: str, first: str, last: str, most: int = MOST) -> list[dict[str, Any]]:
        """Facts of a party's lots with packs left whose expiry is between two ISO days, both in."""
        rows = self.views.connection().execute(
            "SELECT facts FROM lot WHERE party = ? AND stock_until BETWEEN ? AND ? "
            "ORDER BY stock_until LIMIT ?",
            (party, first, last, min(most, MOST)),
        )
        return [json.loads(row[0]) for row in rows]

    def stopped(self, most: int = MOST) -> list[dict[str, Any]]:
        """Facts of lots that are held or recalled now, anybody's, the newest first."""
        rows = self.views.connection().execute(
            "SELECT facts FROM lot WHERE stopped <> '' ORDER BY last_idx DESC LIMIT ?",
            (min(most, MOST),),
        )
        return [json.loads(row[0]) for row in rows]
