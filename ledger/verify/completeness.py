"""What the completeness index says of a log: one row a lot, a key, and a subject with papers.

`IndexFold` turns entries, in log order, into changed rows; `Commitments` checks every index-committed
statement against what the entries before it give. Hub, auditor and audit use the same two, so that
what is committed is what anybody recomputes (docs/format.md, section 17).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from ledger.verify.entry import keyid_of
from ledger.verify.graph import lots_about
from ledger.verify.keys import COMMITTED, KEY_TYPES, REACH, KeyBook, KeyRecord
from ledger.verify.sparse_map import Other, root_of_proof, row_key, value_digest
from ledger.verify.statement import Statement
from ledger.verify.wording import Refusal

RowName = tuple[str, ...]
"""("lot", item, lot code), ("key", party, key id in hex) or ("papers", owner, subject)."""
Value = dict[str, Any]
"""A row's value: count and head, or enrolled, ended and last_good."""

_PAPERS = frozenset({"certificate-recorded", "certificate-withdrawn"})
_ENDS = frozenset({"key-retired", "key-compromised"})
GATHERED = 100_000
_TURN = 256


class IndexRefused(Refusal):
    """A commitment of the log key is not what the log gives."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "index-false": (
            "The index committed at log index {index} says root {found} and {rows} rows for the first "
            "{size} entries, but these give {expected} and {counted} rows: the log's key vouched for "
            "an index that hides or invents something. Keep this ledger and tell the witnesses.",
            "Mục lục cam kết ở vị trí {index} ghi gốc {found} và {rows} dòng cho {size} phiếu đầu, "
            "nhưng các phiếu đó cho gốc {expected} và {counted} dòng: khóa của sổ đã bảo chứng cho "
            "mục lục giấu hoặc thêm nội dung. Hãy giữ nguyên sổ này và báo cho các bên chứng kiến.",
        ),
        "index-backwards": (
            "The index committed at log index {index} covers {size} entries, which leaves out entries "
            "up to the commitment before it; an index never goes back.",
            "Mục lục cam kết ở vị trí {index} bao gồm {size} phiếu, bỏ sót phiếu đứng trước lần cam kết "
            "liền trước; mục lục không bao giờ lùi lại.",
        ),
    }


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its proof: `value` is None for a row that the map does not have.

    `path` and `other` are as `sparse_map.root_of_proof` takes them.
    """

    key: RowName
    value: Value | None
    path: tuple[bytes, ...]
    other: Other | None = None

    def root(self) -> bytes:
        """The root that it leads to; raises sparse_map.MapRefused for an impossible proof."""
        digest = None if self.value is None else value_digest(self.value)
        return root_of_proof(row_key(self.key), digest, self.path, self.other)

    def form(self) -> dict[str, Any]:
        """As a bundle writes it: row, value, path and other, digests in hex."""
        other = self.other
        return {
            "row": list(self.key),
            "value": self.value,
            "path": [one.hex() for one in self.path],
            "other": None if other is None else {"key": other[0].hex(), "value": other[1].hex()},
        }


@dataclass(slots=True)
class Change:
    """What some entries change in one row: `added` statements, the last of them `head` (hex).

    For the row of a key it is the whole new `value`.
    """

    name: RowName
    added: int = 0
    head: str = ""
    value: Value | None = None

    def applied(self, old: Value | None) -> Value:
        """The row's value after it; `old` is None for a row that was not there."""
        if self.value is not None:
            return self.value
        before = 0 if old is None else int(old["count"])
        return {"count": before + self.added, "head": self.head}


class RowMap(Protocol):
    """Where the rows stand: a map that is changed row by row."""

    @property
    def rows(self) -> int:
        """Number of rows."""

    @property
    def root(self) -> bytes:
        """Root of the map, 32 bytes."""

    def apply(self, changes: Mapping[bytes, Change]) -> None:
        """Change rows, each under its key."""


def rows_touched(statement: Statement) -> list[RowName]:
    """Rows that count this statement: one for each lot it is about, or for its papers' subject."""
    lots = lots_about(statement.type, statement.body)
    if len(lots) == 1:
        return [("lot", *lots[0])]
    if lots:
        return [("lot", *lot) for lot in dict.fromkeys(lots)]
    if statement.type in _PAPERS:
        return [papers_row(statement.body["subject"])]
    return []


def papers_row(subject: str) -> RowName:
    """The row of the certificates of party:P, site:P/S or product:GTIN, which P or the GTIN owns."""
    return "papers", subject.partition(":")[2].partition("/")[0], subject


def key_rows_touched(keys: KeyBook, statement: Statement) -> list[RowName]:
    """Rows of the keys that a statement may have changed, once `keys` has taken it in."""
    body = statement.body
    touched: list[bytes] = []
    if statement.type == "ledger-opened":
        touched = list(keys.records)
    elif statement.type == "key-enrolled":
        touched = [keyid_of(bytes.fromhex(body["key"]))]
    elif statement.type in _ENDS:
        touched = [bytes.fromhex(body["keyid"])]
    # One of several roots that must say the same has no effect yet.
    return [key_row(keys.records[keyid]) for keyid in touched if keyid in keys.records]


def key_row(record: KeyRecord) -> RowName:
    """The row of a key, which its party owns."""
    return "key", record.party, record.keyid_hex


def key_value(keys: KeyBook, keyid: bytes) -> Value:
    """Value of a key's row; `ended` is the first log index at which it may not sign."""
    record = keys.records[keyid]
    return {
        "enrolled": record.enrolled,
        "ended": record.ended,
        "last_good": record.last_good,
    }


class IndexFold:
    """Changed rows, as entries go by. `keys` must have taken in each statement before `take`."""

    def __init__(self, keys: KeyBook) -> None:
        self._keys = keys
        # Log index, row, id of the entry, whole new value: bare tuples, for there are many.
        self._waiting: deque[tuple[int, RowName, str, Value | None]] = deque()

    def take(self, index: int, entry_id: str, statement: Statement) -> None:
        """One entry: its log index, id (hex) and statement."""
        for name in rows_touched(statement):
            self._waiting.append((index, name, entry_id, None))
        if statement.type in KEY_TYPES:
            for name in key_rows_touched(self._keys, statement):
                value = key_value(self._keys, bytes.fromhex(name[2]))
                self._waiting.append((index, name, entry_id, value))

    def changes(self, size: int, into: dict[RowName, Change]) -> None:
        """What the entries below log index `size` changed that was not given before, into `into`.

        That holds changes of earlier entries which are not in the map yet.
        """
        waiting = self._waiting
        while waiting and waiting[0][0] < size:
            _, name, head, value = waiting.popleft()
            known = into.get(name)
            if known is None:
                into[name] = Change(name, 1, head, value)
            else:
                known.added += 1
                known.head, known.value = head, value


class Commitments:
    """Follows a log whose entries were checked, and checks what its own key commits to."""

    def __init__(
        self, keys: KeyBook, rows: RowMap, size: int = 0, *, gathered: int = GATHERED
    ) -> None:
        """`rows` are those of the first `size` entries; `keys` the fold that checked the log.

        `gathered` bounds the rows whose changes are kept in memory before they go into the map.
        """
        self.size = size
        self.rows = rows
        self._fold = IndexFold(keys)
        self._most = gathered
        self._gathered: dict[RowName, Change] = {}
        self._last = -1  # log index of the newest commitment

    def take(self, index: int, entry_id: str, statement: Statement) -> None:
        """The next entry, once `keys` has taken it in.

        Raises:
            IndexRefused: it commits to another index than the log before it gives.
        """
        if statement.type == COMMITTED:
            self._check(index, statement.body)
            return
        self._fold.take(index, entry_id, statement)
        if not index % _TURN:
            # No later commitment may cover less, so these need not be kept one by one.
            self._gather(index - REACH, self._most)

    def advance(self, size: int) -> None:
        """Make `rows` those of the first `size` entries, all of which were taken."""
        self._gather(size, 0)
        self.size = size

    def _gather(self, size: int, most: int) -> None:
        self._fold.changes(size, self._gathered)
        if len(self._gathered) > most:
            self.rows.apply({row_key(name): one for name, one in self._gathered.items()})
            self._gathered = {}
            self.size = max(self.size, size)

    def _check(self, index: int, body: dict[str, Any]) -> None:
        size, root, rows = body["size"], body["root"], body["rows"]
        last, self._last = self._last, index
        if size < self.size or size <= last:
            raise IndexRefused("index-backwards", index=index, size=size)
        self.advance(size)
        found = self.rows.root.hex()
        if (found, self.rows.rows) != (root, rows):
            raise IndexRefused(
                "index-false",
                index=index,
                size=size,
                found=root,
                rows=rows,
                expected=found,
                counted=self.rows.rows,
            )
