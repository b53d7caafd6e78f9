"""Counts over the whole ledger, for whoever looks at many parties at once. Grouped by the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackedLots:
    """Lots of products that one party packed, and those of them whose chain lacks no step."""

    lots: int
    whole: int


class Tallies:
    """Reads of one thread's connection to the views."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def packed(self) -> dict[str, PackedLots]:
        """By party. A product's lot counts as whole while no finding says that a step is missing."""
        rows = self._connection.execute(
            "SELECT party, count(*), sum(instr(facts, '\"origin-missing\"') = 0) FROM lot "
            "WHERE instr(item, '/') = 0 GROUP BY party"
        )
        return {party: PackedLots(lots, whole) for party, lots, whole in rows}

    def labelled_products(self) -> set[str]:
        """GTINs of the products of which labels were issued."""
        return {row[0] for row in self._connection.execute("SELECT DISTINCT gtin FROM label_range")}

    def newest(self, party: str) -> str | None:
        """When a party last recorded anything (its own time, RFC 3339); None when never."""
        found = self._connection.execute(
            "SELECT time FROM entry WHERE idx = (SELECT max(idx) FROM entry WHERE party = ?)",
            (party,),
        ).fetchone()
        return None if found is None else str(found[0])

    def per_month(self, types: Sequence[str], first: str) -> dict[tuple[str, str], int]:
        """(type, month as YYYY-MM) -> statements of that type since the month `first`."""
        found: dict[tuple[str, str], int] = {}
        for one in types:
            rows = self._connection.execute(
                "SELECT substr(time, 1, 7), count(*) FROM entry WHERE type = ? AND time >= ? "
                "GROUP BY substr(time, 1, 7)",
                (one, first),
            )
            found.update({(one, month): count for month, count in rows})
        return found

    def within(
        self, party: str, types: Sequence[str], first: str, end: str, most: int
    ) -> list[int]:
        """Log indexes of a party's statements of these types, from the day or month `first` on and
        before `end` by their own time; the newest `most` of them, in log order."""
        safe = [one for one in types if one.replace("-", "").isalpha()]
        kinds = ",".join(f"'{one}'" for one in safe)
        # By party: a hub has many, and only the own years are looked through.
        rows = self._connection.execute(
            "SELECT idx FROM entry INDEXED BY entry_party "  # noqa: S608  # names only
            f"WHERE party = ? AND type IN ({kinds}) AND time >= ? AND time < ? "
            "ORDER BY idx DESC LIMIT ?",
            (party, first, end, most),
        )
        return sorted(row[0] for row in rows)
