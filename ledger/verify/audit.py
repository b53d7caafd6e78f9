"""Whole-ledger audit: every entry, signature, link and root, streamed once, first failure located.

Checking signatures takes most of the time and depends on nothing else, so it is done ahead, for many
entries in a row or by others (`Ahead`): what is vouched for is not checked again, all the rest is
decided here, in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import ClassVar

from ledger.verify.checkpoint import Checkpoint
from ledger.verify.completeness import Commitments, IndexRefused, RowMap
from ledger.verify.entry import Entry, parse_entry
from ledger.verify.history import History
from ledger.verify.keys import KeyRecord
from ledger.verify.merkle import CompactRange
from ledger.verify.row_tree import MemoryBlocks, RowTree
from ledger.verify.wording import Refusal

# Entries in, the same entries out in the same order, each with True when its signature was seen to
# be good under the key whose SHA-256 is its key id. False says nothing about it.
Ahead = Callable[[Iterable[bytes]], Iterable[tuple[bytes, bool]]]
_GATHERED = 200_000  # rows: a ledger with no more, and no index committed, costs no map at all
_TURN = 16  # entries whose signatures are checked in a row
_MOST_FALSE = 100  # false commitments that are named one by one


class AuditRefused(Refusal):
    """The ledger as a whole does not agree with its seal."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "root-differs": (
            "The first {size} entries have root {found}, but the checkpoint of that size says "
            "{expected}: an entry before it was changed, removed, added or moved.",
            "{size} phiếu đầu có gốc {found}, nhưng mốc niêm phong cùng cỡ ghi {expected}: có phiếu "
            "trước đó bị sửa, xóa, thêm hoặc đổi chỗ.",
        ),
        "tree-short": (
            "The ledger holds {found} entries, but a checkpoint was issued for {expected}: it was cut "
            "or rolled back.",
            "Sổ còn {found} phiếu, nhưng đã có mốc niêm phong cho {expected} phiếu: sổ bị cắt hoặc "
            "quay lui.",
        ),
        "anchor-never-issued": (
            "The entry at index {index} names a checkpoint of size {size} that was never issued with "
            "that root.",
            "Phiếu ở vị trí {index} nêu mốc niêm phong cỡ {size} chưa từng được phát hành với gốc đó.",
        ),
        "anchor-early": (
            "The entry at index {index} claims to have seen {size} entries, more than came before it.",
            "Phiếu ở vị trí {index} khai đã thấy {size} phiếu, nhiều hơn số phiếu trước nó.",
        ),
        "entry-twice": (
            "The entry at index {index} stands in the ledger twice.",
            "Phiếu ở vị trí {index} có mặt hai lần trong sổ.",
        ),
    }


@dataclass(frozen=True, slots=True)
class HubPart:
    """A station's part of a hub's ledger: ids of its own keys, and size -> root of the hub's
    checkpoints that it has verified. What it adopted was checked at its place in the hub's log."""

    own: frozenset[bytes]
    checkpoints: Mapping[int, bytes]


@dataclass(slots=True)
class AuditResult:
    """Outcome of an audit: `entries` seen, the root over them, the failure if any.

    `false_index` are commitments of the log key that are not true, by log index, the first hundred
    of them. They end no walk, since what they speak of is checked all the same; the first of them is
    the failure when nothing else is wrong.
    """

    entries: int = 0
    root: bytes = b""
    failure: Refusal | None = None
    failed_index: int | None = None
    disputed: int = 0
    types: dict[str, int] = field(default_factory=dict)
    false_index: list[tuple[int, Refusal]] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return self.failure is None

    @property
    def whole(self) -> bool:
        """Every entry is what was sealed; what the log key said of its index may be false."""
        return self.clean or any(self.failure is wrong for _, wrong in self.false_index)


def audit_entries(
    raw_entries: Iterable[bytes],
    checkpoints: Mapping[int, bytes],
    roots: frozenset[str],
    *,
    known: Checkpoint | None = None,
    ahead: Ahead | None = None,
    part: HubPart | None = None,
    rows: RowMap | None = None,
) -> AuditResult:
    """Verify entries in log order against issued checkpoints.

    Args:
        raw_entries: every entry of the ledger, in log order, exact bytes.
        checkpoints: tree size -> root of every checkpoint the ledger says it issued.
        roots: raw root keys (hex) that the auditor trusts.
        known: a checkpoint kept from before or from elsewhere; the ledger must extend it.
        ahead: who checks signatures ahead of this walk; without it they are checked here.
        part: what is audited is a station's part of a hub's ledger, sealed by itself.
        rows: an empty map for the completeness index; without one it is kept in memory.

    Returns:
        The result; the first failure ends the walk, but for a false commitment of the index.
    """
    expected = dict(checkpoints)
    result = AuditResult()
    if known is not None and expected.setdefault(known.size, known.root) != known.root:
        result.failure = AuditRefused(
            "root-differs",
            size=known.size,
            found=expected[known.size].hex(),
            expected=known.root.hex(),
        )
        return result
    tree = CompactRange()
    places: dict[str, tuple[str, str]] = {}
    history = History(places.get, roots, own=None if part is None else part.own)
    anchor: tuple[int, str] | None = None
    index_map = RowTree(MemoryBlocks()) if rows is None else rows
    commitments = Commitments(history.keys, index_map, gathered=_GATHERED)
    keys = history.keys.records
    walk = _in_turns(raw_entries, keys) if ahead is None else _as_vouched(ahead(raw_entries))
    result.failed_index = 0
    try:
        for index, (entry, vouched) in enumerate(walk):
            located = history.admit(index, entry, signed=vouched)
            statement = located.statement
            if located.id in places:
                raise AuditRefused("entry-twice", index=index)
            places[located.id] = statement.type, statement.party
            if statement.anchor != anchor and statement.anchor is not None:
                # An anchor that held at an earlier index holds at a later one.
                if part is None:
                    _check_anchor(index, statement.anchor, expected)
                    anchor = statement.anchor
                elif entry.keyid in part.own and statement.anchor[0] in part.checkpoints:
                    # The hub's log is the measure; how long it was then is for the hub to check.
                    _check_issued(index, statement.anchor, part.checkpoints)
            try:
                commitments.take(index, located.id, statement)
            except IndexRefused as false:
                # It is in the log for ever: who could end the walk by it could hide what comes after.
                if len(result.false_index) < _MOST_FALSE:
                    result.false_index.append((index, false))
            tree.append(entry.id)
            result.entries = result.failed_index = index + 1
            if index + 1 in expected and (root := tree.root()) != expected[index + 1]:
                result.failed_index = index
                raise AuditRefused(
                    "root-differs",
                    size=index + 1,
                    found=root.hex(),
                    expected=expected[index + 1].hex(),
                )
            result.types[statement.type] = result.types.get(statement.type, 0) + 1
        result.failed_index = None
        largest = max(expected, default=0)
        if largest > result.entries:
            raise AuditRefused("tree-short", found=result.entries, expected=largest)
    except Refusal as refused:
        result.failure = refused
    if result.failure is None and result.false_index:
        result.failed_index, result.failure = result.false_index[0]
    result.root = tree.root()
    # Which entries of a stolen key are disputed, places in the hub's log decide.
    result.disputed = len(history.keys.disputed()) if part is None else 0
    return result


def _as_vouched(walk: Iterable[tuple[bytes, bool]]) -> Iterator[tuple[Entry, bool]]:
    for raw, vouched in walk:
        yield parse_entry(raw), vouched


def _in_turns(
    raw_entries: Iterable[bytes], keys: Mapping[bytes, KeyRecord]
) -> Iterator[tuple[Entry, bool]]:
    """Entries, each with True when its signature is good under a key that is known by then.

    Many in a row, because what the library needs for it then stays in the processor's cache.
    """
    source = iter(raw_entries)
    while turn := list(islice(source, _TURN)):
        entries: list[Entry] = []
        fault: Refusal | None = None
        try:
            for raw in turn:
                entries.append(parse_entry(raw))  # noqa: PERF401  # kept when one is refused
        except Refusal as refused:
            fault = refused
        signed = [_is_signed(entry, keys.get(entry.keyid)) for entry in entries]
        yield from zip(entries, signed, strict=True)
        if fault is not None:
            raise fault


def _is_signed(entry: Entry, record: KeyRecord | None) -> bool:
    return record is not None and record.public.accepts(entry.signature, entry.signed)


def _check_anchor(index: int, anchor: tuple[int, str], expected: Mapping[int, bytes]) -> None:
    size = anchor[0]
    if size > index:
        raise AuditRefused("anchor-early", index=index, size=size)
    _check_issued(index, anchor, expected)


def _check_issued(index: int, anchor: tuple[int, str], expected: Mapping[int, bytes]) -> None:
    size, root = anchor
    issued = expected.get(size)
    if issued is None or issued.hex() != root:
        raise AuditRefused("anchor-never-issued", index=index, size=size)
