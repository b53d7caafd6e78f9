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
from typing import Any

from ledger.projections import schema
from ledger.projections.facts import lot_facts
from ledger.store.seam import LedgerStore
from ledger.verify.entry import Entry, parse_entry
from ledger.verify.graph import Lot, lots_about, lots_made, lots_named, lots_taken
from ledger.verify.history import History, Located
from ledger.verify.lots import LotGraph
from ledger.verify.registry import REGISTRY_TYPES
from ledger.verify.statement import read_statement

BATCH = 500
_KEY_TROUBLE = frozenset({"key-compromised", "reattested"})
_MARKS = {
    "labels-printed": ("printed", "printed"),
    "labels-voided": ("voided", "void"),
    "labels-reprinted": ("reprinted", "printed"),
}


class Projector:
    """Keeps one views file in step with one sealed log."""

    def __init__(self, store: LedgerStore, connection: sqlite3.Connection) -> None:
        self.store = store
        self.connection = connection
        self._lock = threading.RLock()
        self._reset()

    def _reset(self) -> None:
        self._folded = 0
        self._history = History(lambda _id: None)

    @property
    def history(self) -> History:
        """Keys and registry as of the projected size."""
        return self._history

    def catch_up(self, on_progress: Callable[[int], None] | None = None) -> int:
        """Project everything sealed so far; returns the size reached."""
        with self._lock:
            while True:
                size = self._step()
                if on_progress is not None:
                    on_progress(size)
                if size >= self.store.size():
                    return size

    def rebuild(self, on_progress: Callable[[int], None] | None = None) -> int:
        """Throw the tables away and project the whole log again."""
        with self._lock:
            schema.clear(self.connection)
            self._reset()
            return self.catch_up(on_progress)

    def _step(self) -> int:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            done = int(self.connection.execute("SELECT size FROM progress").fetchone()[0])
            if done < self._folded:
                self._reset()  # another process rebuilt the tables
            self._fold_up_to(done)
            located = [self._fold(index, raw) for index, raw in self.store.sealed(done, BATCH)]
            if located:
                self._write(located)
                done = located[-1].index + 1
                self.connection.execute("UPDATE progress SET size = ?", (done,))
            self.connection.execute("COMMIT")
        except BaseException:
            # Memory went ahead of the tables: fold again from the log next time.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self._reset()
            raise
        return done

    def _fold_up_to(self, size: int) -> None:
        while self._folded < size:
            for index, raw in self.store.sealed(self._folded, min(BATCH, size - self._folded)):
                self._fold(index, raw)

    def _fold(self, index: int, raw: bytes) -> Located:
        entry = parse_entry(raw)
        located = self._locate(index, entry)
        self._history.fold(located, entry)
        self._folded = index + 1
        return located

    def _locate(self, index: int, entry: Entry) -> Located:
        statement = read_statement(entry.payload)
        record = self._history.keys.records.get(entry.keyid)
        if record is None:  # genesis, or a key of a later fold
            record = self._history.keys.signer(entry.keyid, index, statement)
        return Located(index, entry.id.hex(), statement, record)

    def _write(self, batch: list[Located]) -> None:
        touched: dict[Lot, None] = {}
        parties: set[str] = set()
        for one in batch:
            self._write_rows(one)
            statement = one.statement
            touched.update(dict.fromkeys(lots_named(statement.type, statement.body)))
            if statement.type == "corrected":
                touched.update(dict.fromkeys(self._lots_of(statement.body["corrects"])))
            for site in self._sites_worked(one):
                touched.update(dict.fromkeys(self._lots_at(statement.party, site)))
            if statement.type in REGISTRY_TYPES or statement.type in _KEY_TROUBLE:
                parties |= self._concerned(one)
        touched.update(dict.fromkeys(self._lots_of_parties(parties)))
        disputed = self._history.keys.disputed()
        for lot in [*touched, *self._beyond(touched)]:
            self._write_lot(lot, disputed)

    def _write_rows(self, one: Located) -> None:
        statement, body = one.statement, one.statement.body
        run = self.connection.execute
        run(
            "INSERT INTO entry VALUES (?,?,?,?,?,?,?)",
            (
                one.index,
                one.id,
                statement.type,
                statement.party,
                statement.time,
                one.signer.keyid_hex,
                body.get("site"),
            ),
        )
        about = set(lots_about(statement.type, body))
        for lot in lots_named(statement.type, body):
            run("INSERT INTO entry_lot VALUES (?,?,?,?)", (*lot, one.index, int(lot in about)))
        for made in lots_made(statement.type, body):
            for taken in lots_taken(statement.type, body):
                run("INSERT OR IGNORE INTO edge VALUES (?,?,?,?)", (*taken, *made))
        if statement.type == "labels-issued":
            last = body["first"] + body["count"] - 1
            run(
                "INSERT INTO label_range VALUES (?,?,?,?,?,?)",
                (
                    body["lot"]["item"],
                    body["tag"],
                    body["first"],
                    last,
                    body["lot"]["code"],
                    one.index,
                ),
            )
        elif statement.type in _MARKS:
            field, state = _MARKS[statement.type]
            for part in body[field]["ranges"]:
                run(
                    "INSERT OR REPLACE INTO label_mark VALUES (?,?,?,?,?,?,?)",
                    (
                        body["lot"]["item"],
                        body[field]["tag"],
                        part["first"],
                        part["last"],
                        body["lot"]["code"],
                        state,
                        one.index,
                    ),
                )
        elif "container" in body:
            self._write_container(one, one.id, body)
        elif statement.type == "corrected" and body["of"] == "aggregated":
            self._write_container(one, body["corrects"], body["body"])
        elif statement.type == "field-work-recorded" and body.get("interval_days"):
            run(
                "INSERT INTO field_work VALUES (?,?,?,?,?)",
                (statement.party, body["site"], one.index, statement.time, body["interval_days"]),
            )
        elif statement.type == "corrected" and body["of"] == "field-work-recorded":
            # A graph needs the work and its correction, at the old site and at the new one.
            ((idx, time),) = self._rows(
                "SELECT idx, time FROM entry WHERE id = ?", (body["corrects"],)
            )
            days = body["body"].get("interval_days", 0)
            for site in self._sites_worked(one):
                run(
                    "INSERT OR IGNORE INTO field_work VALUES (?,?,?,?,0), (?,?,?,?,?)",
                    (
                        *(statement.party, site, idx, time),
                        *(statement.party, site, one.index, statement.time, days),
                    ),
                )

    def _write_container(self, one: Located, entry: str, body: dict[str, Any]) -> None:
        contents = json.dumps(body["contents"], ensure_ascii=False, sort_keys=True)
        statement = one.statement
        self.connection.execute(
            "INSERT INTO container VALUES (?,?,?,?,?,?)",
            (body["container"], one.index, entry, statement.party, statement.time, contents),
        )

    def _sites_worked(self, one: Located) -> list[str]:
        """Sites whose waiting times a statement about field work changes; none for other types."""
        statement, body = one.statement, one.statement.body
        if statement.type == "field-work-recorded":
            return [body["site"]]
        if statement.type == "corrected" and body["of"] == "field-work-recorded":
            before = self._rows("SELECT site FROM entry WHERE id = ?", (body["corrects"],))
            return list(dict.fromkeys([*(row[0] for row in before), body["body"]["site"]]))
        return []

    def _write_lot(self, lot: Lot, disputed: dict[str, Any]) -> None:
        graph = self.graph_of([lot])
        if not graph.line(lot).about:
            return
        facts = lot_facts(graph, self._history.registry, lot, disputed)
        last = max(step.located.index for step in graph.line(lot).about)
        self.connection.execute(
            "INSERT OR REPLACE INTO lot VALUES (?,?,?,?,?)",
            (
                *lot,
                facts["party"],
                last,
                json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
            ),
        )

    def graph_of(self, lots: Iterable[Lot], extra: Iterable[Located] = ()) -> LotGraph:
        """The graph of these lots and all they come from, plus statements that take from them."""
        ordered = list(lots)
        wanted = list(dict.fromkeys([*ordered, *self._walk(ordered, back=True)]))
        indexes: set[int] = set()
        for lot in wanted:
            indexes |= {row[0] for row in self._rows(_TOUCHING, lot)}
        located = [self.located(index) for index in sorted(indexes)]
        sites = {
            (one.statement.party, one.statement.body["site"])
            for one in located
            if one.statement.type == "harvested"
        }
        for site in sorted(sites):
            work = self._rows("SELECT idx FROM field_work WHERE party = ? AND site = ?", site)
            located += [self.located(row[0]) for row in work]
        return LotGraph([*located, *extra])

    def located(self, index: int) -> Located:
        """The statement at a log index, as projected."""
        ((_, raw),) = self.store.sealed(index, 1)
        return self._locate(index, parse_entry(raw))

    def _beyond(self, lots: Iterable[Lot]) -> list[Lot]:
        known = set(lots)
        return [lot for lot in self._walk(list(known), back=False) if lot not in known]

    def _walk(self, start: list[Lot], *, back: bool) -> list[Lot]:
        query = _BACK if back else _FORWARD
        found: dict[Lot, None] = {}
        ring = list(start)
        while ring:
            near = [(r[0], r[1]) for lot in ring for r in self._rows(query, lot)]
            ring = [lot for lot in dict.fromkeys(near) if lot not in found]
            found.update(dict.fromkeys(ring))
        return list(found)

    def _rows(self, query: str, values: Iterable[object]) -> list[Any]:
        return self.connection.execute(query, tuple(values)).fetchall()

    def _lots_of(self, entry_id: str) -> list[Lot]:
        query = "SELECT item, lot FROM entry_lot JOIN entry USING (idx) WHERE id = ?"
        return [(r[0], r[1]) for r in self._rows(query, (entry_id,))]

    def _lots_at(self, party: str, site: str) -> list[Lot]:
        query = (
            "SELECT DISTINCT item, lot FROM entry_lot JOIN entry USING (idx) "
            "WHERE party = ? AND site = ? AND type = 'harvested'"
        )
        return [(r[0], r[1]) for r in self._rows(query, (party, site))]

    def _lots_of_parties(self, parties: set[str]) -> list[Lot]:
        """Lots that parties own, and lots of others that they said something about."""
        query = (
            "SELECT item, lot FROM lot WHERE party = ?1 UNION "
            "SELECT item, lot FROM entry JOIN entry_lot USING (idx) WHERE party = ?1"
        )
        return [(r[0], r[1]) for party in sorted(parties) for r in self._rows(query, (party,))]

    def _concerned(self, one: Located) -> set[str]:
        """Parties whose lots may look different after a registry or key statement."""
        body = one.statement.body
        subject = body.get("subject", "")
        kind, _, rest = subject.partition(":")
        if kind == "product":
            return {self._history.registry.owner_of(rest) or one.statement.party}
        if kind in {"site", "party"}:
            return {rest.partition("/")[0]}
        if one.statement.type in _KEY_TROUBLE:
            return set(self._history.registry.parties)
        return {body["code"] if one.statement.type == "party-registered" else one.statement.party}


_TOUCHING = "SELECT idx FROM entry_lot WHERE item = ? AND lot = ?"
_BACK = "SELECT from_item, from_lot FROM edge WHERE to_item = ? AND to_lot = ?"
_FORWARD = "SELECT to_item, to_lot FROM edge WHERE from_item = ? AND from_lot = ?"
