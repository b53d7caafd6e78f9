"""What a writer keeps in memory of the ledger: the state of the fold, and entries lately seen.

It is made from the statements that steer later ones and the heads of the journals, not from the
whole ledger, and then follows what is appended. What it holds of each entry is bounded.
"""

from __future__ import annotations

from ledger.closing_fields import closing_fields
from ledger.errors import LedgerError
from ledger.store.seam import LedgerStore
from ledger.store.steering import STEERING_TYPES
from ledger.verify.entry import Entry, parse_entry
from ledger.verify.history import History, JournalHead, Located
from ledger.verify.merkle import leaf_hash
from ledger.verify.statement import Statement, read_statement
from ledger.verify.wording import Refusal

_PAGE = 500
_REMEMBERED = 25_000  # at least, and at most twice as many
_KEYID = slice(-96, -64)


# Type, party and log index of one entry: a bare tuple, which the garbage collector leaves alone.
Seen = tuple[str, str, int]


class LedgerMemory:
    """The fold's state at one position of a store.

    `history` answers as after a fold of every entry up to `position`; `size` is the number of
    these entries, and so the log index that the next one gets.
    """

    def __init__(self, store: LedgerStore, roots: frozenset[str] | None) -> None:
        replica = store.replica
        self._own = None if replica is None else replica.own
        self.history = History(self.party_of, roots, own=self._own)
        self.size = 0
        self.position = 0
        self._newest = ""
        self._heads_at = 0  # a head at or below this position may have been read ahead
        self._store = store
        # By entry id. When the later ones are enough, the earlier ones go all at once: a dict that
        # loses its oldest item each time is searched ever longer for it.
        self._later: dict[str, Seen] = {}
        self._earlier: dict[str, Seen] = {}

    def seen(self, entry_id: str) -> Seen | None:
        """An entry that came by lately, or None though it may be in the store."""
        found = self._later.get(entry_id)
        if found is None:
            found = self._earlier.get(entry_id)
            if found is not None:
                self._remember(entry_id, found)
        return found

    def party_of(self, entry_id: str) -> tuple[str, str] | None:
        """(type, party) of a recorded entry, or None."""
        seen = self.seen(entry_id)
        if seen is not None:
            return seen[:2]
        raw = self._store.entry(bytes.fromhex(entry_id))
        if raw is None:
            return None
        fields = closing_fields(raw)
        return fields.type, fields.party

    def follow(self) -> bool:
        """Take in what was appended since, by whom the store says; what steers is checked again.

        False when the entry last seen is no longer there: the database went backwards (a fail-over
        that lost rows, an older copy put in its place), and this memory is of no use any more.

        Raises:
            LedgerError: `steering-forged`.
            Refusal: the ledger was opened with other root keys, or the store cannot be read.
        """
        if self.position == 0 and not self._begin():
            return False
        rows = self._next()
        while True:
            if self.position:
                if not rows or (rows[0][0], leaf_hash(rows[0][1]).hex()) != self._last():
                    return False
                del rows[0]
            for position, raw in rows:
                entry_id = self._pass(position, raw)
                self.reached(position, entry_id)
            if len(rows) < _PAGE:
                return True
            rows = self._next()

    def _next(self) -> list[tuple[int, bytes]]:
        """The entry last seen, so that one sees whether it still is there, and those after it."""
        return self._store.after(max(self.position - 1, 0), _PAGE + 1)

    def _last(self) -> tuple[int, str]:
        return self.position, self._newest

    def reached(self, position: int, entry_id: str) -> None:
        """The newest entry folded is this one (id in hex), at this store position."""
        self.position, self._newest = position, entry_id

    def _begin(self) -> bool:
        """Start from the steering statements and the journals' heads.

        Others may append meanwhile. `newest` is read first: steering statements after it are left
        to `follow`, and a head that is ahead of it is reached again by following.
        """
        newest = self._store.newest()
        if newest == 0:
            return True
        rows = self._store.after(newest - 1, 1)
        if not rows or rows[0][0] != newest:
            return False
        for index, position, raw in self._store.steering(newest):
            at = self._store.counted(position) - 1 if index is None else index
            self._steer(at, position, parse_entry(raw), gaps=True)
        for journal, seq, entry_id in self._store.heads():
            self.history.journals[bytes.fromhex(journal)] = JournalHead(seq, entry_id.hex())
        self._heads_at = self._store.newest()
        self.size = self._store.counted(newest)
        self.reached(newest, leaf_hash(rows[0][1]).hex())
        return True

    def _pass(self, position: int, raw: bytes) -> str:
        kind, party, seq = closing_fields(raw)
        if kind in STEERING_TYPES:
            entry = parse_entry(raw)
            self._steer(self.size, position, entry, gaps=position <= self._heads_at)
            entry_id = entry.id.hex()
        else:
            entry_id = leaf_hash(raw).hex()
            self.history.journals[raw[_KEYID]] = JournalHead(seq, entry_id)
        self._remember(entry_id, (kind, party, self.size))
        self.size += 1
        return entry_id

    def _steer(self, index: int, position: int, entry: Entry, *, gaps: bool) -> None:
        """Check a statement that decides what others may say, whatever the store says of it.

        With `gaps` only some of a journal's statements came by.
        """
        # Of what was adopted from a hub, only some of any journal came by.
        gaps = gaps or (self._own is not None and entry.keyid not in self._own)
        try:
            statement = read_statement(entry.payload)
            signer = self.history.keys.signer(entry.keyid, index, statement)
            signer.public.verify(entry.signature, entry.signed)
            head = self.history.journals.get(entry.keyid)
            last = 0 if head is None else head.seq
            if not gaps or statement.seq == last + 1:
                self.history.check_journal(entry, statement)
            self.history.check_authority(signer, statement)
        except Refusal as wrong:
            if wrong.code == "roots-differ":
                raise  # another ledger than the one expected, and nothing forged
            raise LedgerError("steering-forged", position=position, why=str(wrong)) from wrong
        self.history.fold(Located(index, entry.id.hex(), statement, signer), entry)
        signer.signed.clear()

    def admit(self, entry: Entry, statement: Statement, *, signed: bool) -> int:
        """`History.admit_read` of an entry that is about to be saved; returns its log index."""
        index = self.size
        located = self.history.admit_read(index, entry, statement, signed=signed)
        # Which entries a key signed is an auditor's question; kept here it would grow for ever.
        located.signer.signed.clear()
        self._remember(located.id, (statement.type, statement.party, index))
        self.size = index + 1
        return index

    def _remember(self, entry_id: str, seen: Seen) -> None:
        if len(self._later) >= _REMEMBERED:
            self._earlier, self._later = self._later, {}
        self._later[entry_id] = seen
