"""Statements put back into lots: the graph of a lot and all it comes from, read from the tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ledger.projections.memory import StatementMemory
from ledger.store.seam import LedgerStore
from ledger.verify.entry import Entry, parse_entry
from ledger.verify.graph import Lot
from ledger.verify.history import History, Located
from ledger.verify.lots import LotGraph
from ledger.verify.statement import read_statement

PAGE = 500
# Asked for many lots at once: a question costs more than its answer. CROSS JOIN, because the
# planner may otherwise go through the whole table to find two lots.
_WANTED = "WITH wanted (w_item, w_lot) AS (VALUES {})"
_TOUCHING = "SELECT idx FROM wanted CROSS JOIN entry_lot ON item = w_item AND lot = w_lot"
_BACK = (
    "SELECT from_item, from_lot FROM wanted CROSS JOIN edge ON to_item = w_item AND to_lot = w_lot"
)
_FORWARD = (
    "SELECT to_item, to_lot FROM wanted CROSS JOIN edge ON from_item = w_item AND from_lot = w_lot"
)
_AT_ONCE = 100
_ANY_WORK = "SELECT 1 FROM field_work WHERE party = ? AND site = ? LIMIT 1"
# Field work whose waiting time covers a day, with every correction of it; and the newest before
# a harvest, on which a station builds. Never all the work that a site has seen.
_WORK = (
    "SELECT idx FROM field_work WHERE party = ?1 AND site = ?2 AND work IN (SELECT work FROM "
    "field_work WHERE party = ?1 AND site = ?2 AND until > ?3 AND day <= ?3) UNION "
    "SELECT idx FROM (SELECT idx FROM field_work WHERE party = ?1 AND site = ?2 AND idx < ?4 "
    "ORDER BY idx DESC LIMIT 20)"
)


class Stories:
    """Lots as their statements tell them. `connection` gives this thread's own."""

    def __init__(
        self,
        store: LedgerStore,
        connection: Callable[[], sqlite3.Connection],
        history: Callable[[], History],
    ) -> None:
        """`history` gives keys and registry at least as new as the tables."""
        self.store = store
        self._connection = connection
        self._history = history
        self.memory = StatementMemory()
        self.store_trouble: Exception | None = None

    @property
    def history(self) -> History:
        """Keys and registry as of the projected size."""
        return self._history()

    def graph_of(self, lots: Iterable[Lot], extra: Iterable[Located] = ()) -> LotGraph:
        """The graph of these lots and all they come from, plus statements that take from them."""
        ordered = list(lots)
        wanted = list(dict.fromkeys([*ordered, *self.walk(ordered, back=True)]))
        indexes: set[int] = set()
        indexes.update(row[0] for row in self._of_lots(_TOUCHING, wanted))
        located = self.located_all(indexes)
        work: set[int] = set()
        for one in located:
            said = one.statement
            if said.type == "harvested" and self._has_work(said.party, said.body["site"]):
                place = said.party, said.body["site"], said.time[:10], one.index
                work.update(row[0] for row in self.rows(_WORK, place))
        located += self.located_all(work - indexes)
        # In a replica, log indexes say nothing of when a checkpoint was seen.
        return LotGraph([*located, *extra], dated=self.store.replica is None)

    def located(self, index: int) -> Located:
        """The statement at a log index, as projected. KeyError when nothing is sealed there."""
        return self.located_all([index])[0]

    def located_all(self, indexes: Iterable[int]) -> list[Located]:
        """The statements at these log indexes, in log order. KeyError when one is not sealed."""
        wanted = sorted(set(indexes))
        found = self.memory.get(wanted)
        missing = [index for index in wanted if index not in found]
        if not missing:
            return [found[index] for index in wanted]
        # Asked for after the indexes were read, so it knows every key that signed one of them.
        history = self._history()
        for start in range(0, len(missing), PAGE):
            rows = self._sealed(missing[start : start + PAGE])
            page = [locate(history, index, parse_entry(raw)) for index, raw in rows]
            found.update((one.index, one) for one in page)
            self.memory.keep(page)
        return [found[index] for index in wanted]

    def walk(self, start: list[Lot], *, back: bool) -> list[Lot]:
        """Lots reached from these in one direction, nearest first. Cycles end the walk."""
        query = _BACK if back else _FORWARD
        found: dict[Lot, None] = {}
        ring = list(start)
        while ring:
            near = [(r[0], r[1]) for r in self._of_lots(query, ring)]
            ring = [lot for lot in dict.fromkeys(near) if lot not in found]
            found.update(dict.fromkeys(ring))
        return list(found)

    def _of_lots(self, query: str, lots: list[Lot]) -> Iterator[Any]:
        for start in range(0, len(lots), _AT_ONCE):
            part = lots[start : start + _AT_ONCE]
            places = ",".join(["(?,?)"] * len(part))
            values = [value for lot in part for value in lot]
            yield from self._connection().execute(f"{_WANTED.format(places)} {query}", values)

    def _has_work(self, party: str, site: str) -> bool:
        return bool(self.rows(_ANY_WORK, (party, site)))

    def rows(self, query: str, values: Iterable[object]) -> list[Any]:
        """Rows of the tables."""
        return self._connection().execute(query, tuple(values)).fetchall()

    def lots(self, query: str, values: Iterable[object]) -> list[Lot]:
        """Lots that a query of (item, lot) gives."""
        return [(row[0], row[1]) for row in self.rows(query, values)]

    def _sealed(self, indexes: list[int]) -> list[tuple[int, bytes]]:
        try:
            return self.store.sealed_at(indexes)
        except Exception as wrong:
            # Whoever asks whether a statement cannot be projected must not blame it for this.
            self.store_trouble = wrong
            raise


def locate(history: History, index: int, entry: Entry) -> Located:
    """An entry at its place, with the key that signed it as `history` knows it."""
    statement = read_statement(entry.payload)
    record = history.keys.records.get(entry.keyid)
    if record is None:  # genesis
        record = history.keys.signer(entry.keyid, index, statement)
    return Located(index, entry.id.hex(), statement, record)
