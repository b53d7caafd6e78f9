"""A ledger of hundreds of statements by four parties, whose index is committed as it grows.

Stations were off line for a while each: a statement names the newest checkpoint that its station
had seen, which may be many statements old.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ledger.signing import Signer
from ledger.verify.completeness import Commitments
from ledger.verify.entry import parse_entry
from ledger.verify.keys import COMMITTED, ROOT_PARTY, KeyBook
from ledger.verify.row_tree import MemoryBlocks, RowTree
from ledger.verify.statement import read_statement
from ledger.verify.wording import Refusal
from tests.ledger_story import LOG, ROOT, signer_of
from tests.tampering.forgery import BY_KEYID, Desk

PARTIES = ("HTX-A", "HTX-B", "HTX-C", "CTY-D")
COMMITTED_EVERY = 25
_SEEN_EVERY = 7
_BEGAN = dt.datetime(2026, 8, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=7)))


def time_at(index: int) -> str:
    """When the statement at a log index was signed: one every three hours."""
    return (_BEGAN + dt.timedelta(hours=3 * index)).isoformat()


class Committer:
    """Says what the index of a growing list of entries is; it believes every entry."""

    def __init__(self) -> None:
        self._keys = KeyBook()
        self._rows = RowTree(MemoryBlocks())
        self._index = Commitments(self._keys, self._rows)
        self._size = 0

    def body(self, entries: Sequence[bytes]) -> dict[str, object]:
        """Body of the index-committed statement over all entries so far."""
        for index in range(self._size, len(entries)):
            self._take(index, entries[index])
        self._size = len(entries)
        self._index.advance(self._size)
        return {"size": self._size, "root": self._rows.root.hex(), "rows": self._rows.rows}

    def _take(self, index: int, raw: bytes) -> None:
        """One entry. What the fold cannot take (a thief's) leaves no row, whatever he says of it."""
        try:
            entry = parse_entry(raw)
            statement = read_statement(entry.payload)
            signer = self._keys.signer(entry.keyid, index, statement)
            self._keys.check(signer, statement)
        except Refusal:
            return
        self._keys.apply(index, entry.id.hex(), signer, statement)
        self._index.take(index, entry.id.hex(), statement)


@cache
def honest(size: int) -> tuple[bytes, ...]:
    """`size` entries, the same at each call."""
    tell = founded()
    round_ = 0
    while tell.desk.size < size:
        lot_life(tell, PARTIES[round_ % len(PARTIES)], round_)
        round_ += 1
    return tuple(tell.desk.entries[:size])


def founded() -> Telling:
    """The four parties with their keys, sites and goods."""
    for party in PARTIES:
        for role in ("admin", "station"):
            signer = signer_of(f"{party} {role}")
            BY_KEYID[signer.keyid] = signer
    BY_KEYID[LOG.keyid] = LOG
    BY_KEYID[ROOT.keyid] = ROOT
    desk = Desk()
    for number, party in enumerate(PARTIES):
        desk.enrol(party, tag=f"A{number + 1}")
        admin = signer_of(f"{party} admin")
        for kind, body in (
            ("site-registered", {"code": "S1", "kind": "growing-area", "name": "Vườn"}),
            ("item-registered", {"code": "la", "name": "Lá tươi"}),
            ("item-registered", {"code": "kho", "name": "Lá khô"}),
        ):
            desk.add(admin, kind, body, party=party)
    return Telling(desk, Committer())


@dataclass(frozen=True)
class Telling:
    """What the stations say, one after the other. `stations` are those with another key by now."""

    desk: Desk
    committer: Committer
    stations: dict[str, Signer] = field(default_factory=dict)

    def station(self, party: str) -> Signer:
        """The key that a party's station signs with now."""
        return self.stations.get(party) or signer_of(f"{party} station")

    def say(
        self, party: str, kind: str, body: dict[str, Any], *links: str, by: Signer | None = None
    ) -> str:
        """One statement, of the station unless `by` another; now and then the index comes first."""
        desk = self.desk
        if desk.size % COMMITTED_EVERY == 0:
            desk.add(LOG, COMMITTED, self.committer.body(desk.entries), party=ROOT_PARTY)
        seen = desk.size - desk.size % _SEEN_EVERY
        anchor = (seen, desk.roots[seen].hex())
        signer, time = by or self.station(party), time_at(desk.size)
        return desk.add(signer, kind, body, party=party, links=links, anchor=anchor, time=time)


def lot_life(tell: Telling, party: str, number: int) -> dict[str, str]:
    """One lot's life: harvested, processed, shipped to the next party, received; some are recalled.

    Answers the ids by type of statement.
    """
    code = f"L{number}"
    leaf = {"item": f"{party}/la", "code": code}
    dry = {"item": f"{party}/kho", "code": code}
    receiver = PARTIES[(PARTIES.index(party) + 1) % len(PARTIES)]
    kilos, less = ({"value": value, "unit": "kg"} for value in ("100", "20"))
    ids = {}
    body: dict[str, Any] = {"lot": leaf, "quantity": kilos, "site": "S1"}
    last = ids["harvested"] = tell.say(party, "harvested", body)
    made = {
        "site": "S1",
        "inputs": [{"lot": leaf, "quantity": kilos}],
        "outputs": [{"lot": dry, "quantity": less}],
    }
    last = ids["processed"] = tell.say(party, "processed", made, last)
    sent = {"lot": dry, "quantity": less, "site": "S1"}
    to = {"kind": "company", "party": receiver}
    last = ids["shipped"] = tell.say(party, "shipped", {**sent, "to": to}, last)
    whence = {"kind": "cooperative", "party": party}
    last = ids["received"] = tell.say(receiver, "received", {**sent, "from": whence}, last)
    if number % 5 == 0:
        body = {"lots": [dry], "reach": "descendants", "reason": "contamination"}
        ids["recalled"] = tell.say(party, "recalled", body, last)
    return ids
