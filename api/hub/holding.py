"""Who holds a lot: its owner, and whoever got it from a holder by that holder's word.

A function of the log alone, in whatever order the words came. To say of oneself to have received a
lot makes nobody its holder.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from ledger.verify.graph import Lot


class Holding:
    """The rows of one file of needs, within the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def owner(self, item: str) -> str:
        """The party whose item it is; "" for a GTIN that nobody has registered so far."""
        party, slash, _ = item.partition("/")
        if slash:
            return party
        row = self._db.execute("SELECT party FROM owner WHERE item = ?", (item,)).fetchone()
        return "" if row is None else str(row[0])

    def holds(self, party: str, lot: Lot) -> bool:
        """Whether a party is the lot's owner, or got it from a holder."""
        find = "SELECT 1 FROM hold WHERE item = ? AND lot = ? AND party = ?"
        own = party != "" and self.owner(lot[0]) == party
        return own or self._db.execute(find, (*lot, party)).fetchone() is not None

    def registered(self, gtin: str, party: str) -> list[tuple[Lot, str]]:
        """Note the owner of a GTIN: (lot, holder) of those who hold its lots now and did not."""
        new = self._db.execute("INSERT OR IGNORE INTO owner VALUES (?,?)", (gtin, party))
        if not new.rowcount:
            return []
        find = "SELECT DISTINCT lot FROM about WHERE item = ? ORDER BY lot"
        found = list[tuple[Lot, str]]()
        for row in self._db.execute(find, (gtin,)).fetchall():
            lot = (gtin, str(row[0]))
            found.append((lot, party))
            for receiver in self.receivers(lot, party):
                found += self._passed_on(lot, receiver)
        return found

    def gave(self, lot: Lot, party: str, receiver: str) -> list[tuple[Lot, str]]:
        """A party says to have given a lot away: (lot, holder) of those who hold it by this word."""
        self._db.execute("INSERT OR IGNORE INTO gave VALUES (?,?,?,?)", (*lot, party, receiver))
        return self._passed_on(lot, receiver) if self.holds(party, lot) else []

    def _passed_on(self, lot: Lot, receiver: str) -> list[tuple[Lot, str]]:
        """A holder gave it to `receiver`: the new holders, those included to whom it went on."""
        ring, found = [receiver], list[tuple[Lot, str]]()
        for one in ring:  # grows while it is gone through
            if self.owner(lot[0]) == one:
                continue
            new = self._db.execute("INSERT OR IGNORE INTO hold VALUES (?,?,?)", (*lot, one))
            if not new.rowcount:
                continue
            found.append((lot, one))
            ring += self.receivers(lot, one)
        return found

    def receivers(self, lot: Lot, party: str) -> list[str]:
        """To whom a party says to have given a lot."""
        find = (
            "SELECT receiver FROM gave WHERE item = ? AND lot = ? AND party = ? ORDER BY receiver"
        )
        return [row[0] for row in self._db.execute(find, (*lot, party))]


def receiver_of(kind: str, body: dict[str, Any]) -> str | None:
    """The party to whom goods go by a statement, when it is one of the ledger's."""
    if kind == "corrected":
        return receiver_of(body["of"], body["body"])
    if kind not in {"shipped", "sold"}:
        return None
    found = body.get("to", {}).get("party")
    return None if found is None else str(found)
