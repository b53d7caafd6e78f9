"""One way along a sealed log: key statements are folded, rows gathered, commitments checked."""

from __future__ import annotations

from ledger.closing_fields import closing_fields
from ledger.store.seam import LedgerStore
from ledger.verify.completeness import GATHERED, Commitments, IndexRefused, RowMap
from ledger.verify.entry import Entry, parse_entry
from ledger.verify.keys import COMMITTED, KEY_TYPES, KeyBook
from ledger.verify.statement import Statement, read_statement


class Walk:
    """Takes a log's entries in order, from the first that `rows` does not hold.

    The entries were checked when they were recorded: here only what they add up to is. `read` is
    the log index of the next entry. `last` is log index and id of the newest commitment seen, and
    `fresh` whether anything was seen that no commitment covers.
    """

    def __init__(self, store: LedgerStore, rows: RowMap, size: int) -> None:
        """`rows` are those of the first `size` entries of `store`."""
        self._keys = KeyBook()
        self._checks = Commitments(self._keys, rows, size, gathered=GATHERED)
        self.read = size
        self.last: tuple[int, bytes] | None = None
        self._newest = -1
        if size:
            self._begin(store, size)

    @property
    def size(self) -> int:
        """Number of entries that the rows are those of."""
        return self._checks.size

    @property
    def fresh(self) -> bool:
        return self._newest >= self.size

    def take(self, raw: bytes) -> IndexRefused | None:
        """The next entry; what is wrong with it when it is a false commitment."""
        index, entry = self.read, parse_entry(raw)
        statement = read_statement(entry.payload)
        self.read = index + 1
        if statement.type in KEY_TYPES:
            self._fold(index, entry, statement)
        wrong: IndexRefused | None = None
        try:
            self._checks.take(index, entry.id.hex(), statement)
        except IndexRefused as refused:
            wrong = refused
        if statement.type == COMMITTED:
            self.last = index, entry.id
        else:
            self._newest = index
        return wrong

    def advance(self) -> None:
        """Make the rows those of everything taken so far."""
        self._checks.advance(self.read)

    def _begin(self, store: LedgerStore, size: int) -> None:
        """Keys as of the entries before: few statements, found by an index."""
        for index, _, raw in store.steering(store.sealed_position()):
            if index is not None and index < size and closing_fields(raw).type in KEY_TYPES:
                entry = parse_entry(raw)
                self._fold(index, entry, read_statement(entry.payload))

    def _fold(self, index: int, entry: Entry, statement: Statement) -> None:
        signer = self._keys.signer(entry.keyid, index, statement)
        self._keys.apply(index, entry.id.hex(), signer, statement)
        signer.signed.clear()
