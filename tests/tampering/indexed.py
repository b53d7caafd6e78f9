"""Bundles of format v2 over a ledger in memory: index, rows, one proof; and the thief's versions.

The rows are made by the definition alone, out of an in-memory map, and not by the program's keeper.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ledger.signing import Signer
from ledger.verify.bundle import BundleEntry, LotBundle
from ledger.verify.bundle_index import rows_wanted
from ledger.verify.bundle_rows import BundleIndex, BundleRow, RowName
from ledger.verify.completeness import Value, key_row, key_value, rows_touched
from ledger.verify.entry import parse_entry
from ledger.verify.graph import Lot
from ledger.verify.history import History, Located
from ledger.verify.keys import COMMITTED, ROOT_PARTY
from ledger.verify.log_proof import make_proof
from ledger.verify.lots import LotGraph
from ledger.verify.map_proof import hashes_beside
from ledger.verify.note import COSIGNATURE, NoteKey, cosign_note
from ledger.verify.signature import PublicKey
from ledger.verify.sparse_map import SparseMap, row_key, value_digest
from ledger.verify.statement import Statement, read_statement
from ledger.verify.wording import Refusal
from tests.ledger_story import LOG, NOW, signer_of
from tests.tampering.forgery import ids_of, node_of, sealed_note

SEEN_AT = int(NOW.timestamp()) - 3600
_TIME = "2026-11-20T08:00:00+07:00"


def witness(name: str) -> NoteKey:
    """The fixed verifier key of a witness."""
    return NoteKey(f"witness.example/{name}", PublicKey(signer_of(name).public), COSIGNATURE)


def cosigned(note: str, *names: str, time: int = SEEN_AT) -> str:
    """A checkpoint note with these witnesses' lines."""
    for name in names:
        note = cosign_note(note, f"witness.example/{name}", signer_of(name).private, time)
    return note


def located_of(raw_entries: Sequence[bytes]) -> tuple[list[Located], dict[RowName, Value]]:
    """The entries that may stand, at their places, and the true rows over all of them."""
    known: dict[str, tuple[str, str]] = {}
    history = History(known.get, partial=True)
    located: list[Located] = []
    rows: dict[RowName, Value] = {}
    for index, raw in enumerate(raw_entries):
        entry = parse_entry(raw)
        try:
            statement = read_statement(entry.payload)
            located.append(history.admit(index, entry))
        except Refusal:
            continue
        known[entry.id.hex()] = statement.type, statement.party
        for name in rows_touched(statement):
            before = int(rows.get(name, {"count": 0})["count"])
            rows[name] = {"count": before + 1, "head": entry.id.hex()}
    for keyid, record in history.keys.records.items():
        rows[key_row(record)] = key_value(history.keys, keyid)
    return located, rows


def map_of(rows: Mapping[RowName, Value]) -> SparseMap:
    """The map of rows."""
    return SparseMap({row_key(name): value_digest(value) for name, value in rows.items()})


def commitment(
    raw_entries: Sequence[bytes], rows: Mapping[RowName, Value] | None = None, by: Signer = LOG
) -> bytes:
    """The next entry: an index of all entries so far (or of other rows: a lie)."""
    true = located_of(raw_entries)[1] if rows is None else rows
    own = [one for one in map(parse_entry, raw_entries) if one.keyid == by.keyid]
    last = None if not own else own[-1].id.hex()
    seq = 0 if not own else json.loads(own[-1].payload)["seq"]
    body = {"size": len(raw_entries), "root": map_of(true).root().hex(), "rows": len(true)}
    return by.sign(Statement(COMMITTED, ROOT_PARTY, seq + 1, last, _TIME, (), None, body)).raw


def indexed(raw_entries: Sequence[bytes]) -> list[bytes]:
    """These entries and a true index of them."""
    return [*raw_entries, commitment(raw_entries)]


class Whole:
    """A sealed ledger whose newest `index-committed` entry bundles refer to."""

    def __init__(
        self,
        raw_entries: Sequence[bytes],
        rows: Mapping[RowName, Value] | None = None,
        *,
        index: int | None = None,
        located: Sequence[Located] | None = None,
    ) -> None:
        """`rows` are those of the map committed to, by default the true ones; `index` is the entry
        that commits, by default the last that does; `located` are all entries, if known."""
        self.entries = list(raw_entries)
        self.note = sealed_note(raw_entries)
        self.node = node_of(ids_of(raw_entries))
        self.index = _last_commitment(raw_entries) if index is None else index
        self.size = 0
        if self.index is not None:
            self.size = json.loads(parse_entry(raw_entries[self.index]).payload)["body"]["size"]
        self.rows = located_of(raw_entries[: self.size])[1] if rows is None else rows
        self.located = located_of(raw_entries)[0] if located is None else located
        self._map = map_of(self.rows)

    def bundle(
        self,
        indexes: Iterable[int],
        lot: Lot,
        *,
        names: Iterable[RowName] | None = None,
        note: str | None = None,
    ) -> LotBundle:
        """A bundle of these entries and the newest index; rows as needed, or by name."""
        chosen = sorted({*indexes, *([] if self.index is None else [self.index])})
        size = len(self.entries)
        anchors = [_anchor(self.entries[at]) for at in chosen]
        entries = tuple(BundleEntry(at, parse_entry(self.entries[at])) for at in chosen)
        nodes = make_proof(size, chosen, [one for one in anchors if one], self.node)
        made = LotBundle(*lot, note or self.note, entries, nodes=tuple(nodes))
        if self.index is None:
            return made
        if names is None:
            own = [one for one in self.located if one.index in set(chosen)]
            names = rows_wanted(lot, (one.signer for one in own), own, LotGraph(own))
        return replace(made, index=self.rows_for(names))

    def rows_for(self, names: Iterable[RowName]) -> BundleIndex:
        """Rows with one proof."""
        assert self.index is not None
        found, paths = [], []
        for name in names:
            _, path, other = self._map.proof(row_key(name))
            found.append(BundleRow(name, self.rows.get(name), len(path), other))
            paths.append((found[-1].placed(), path))
        return BundleIndex(self.index, tuple(found), tuple(hashes_beside(paths)))


def _last_commitment(raw_entries: Sequence[bytes]) -> int | None:
    kinds = [_type(raw) for raw in raw_entries]
    return max((at for at, kind in enumerate(kinds) if kind == COMMITTED), default=None)


def _type(raw: bytes) -> object:
    try:
        return json.loads(parse_entry(raw).payload).get("type")
    except ValueError:
        return None


def _anchor(raw: bytes) -> int:
    try:
        anchor = read_statement(parse_entry(raw).payload).anchor
    except Refusal:
        return 0
    return 0 if anchor is None else anchor[0]
