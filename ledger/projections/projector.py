"""The batch loop: from the sealed log to the tables, position and rows in one transaction.

A crash inside a batch undoes the batch whole; the next start goes on from the
recorded size. A lot's facts depend only on the statements sealed so far, never on
how they were batched, so a rebuild gives the same bytes.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from ledger.projections import schema, steering
from ledger.projections.concern import (
    KEY_TROUBLE,
    Concern,
    concerns,
    disputed_changed,
    named,
    waiting_times,
)
from ledger.projections.errors import ProjectionRefused
from ledger.projections.facts import lot_facts
from ledger.projections.photos import Photos
from ledger.projections.rows import RowWriter
from ledger.projections.stories import Stories
from ledger.store.seam import LedgerStore
from ledger.verify.graph import Lot
from ledger.verify.history import History, Located
from ledger.verify.keys import KeyRecord
from ledger.verify.lots import LotGraph
from ledger.verify.wording import Refusal

BATCH = 500
Shown = tuple[str, str, str, int, str, str | None, str]
"""Item, lot code, party, newest statement about it, what stops it, stock until, facts as JSON."""
LotRow = Shown | None
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Projector:
    """Keeps one views file in step with one sealed log."""

    def __init__(self, store: LedgerStore, connection: sqlite3.Connection) -> None:
        self.store = store
        self.connection = connection
        self._lock = threading.RLock()
        self._rows = RowWriter(connection)
        self._stories = Stories(store, lambda: connection, lambda: self._history)
        self._done = 0
        self._reset()

    def _reset(self) -> None:
        self._folded = 0
        self._history = steering.empty_history()
        self._disputed: dict[str, KeyRecord] | None = None
        self._rows.forget()
        self._stories.memory.clear()

    @property
    def history(self) -> History:
        """Keys and registry as of the projected size."""
        return self._history

    def graph_of(self, lots: Iterable[Lot], extra: Iterable[Located] = ()) -> LotGraph:
        """As `Stories.graph_of`."""
        return self._stories.graph_of(lots, extra)

    def located(self, index: int) -> Located:
        """The statement at a log index, as projected."""
        return self._stories.located(index)

    def located_all(self, indexes: Iterable[int]) -> list[Located]:
        """As `Stories.located_all`."""
        return self._stories.located_all(indexes)

    def catch_up(
        self, on_progress: Callable[[int], None] | None = None, up_to: int | None = None
    ) -> int:
        """Project everything sealed so far, at most `up_to` entries; returns the size reached.

        Raises:
            ProjectionRefused: a statement cannot be projected; the tables end right before it.
        """
        before = -1
        with self._lock:
            while True:
                size = self._advance(up_to)
                if on_progress is not None:
                    on_progress(size)
                end = self.store.size()
                # No further by a whole turn: the log counts entries that it does not have.
                if size >= (end if up_to is None else min(end, up_to)) or size == before:
                    return size
                before = size

    def rebuild(self, on_progress: Callable[[int], None] | None = None) -> int:
        """Throw the tables away and project the whole log again."""
        with self._lock:
            schema.clear(self.connection)
            self._reset()
            return self.catch_up(on_progress)

    def _advance(self, up_to: int | None) -> int:
        """One batch further; one by one when something in the batch cannot be taken in."""
        try:
            return self._step(BATCH, up_to)
        except Exception as wrong:
            if self._is_passing(wrong):
                raise
            # Of this very class are a file that is none, and pages that make no sense.
            if type(wrong) is sqlite3.DatabaseError:
                raise ProjectionRefused("views-damaged", why=str(wrong)) from wrong
        last = self._done + BATCH
        size = self._done
        while size < last:
            try:
                before, size = size, self._step(1, up_to)
            except Exception as wrong:
                if self._is_passing(wrong):
                    raise
                raise ProjectionRefused(
                    "projection-stuck", index=self._done, why=_reason(wrong)
                ) from wrong
            if size == before:
                break
        return size

    def _is_passing(self, wrong: Exception) -> bool:
        """Whether a database failed, and not a statement."""
        return wrong is self._stories.store_trouble or isinstance(
            wrong, sqlite3.OperationalError | OSError
        )

    def _step(self, most: int, up_to: int | None) -> int:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            done = int(self.connection.execute("SELECT size FROM progress").fetchone()[0])
            self._done = done
            if done < self._folded:
                self._reset()  # another process rebuilt the tables
            self._follow(done)
            rows = self._sealed(done, most if up_to is None else min(most, max(up_to - done, 0)))
            if rows:
                self._project(rows)
                done = rows[-1][0] + 1
                self.connection.execute("UPDATE progress SET size = ?", (done,))
            self.connection.execute("COMMIT")
        except BaseException:
            # Memory went ahead of the tables: fold again from the log next time.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self._reset()
            raise
        return done

    def _sealed(self, first: int, most: int) -> list[tuple[int, bytes]]:
        try:
            return self.store.sealed(first, most)
        except Exception as wrong:
            self._stories.store_trouble = wrong
            raise

    def _follow(self, size: int) -> None:
        """Fold what another process has projected since."""
        if self._folded < size:
            indexes = steering.between(self.connection, self._folded, size)
            try:
                steering.fold_at(self._history, self.store, indexes)
            except Exception as wrong:
                self._stories.store_trouble = wrong
                raise
            self._folded, self._disputed = size, None

    def _project(self, rows: list[tuple[int, bytes]]) -> None:
        before = None
        found: list[Concern] = []
        batch: list[Located] = []
        for index, raw in rows:
            registry = self._history.registry
            one = steering.locate_raw(self._history, index, raw)
            if one.statement.type in KEY_TROUBLE and before is None:
                before = set(self._all_disputed())
            found += concerns(one, registry)
            steering.fold(self._history, one, raw, self.store.replica)
            self._folded = index + 1
            self._rows.add(one)
            batch.append(one)
        self._rows.flush()
        self._stories.memory.keep(batch)
        for one in batch:
            found += waiting_times(one, self._stories)
        if before is not None:
            self._disputed = None
            found += disputed_changed(before, set(self._all_disputed()))
        self._write_lots(batch, found)

    def _all_disputed(self) -> dict[str, KeyRecord]:
        if self._disputed is None:
            self._rows.flush()
            self._disputed = steering.disputed(self._history, self.connection, self.store.replica)
        return self._disputed

    def _write_lots(self, batch: list[Located], found: list[Concern]) -> None:
        """Write anew every lot that looks different now, each once."""
        onward: dict[Lot, None] = {}
        alone: dict[Lot, None] = {}
        for one in batch:
            about, taken = named(one)
            onward.update(dict.fromkeys(about))
            alone.update(dict.fromkeys(taken))
        for concern in found:
            lots = self._stories.lots(concern.query, concern.values)
            (onward if concern.onward else alone).update(dict.fromkeys(lots))
        written: dict[Lot, LotRow] = {}
        for lot in alone:
            if lot not in onward:
                row = written[lot] = self._lot_row(lot)
                # What is made from a lot shows its findings: only if these changed it changes.
                if row is not None and self._looks_different(lot, row):
                    onward[lot] = None
        for lot in [*onward, *self._stories.walk(list(onward), back=False)]:
            if lot not in written:
                written[lot] = self._lot_row(lot)
        self.connection.executemany(
            "INSERT OR REPLACE INTO lot VALUES (?,?,?,?,?,?,?)",
            [row for row in written.values() if row is not None],
        )

    def _lot_row(self, lot: Lot) -> LotRow:
        """What the lot table holds of one lot; None when no statement is about it."""
        graph = self._stories.graph_of([lot])
        about = graph.line(lot).about
        if not about:
            return None
        photos = Photos(self._stories.rows)
        facts = lot_facts(graph, self._history.registry, lot, self._all_disputed(), photos)
        last = max(step.located.index for step in about)
        stopped = "" if facts["stopped"] is None else facts["stopped"]["type"]
        return *lot, facts["party"], last, stopped, _stock_until(facts), _JSON.encode(facts)

    def _looks_different(self, lot: Lot, row: Shown) -> bool:
        """Whether what a lot shows of itself to others is not what the table has."""
        old = self._stories.rows("SELECT facts FROM lot WHERE item = ? AND lot = ?", lot)
        return not old or _own_findings(old[0][0]) != _own_findings(row[-1])


def _stock_until(facts: dict[str, Any]) -> str | None:
    """Expiry of a lot of which packs are left; None for any other."""
    left = facts["balance"]["left_packs"]
    return facts["expiry"] if left is not None and Decimal(left) > 0 else None


def _own_findings(text: str) -> list[dict[str, str]]:
    facts = json.loads(text)
    lot = facts["item"], facts["lot"]
    return [one for one in facts["findings"] if (one["item"], one["lot"]) == lot]


def _reason(wrong: Exception) -> str:
    """What failed and where, without a word of the statement itself."""
    if isinstance(wrong, Refusal):
        return wrong.code
    place = wrong.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = "" if place is None else Path(place.tb_frame.f_code.co_filename).name
    line = "" if place is None else f":{place.tb_lineno}"
    return f"{type(wrong).__name__} at {where}{line}"
