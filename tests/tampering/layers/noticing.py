"""The layers of defence, each looking by itself at what a thief shows.

`witness` stands for whoever kept the newest honest checkpoint: a witness's cosignature, an
inspector's file, a station's memory.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache

from ledger.verify.completeness import Commitments, IndexRefused
from ledger.verify.entry import Entry, parse_entry
from ledger.verify.history import History
from ledger.verify.keys import COMMITTED, KeyBook
from ledger.verify.lots import GOODS_TYPES, moment
from ledger.verify.merkle import CompactRange, leaf_hash
from ledger.verify.row_tree import MemoryBlocks, RowTree
from ledger.verify.rules.order import LATE_AFTER
from ledger.verify.signature import PublicKey
from ledger.verify.statement import Statement, read_statement
from ledger.verify.wording import Refusal
from tests.ledger_story import TRUST

Shown = Sequence[bytes]


@lru_cache(maxsize=20_000)
def _read(raw: bytes) -> tuple[Entry, Statement] | None:
    try:
        entry = parse_entry(raw)
        return entry, read_statement(entry.payload)
    except Refusal:
        return None


@lru_cache(maxsize=20_000)
def _accepts(public: bytes, raw: bytes) -> bool:
    entry = parse_entry(raw)
    return PublicKey(public).accepts(entry.signature, entry.signed)


def signatures_and_journals(shown: Shown, _honest: Shown) -> bool:
    """The audit without any root: forms, signatures, keys, journals, links."""
    places: dict[str, tuple[str, str]] = {}
    history = History(places.get, TRUST.roots)
    try:
        for index, raw in enumerate(shown):
            read = _read(raw)
            if read is None:
                return True
            entry, statement = read
            record = history.keys.records.get(entry.keyid)
            known = record is not None and _accepts(record.public.raw, raw)
            located = history.admit_read(index, entry, statement, signed=known)
            if located.id in places:
                return True
            places[located.id] = statement.type, statement.party
    except Refusal:
        return True
    return not shown


def anchors(shown: Shown, _honest: Shown) -> bool:
    """What the signers had seen must be what is sealed, before them, and fit the times they claim."""
    roots = _roots(shown)
    newest: dict[bytes, int] = {}
    reached: list[dt.datetime] = []  # by log index: latest time said of goods up to it
    latest = dt.datetime.min.replace(tzinfo=dt.UTC)
    for index, raw in enumerate(shown):
        read = _read(raw)
        if read is not None and read[1].type in GOODS_TYPES:
            latest = max(latest, moment(read[1].time))
        reached.append(latest)
        if read is None or read[1].anchor is None:
            continue
        entry, statement = read
        assert statement.anchor is not None
        size, root = statement.anchor
        if size > index or roots[size] != bytes.fromhex(root) or size < newest.get(entry.keyid, 0):
            return True
        newest[entry.keyid] = size
        late = reached[size - 1] - moment(statement.time) if statement.type in GOODS_TYPES else None
        if late is not None and late > LATE_AFTER:
            return True
    return False


def witness(shown: Shown, honest: Shown) -> bool:
    """The log must extend the checkpoint that was co-signed last."""
    return len(shown) < len(honest) or _roots(shown)[len(honest)] != _roots(honest)[-1]


def index(shown: Shown, _honest: Shown) -> bool:
    """Every committed index is what the entries before it give; all else is believed."""
    keys = KeyBook()
    commitments = Commitments(keys, RowTree(MemoryBlocks()))
    for place, raw in enumerate(shown):
        read = _read(raw)
        if read is None:
            continue
        entry, statement = read
        try:
            if statement.type != COMMITTED:
                signer = keys.signer(entry.keyid, place, statement)
                keys.check(signer, statement)
                keys.apply(place, entry.id.hex(), signer, statement)
            commitments.take(place, entry.id.hex(), statement)
        except IndexRefused:
            return True
        except Refusal:
            continue
    return False


def _roots(shown: Shown) -> list[bytes]:
    return _roots_of(tuple(shown))


@lru_cache(maxsize=8)
def _roots_of(shown: tuple[bytes, ...]) -> list[bytes]:
    """Root of the first 0, 1, 2 ... entries; a leaf is hashed whatever it holds."""
    tree, found = CompactRange(), [b""]
    for raw in shown:
        tree.append(_leaf(raw))
        found.append(tree.root())
    return found


@lru_cache(maxsize=20_000)
def _leaf(raw: bytes) -> bytes:
    return leaf_hash(raw)


LAYERS: dict[str, Callable[[Shown, Shown], bool]] = {
    "signatures and journals": signatures_and_journals,
    "anchors": anchors,
    "witness": witness,
    "index": index,
}
