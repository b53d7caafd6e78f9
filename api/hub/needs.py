"""What each party's stations need: kept in step with the sealed log, and asked in pages.

The work of a question is that of its answer: nothing goes through the log for it. What was sealed
since is taken in first, a bounded part at a time; any process may do so.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from api.hub.errors import HubRefused
from api.hub.needs_schema import EVERYBODY, make_tables, open_needs, put_aside
from api.hub.relevance import Relevance
from ledger.store.seam import LedgerStore
from ledger.verify.entry import parse_entry
from ledger.verify.merkle import leaf_hash
from ledger.verify.statement import Statement, read_statement

MOST_FOLLOWED = 4000
"""Sealed statements that one question may have to take in before it is answered."""
WINDOW = 200_000
"""Log indexes that one question looks at, so that a station's own are not skipped without end."""
_PAGE = 500
_PATIENCE = 0.2  # seconds for another process that takes the same statements in

_NEEDED = (
    "SELECT at, idx, given FROM need WHERE party = ? AND (at, idx) >= (?, ?) AND at < ? AND key <> ? "
    "ORDER BY at, idx LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Needed:
    """A page: places (at, log index) in order, the next place, whether more is there.

    `claimed` are log indexes of statements that nobody has opened to the party but its own word.
    """

    places: tuple[tuple[int, int], ...]
    until: int
    next: int
    more: bool
    claimed: frozenset[int] = frozenset()

    @property
    def indexes(self) -> tuple[int, ...]:
        """Log indexes in the order of their places."""
        return tuple(index for _, index in self.places)

    def cut(self, count: int) -> Needed:
        """The first `count` of them, when there are more."""
        if count >= len(self.places):
            return self
        return Needed(self.places[:count], *self.places[count], True, self.claimed)


class Needs:
    """The needs of all parties of one ledger, on one machine. For any thread."""

    def __init__(self, folder: Path, store: LedgerStore) -> None:
        self._folder = folder
        self._store = store
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._relevance: Relevance | None = None

    def page(
        self, party: str, keyid: str, after: int, start: int, limit: int, below: int | None = None
    ) -> Needed:
        """What a station of `party` needs from the place (after, start) on, but its own key's.

        As of the first `below` entries of the log, None for all that are sealed.

        Raises:
            HubRefused: `needs-away`, the file cannot be used now; a damaged one is put aside, so
                that the next question makes it anew.
        """
        try:
            return self._page(party, keyid, after, start, limit, below)
        except sqlite3.Error as wrong:
            # Of this very class are a file that is none, and pages that make no sense.
            if type(wrong) is sqlite3.DatabaseError:
                self.close()
                put_aside(self._folder)
            raise HubRefused("needs-away", why=str(wrong)) from wrong

    def _page(
        self, party: str, keyid: str, after: int, start: int, limit: int, below: int | None
    ) -> Needed:
        with self._lock:
            db = self._opened()
            reached = self._follow(db)
            there = self._store.size() if below is None else below
            end = min(reached, there, after + WINDOW)
            row = db.execute("SELECT key FROM signer WHERE keyid = ?", (keyid,)).fetchone()
            own = -1 if row is None else row[0]
            found = [
                place
                for whose in (EVERYBODY, party)
                for place in db.execute(_NEEDED, (whose, after, start, end, own, limit + 1))
            ]
        taken = sorted(found)[: limit + 1]
        places = tuple((at, index) for at, index, _ in taken)
        claimed = frozenset(index for _, index, given in taken if not given)
        if len(places) > limit:
            return Needed(places, 0, 0, True, claimed).cut(limit)
        # A place beyond what is known here (another machine is ahead) is left where it is.
        until = max(end, after)
        following = start if until == after else 0
        more = end < there
        return Needed(places, until, following, more, claimed)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = open_needs(self._folder)
            self._db.execute(f"PRAGMA busy_timeout = {int(_PATIENCE * 1000)}")
            self._relevance = Relevance(self._db, self._statement_of)
        return self._db

    def _follow(self, db: sqlite3.Connection) -> int:
        """Take in what was sealed since, at most `MOST_FOLLOWED` statements; returns the size."""
        for _ in range(MOST_FOLLOWED // _PAGE):
            size, last = db.execute("SELECT size, last FROM progress").fetchone()
            rows = self._store.sealed(max(size - 1, 0), _PAGE + 1)
            if size and (not rows or leaf_hash(rows[0][1]) != last):
                there = self._store.size()
                if there < size:  # a standby that lags behind this file, or a ledger put back
                    return there
                self._begin_anew(db)
                continue
            rows = rows[1:] if size else rows[:_PAGE]
            if not rows or not self._take_in(db, size, rows):
                break
        return int(db.execute("SELECT size FROM progress").fetchone()[0])

    def _take_in(self, db: sqlite3.Connection, size: int, rows: list[tuple[int, bytes]]) -> bool:
        """Write one page; False when another process is at it."""
        relevance = self._relevance
        assert relevance is not None  # made with the connection
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        try:
            if db.execute("SELECT size FROM progress").fetchone()[0] == size:
                relevance.forget()
                for index, raw in rows:
                    entry = parse_entry(raw)
                    relevance.add(index, entry, read_statement(entry.payload))
                end, last = rows[-1][0] + 1, leaf_hash(rows[-1][1])
                db.execute("UPDATE progress SET size = ?, last = ?", (end, last))
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return True

    def _begin_anew(self, db: sqlite3.Connection) -> None:
        """This file is of another log: the ledger was put back, or another took its place."""
        db.execute("BEGIN IMMEDIATE")
        make_tables(db)
        db.execute("COMMIT")

    def _statement_of(self, entry_id: bytes) -> Statement | None:
        raw = self._store.entry(entry_id)
        return None if raw is None else read_statement(parse_entry(raw).payload)
