"""Which statements a party's stations need (docs/station-wire.md, "What a station needs").

One statement after the other, in log order, and a function of the log alone: every machine of a
hub finds the same places. Whose word gives a lot to whom: `api/hub/holding.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

from api.hub.holding import Holding, receiver_of
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
        self._holding = Holding(db)
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
            self._need(EVERYBODY, index, [(index, key)], given=True)
            if kind == "product-registered":
                for lot, who in self._holding.registered(body["gtin"], party):
                    self._gained(who, lot, index)
            return
        about = lots_about(kind, body)
        self._note(index, key, entry.id, statement, about)
        here = [(index, key), *self._under(index)]
        named = dict.fromkeys([*about, *self._corrected(statement)])
        made, taken = lots_made(kind, body), lots_taken(kind, body)
        self._need(party, index, here, given=True)
        for lot in lots_named(kind, body):
            self._follow(party, lot, index, given=self._holding.holds(party, lot))
        behind = self._followers(made)
        for one, given in self._followers(named).items():
            self._need(one, index, here, given=given)
            for lot in taken:
                may = behind.get(one, False) and self._holding.holds(party, lot)
                self._follow(one, lot, index, given=may)
        to = receiver_of(kind, body)
        if to is not None and to != party:
            self._need(to, index, [(index, key)], given=True)  # it was said to them
            for lot in about:
                self._follow(to, lot, index, given=False)
                for new, who in self._holding.gave(lot, party, to):
                    self._gained(who, new, index)

    def _gained(self, party: str, lot: Lot, at: int) -> None:
        """The party holds the lot from now on; so may know it who follow what the party made of it."""
        self._follow(party, lot, at, given=True)
        for made in self._made_from(lot):
            if self._holding.owner(made[0]) == party:
                for one, given in self._followers([made]).items():
                    if given:
                        self._follow(one, lot, at, given=True)

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
        party = statement.party
        if not about:
            row = (entry_id, index, key, party)
            self._db.execute("INSERT OR IGNORE INTO loose VALUES (?,?,?,?)", row)
        if statement.inputs and (not about or kind in {"harvested", "corrected"}):
            # The ids of all statements are public: a link to another party's work opens nothing.
            self._db.executemany(
                "INSERT OR IGNORE INTO built_on SELECT ?, idx, key FROM loose "
                "WHERE id = ? AND party = ?",
                [(index, bytes.fromhex(link), party) for link in statement.inputs],
            )

    def _corrected(self, statement: Statement) -> list[Lot]:
        """Lots of the statement that a correction replaces: it may name others itself."""
        if statement.type != "corrected":
            return []
        replaced = self._statement_of(bytes.fromhex(statement.body["corrects"]))
        return [] if replaced is None else lots_about(replaced.type, replaced.body)

    def _made_from(self, lot: Lot) -> list[Lot]:
        find = (
            "SELECT item, lot FROM made_of WHERE from_item = ? AND from_lot = ? ORDER BY item, lot"
        )
        return [(row[0], row[1]) for row in self._db.execute(find, lot)]

    def _followers(self, lots: Iterable[Lot]) -> dict[str, bool]:
        """Who follows any of these lots, and whether one of them was given to them."""
        found: dict[str, bool] = {}
        for lot in lots:
            find = "SELECT party, given FROM follow WHERE item = ? AND lot = ? ORDER BY party"
            for party, given in self._db.execute(find, lot):
                found[party] = found.get(party, False) or bool(given)
        return dict(sorted(found.items()))

    def _follow(self, party: str, lot: Lot, at: int, *, given: bool) -> None:
        """From now on a party follows this lot and all that it was made of.

        Behind a lot whose maker only claims to have got what it was made of, nothing is given.
        """
        ring, reached = [(lot, given)], {lot: given}
        room = _MOST_ENTRIES
        for one, may in ring:  # grows while it is gone through: nearest first
            new = self._db.execute(
                "INSERT INTO follow VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET given = 1 "
                "WHERE excluded.given > given",
                (*one, party, may),
            )
            if not new.rowcount:
                continue
            told = self._db.execute(
                "SELECT idx, key FROM about WHERE item = ? AND lot = ? ORDER BY idx LIMIT ?",
                (*one, room),
            ).fetchall()
            room -= len(told)
            rows = [row for about in told for row in (about, *self._under(about[0]))]
            self._need(party, at, rows, given=may)
            maker = self._holding.owner(one[0])
            for row in self._db.execute(
                "SELECT from_item, from_lot FROM made_of WHERE item = ? AND lot = ? "
                "ORDER BY from_item, from_lot",
                one,
            ):
                back = (row[0], row[1])
                so = may and self._holding.holds(maker, back)
                if len(ring) < _MOST_LOTS and (back not in reached or so > reached[back]):
                    reached[back] = so
                    ring.append((back, so))

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

    def _need(self, party: str, at: int, rows: Iterable[tuple[int, int]], *, given: bool) -> None:
        # A place once given stays: who needs a statement already does not get it anew, unless it
        # may have been kept back.
        self._db.executemany(
            "INSERT INTO need VALUES (?,?,?,?,?) ON CONFLICT (party, idx) DO UPDATE "
            "SET at = excluded.at, given = 1 WHERE excluded.given > given",
            [(party, at, index, key, given) for index, key in rows],
        )

    def _number(self, keyid: bytes) -> int:
        found = self._keys.get(keyid)
        if found is None:
            name = keyid.hex()
            self._db.execute("INSERT OR IGNORE INTO signer (keyid) VALUES (?)", (name,))
            ((found,),) = self._db.execute("SELECT key FROM signer WHERE keyid = ?", (name,))
            self._keys[keyid] = found
        return int(found)
