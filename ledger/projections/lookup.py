"""Finding by any word or code: indexed reads for whoever searches, each with a bound."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from ledger.verify.graph import Lot

MOST_NAMED = 2_000
"""Things that share a word; beyond that a search needs another word."""
_END = "\U0010ffff"
_AT_ONCE = 100


class Lookup:
    """Reads over one connection to the views file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _rows(self, query: str, *values: object) -> list[tuple[str, str]]:
        return self._connection.execute(query, values).fetchall()

    def named(self, words: Sequence[str]) -> tuple[list[tuple[str, str]], bool]:
        """(kind, reference) of what has words that begin with each of these; whether more do.

        The kinds and references are those of `ledger.projections.naming`.
        """
        found: list[tuple[str, str]] | None = None
        least, full = "", False
        for word in words:
            rows = self._rows(
                "SELECT DISTINCT kind, ref FROM named WHERE word >= ? AND word < ? LIMIT ?",
                *(word, word + _END, MOST_NAMED),
            )
            if found is None or len(rows) < len(found):
                found, least, full = rows, word, len(rows) == MOST_NAMED
        rest = [word for word in words if word != least]
        kept = [one for one in found or () if all(self._has(*one, word) for word in rest)]
        return kept, full

    def _has(self, kind: str, reference: str, word: str) -> bool:
        return bool(
            self._rows(
                "SELECT 1 FROM named INDEXED BY named_ref "
                "WHERE kind = ? AND ref = ? AND word >= ? AND word < ? LIMIT 1",
                *(kind, reference, word, word + _END),
            )
        )

    def lots_like(self, code: str, limit: int) -> list[Lot]:
        """Lots whose code begins so, by code."""
        return self._rows(
            "SELECT item, lot FROM lot INDEXED BY lot_code WHERE lot >= ? AND lot < ? "
            "ORDER BY lot LIMIT ?",
            *(code, code + _END, limit),
        )

    def lots_of_item(self, item: str, limit: int) -> list[Lot]:
        """Lots of an item, the last code first."""
        return self._rows(
            "SELECT item, lot FROM lot WHERE item = ? ORDER BY lot DESC LIMIT ?", item, limit
        )

    def lots_of_party(self, party: str, limit: int) -> list[Lot]:
        """Lots of a party, newest statement first."""
        return self._rows(
            "SELECT item, lot FROM lot WHERE party = ? ORDER BY last_idx DESC LIMIT ?", party, limit
        )

    def lots_at(self, party: str, site: str, limit: int) -> list[Lot]:
        """Lots that something was done with at a party's site, newest first."""
        return self._rows(
            "SELECT DISTINCT item, lot FROM (SELECT idx FROM entry WHERE party = ? AND site = ? "
            "ORDER BY day DESC LIMIT ?) CROSS JOIN entry_lot USING (idx) LIMIT ?",
            *(party, site, 4 * limit, limit),
        )

    def entries_like(self, start: str, limit: int) -> list[tuple[int, str, str]]:
        """(log index, id, type) of the statements whose id begins so."""
        return self._connection.execute(
            "SELECT idx, id, type FROM entry WHERE id >= ? AND id < ? LIMIT ?",
            (start, start + "g", limit),
        ).fetchall()

    def lots_of_entry(self, index: int, limit: int) -> list[Lot]:
        """Lots that a statement names."""
        return self._rows("SELECT item, lot FROM entry_lot WHERE idx = ? LIMIT ?", index, limit)

    def tags(self, gtins: Sequence[str], tag: str, counter: int) -> list[Lot]:
        """Lots of these products for which the station `tag` issued a label of this number."""
        found: list[Lot] = []
        for gtin in gtins:
            found += self._rows(
                "SELECT gtin, lot FROM label_range WHERE gtin = ? AND tag = ? AND first <= ? "
                "AND last >= ? ORDER BY first DESC LIMIT 1",
                *(gtin, tag, counter, counter),
            )
        return found

    def standings(self, lots: Sequence[Lot]) -> dict[Lot, tuple[str, str]]:
        """(party, what stops it: "held", "recalled" or "") of each lot that the ledger knows."""
        rows = self._of_lots(
            "SELECT item, lot, party, stopped FROM wanted "
            "CROSS JOIN lot ON item = w_item AND lot = w_lot",
            lots,
        )
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}

    def edges(self, lots: Sequence[Lot], *, back: bool) -> list[tuple[Lot, Lot]]:
        """(one of these lots, a lot one step on) of every step: back to inputs, or forward."""
        near, far = ("to", "from") if back else ("from", "to")
        rows = self._of_lots(
            f"SELECT {near}_item, {near}_lot, {far}_item, {far}_lot FROM wanted "  # noqa: S608  # constant text
            f"CROSS JOIN edge ON {near}_item = w_item AND {near}_lot = w_lot",
            lots,
        )
        return [((row[0], row[1]), (row[2], row[3])) for row in rows]

    def about(self, lots: Sequence[Lot], types: Sequence[str]) -> list[int]:
        """Log indexes of the statements of these types, and corrections, that name these lots."""
        safe = [one for one in (*types, "corrected") if one.replace("-", "").isalpha()]
        kinds = ",".join(f"'{one}'" for one in safe)
        rows = self._of_lots(
            "SELECT idx FROM wanted CROSS JOIN entry_lot ON item = w_item AND lot = w_lot "  # noqa: S608  # names only
            f"CROSS JOIN entry USING (idx) WHERE type IN ({kinds})",
            lots,
        )
        return sorted({row[0] for row in rows})

    def _of_lots(self, query: str, lots: Sequence[Lot]) -> Iterator[Any]:
        for start in range(0, len(lots), _AT_ONCE):
            part = lots[start : start + _AT_ONCE]
            places = ",".join(["(?,?)"] * len(part))
            values = [value for lot in part for value in lot]
            wanted = f"WITH wanted (w_item, w_lot) AS (VALUES {places}) {query}"
            yield from self._connection.execute(wanted, values)
