"""Which statements a party's stations need (docs/station-wire.md, "What a station needs").

One statement after the other, in log order, and a function of the log alone: every machine of a
hub finds the same places.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from api.hub.needs_schema import EVERYBODY
from ledger.verify.entry import Entry
from ledger.verify.graph import Lot, lots_about, lots_made, lots_named, lots_taken
from ledger.verify.keys import KEY_TYPES
from ledger.verify.registry import REGISTRY_TYPES
from ledger.verify.statement import Statement

FOR_EVERYBODY = (
    KEY_TYPES | REGISTRY_TYPES | {"held", "released", "recalled", "recall-closed", "disputed"}
)
FOR_NOBODY = frozenset({"index-committed"})
# Steps back are the sender's to make: a graph made to hurt must not fill the hub's disk.
_MOST_LOTS = 20_000
_MOST_ENTRIES = 100_000


class Relevance:
    """Writes the rows of one statement after the other, within the caller's transaction."""

    def __init__(
        self, db: sqlite3.Connection, statement_of: Callable[[bytes], Statement | None]
    ) -> None:
        """`statement_of` gives the sealed statement of an id (32 bytes), None when it is not there."""
        self._db = db
        self._statement_of = statement_of
        self._keys: dict[bytes, int] = {}

    def forget(self) -> None:
        """The caller's transaction was undone, or another process may have written."""
        self._keys.clear()

    def add(self, index: int, entry: Entry, statement: Statement) -> None:
        """Take in the statement at a log index."""
        kind, body, party = statement.type, statement.body, statement.party
        if kind in FOR_NOBODY:
            return
        key = self._number(entry.keyid)
        if kind in FOR_EVERYBODY:
            self._need(EVERYBODY, index, [(index, key)])
            return
        about = lots_about(kind, body)
        self._note(index, key, entry.id, statement, about)
        taken = lots_taken(kind, body)
        named = dict.fromkeys([*about, *self._corrected(statement)])
        for one in sorted({party} | self._followers(named)):
            self._need(one, index, [(index, key), *self._under(index)])
            self._follow(one, lots_named(kind, body) if one == party else taken, index)
        to = _receiver(kind, body)
        if to is not None and to != party:
            self._need(to, index, [(index, key)])
            self._follow(to, about, index)

    def _note(
        self, index: int, key: int, entry_id: bytes, statement: Statement, about: list[Lot]
    ) -> None:
        kind, body = statement.type, statement.body
        self._db.executemany(
            "INSERT OR IGNORE INTO about VALUES (?,?,?,?)", [(*lot, index, key) for lot in about]
        )
        edges = [
            (*made, *took) for made in lots_made(kind, body) for took in lots_taken(kind, body)
        ]
        if edges:
            self._db.executemany("INSERT OR IGNORE INTO made_of VALUES (?,?,?,?)", edges)
        if not about:
            self._db.execute("INSERT OR IGNORE INTO loose VALUES (?,?,?)", (entry_id, index, key))
        if statement.inputs and (not about or kind in {"harvested", "corrected"}):
            self._db.executemany(
                "INSERT OR IGNORE INTO built_on SELECT ?, idx, key FROM loose WHERE id = ?",
                [(index, bytes.fromhex(link)) for link in statement.inputs],
            )

    def _corrected(self, statement: Statement) -> list[Lot]:
        """Lots of the statement that a correction replaces: it may name others itself."""
        if statement.type != "corrected":
            return []
        replaced = self._statement_of(bytes.fromhex(statement.body["corrects"]))
        return [] if replaced is None else lots_about(replaced.type, replaced.body)

    def _followers(self, lots: Iterable[Lot]) -> set[str]:
        find = "SELECT party FROM follow WHERE item = ? AND lot = ?"
        return {row[0] for lot in lots for row in self._db.execute(find, lot)}

    def _follow(self, party: str, lots: Iterable[Lot], at: int) -> None:
        """From now on a party follows these lots and all that they were made of."""
        ring = list(dict.fromkeys(lots))
        seen = set(ring)
        room = _MOST_ENTRIES
        for lot in ring:  # grows while it is gone through: nearest first
            new = self._db.execute("INSERT OR IGNORE INTO follow VALUES (?,?,?)", (*lot, party))
            if not new.rowcount:
                continue
            told = self._db.execute(
                "SELECT idx, key FROM about WHERE item = ? AND lot = ? ORDER BY idx LIMIT ?",
                (*lot, room),
            ).fetchall()
            room -= len(told)
            self._need(party, at, [row for one in told for row in (one, *self._under(one[0]))])
            for row in self._db.execute(
                "SELECT from_item, from_lot FROM made_of WHERE item = ? AND lot = ? "
                "ORDER BY from_item, from_lot",
                lot,
            ):
                back = (row[0], row[1])
                if back not in seen and len(ring) < _MOST_LOTS:
                    seen.add(back)
                    ring.append(back)

    def _under(self, index: int) -> list[tuple[int, int]]:
        """(index, key) of the statements about no lot that one builds on, directly or not."""
        found: dict[int, int] = {}
        ring = [index]
        for one in ring:
            for row in self._db.execute("SELECT loose, key FROM built_on WHERE idx = ?", (one,)):
                if row[0] not in found and len(found) < _MOST_ENTRIES:
                    found[row[0]] = row[1]
                    ring.append(row[0])
        return sorted(found.items())

    def _need(self, party: str, at: int, rows: Iterable[tuple[int, int]]) -> None:
        # A place once given stays: who needs a statement already does not get it anew.
        self._db.executemany(
            "INSERT OR IGNORE INTO need VALUES (?,?,?,?)",
            [(party, at, index, key) for index, key in rows],
        )

    def _number(self, keyid: bytes) -> int:
        found = self._keys.get(keyid)
        if found is None:
            name = keyid.hex()
            self._db.execute("INSERT OR IGNORE INTO signer (keyid) VALUES (?)", (name,))
            ((found,),) = self._db.execute("SELECT key FROM signer WHERE keyid = ?", (name,))
            self._keys[keyid] = found
        return int(found)


def _receiver(kind: str, body: dict[str, Any]) -> str | None:
    """The party to whom goods go by a statement, when it is one of the ledger's."""
    if kind == "corrected":
        return _receiver(body["of"], body["body"])
    if kind not in {"shipped", "sold"}:
        return None
    found = body.get("to", {}).get("party")
    return None if found is None else str(found)
