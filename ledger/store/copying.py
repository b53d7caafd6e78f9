"""A whole ledger from one store to an empty one: the same bytes, the same tree, the same checkpoints.

Nothing is believed on the way: every leaf is hashed again, every inner node is made anew, and
each checkpoint ever issued must come out. A source that is being written to is copied up to one
checkpoint; what it gets meanwhile is not touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from eventsourcing.persistence import PersistenceError

from ledger.errors import LedgerError
from ledger.recorded import stored_event
from ledger.store.seam import Leaf, LedgerStore, SealedBatch
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.entry import parse_entry
from ledger.verify.merkle import CompactRange, new_complete_nodes
from ledger.verify.note import NoteRefused
from ledger.verify.statement import read_statement

PAGE = 400
_SEALINGS = 100
Progress = Callable[[int, int], None]


class CopyRefused(LedgerError):
    """A ledger cannot be copied, and what to do."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "copy-nothing-sealed": (
            "The ledger in {where} has no checkpoint yet, so there is nothing to copy; open it once "
            "with ocop audit, then try again.",
            "Sổ trong {where} chưa có mốc niêm phong nên chưa có gì để chép; hãy mở sổ bằng ocop audit "
            "rồi làm lại.",
        ),
        "copy-target-used": (
            "{where} is not empty, so nothing was copied there; name an empty database or folder.",
            "{where} không trống nên chưa chép gì vào đó; hãy chọn cơ sở dữ liệu hoặc thư mục trống.",
        ),
        "copy-differs": (
            "The first {size} entries in {where} do not give the checkpoint that was issued for "
            "them; the copy was stopped. Run ocop audit and restore a backup from before.",
            "{size} phiếu đầu trong {where} không cho ra mốc niêm phong đã phát hành; đã dừng sao chép. "
            "Hãy chạy ocop audit và khôi phục bản sao lưu trước đó.",
        ),
        "copy-short": (
            "Entry {index} is missing in {where}; the copy was stopped. Run ocop audit and restore a "
            "backup from before.",
            "Thiếu phiếu {index} trong {where}; đã dừng sao chép. Hãy chạy ocop audit và khôi phục bản "
            "sao lưu trước đó.",
        ),
    }


def copy_store(
    source: LedgerStore,
    target: LedgerStore,
    on_progress: Progress | None = None,
    up_to: int | None = None,
) -> Checkpoint:
    """Copy entries, leaves, nodes and every checkpoint; returns the newest checkpoint copied.

    `up_to` is the size of an issued checkpoint: the copy ends there. Without it the copy ends at
    the newest checkpoint and takes what is recorded but not sealed along; then the caller holds
    `writing` and `sequencing` of the source. `on_progress` gets (entries copied, entries in all).

    Raises:
        CopyRefused: the target is used, or the source is not what was sealed. The target is then
            of no use and must be removed.
        LedgerError: one of the stores cannot be reached or written.
    """
    if target.newest() or target.size():
        raise CopyRefused("copy-target-used", where=target.location)
    last = newest_checkpoint(source, up_to)
    copy = _Copy(source, target, on_progress, last)
    # A ledger may have as many checkpoints as statements: they are taken one after the other.
    for size, root in source.checkpoints():
        if size > last:
            break
        copy.extend(size, root)
    copy.finish()
    if up_to is None:
        copy.take_tail()
    return copy.head


def newest_checkpoint(source: LedgerStore, up_to: int | None = None) -> int:
    """Size of the checkpoint that a copy ends with: the newest, or `up_to` if one was issued for it.

    Raises:
        CopyRefused: `copy-nothing-sealed`, there is none.
    """
    note = source.checkpoint(up_to) if up_to != 0 else None
    if note is None:
        raise CopyRefused("copy-nothing-sealed", where=source.location)
    return _read(note, source, up_to or source.size()).size


def _read(note: str, source: LedgerStore, size: int) -> Checkpoint:
    try:
        return Checkpoint.parse(note.split("\n\n", maxsplit=1)[0] + "\n")
    except NoteRefused as wrong:
        raise CopyRefused("copy-differs", size=size, where=source.location) from wrong


class _Copy:
    """The state of one copy: how far it is, and the tree so far."""

    def __init__(
        self, source: LedgerStore, target: LedgerStore, on_progress: Progress | None, total: int
    ) -> None:
        self._source = source
        self._target = target
        self._tell = on_progress or (lambda _done, _total: None)
        self._total = total
        self._tree = CompactRange()
        self._ahead: list[tuple[bytes, int]] = []  # (entry id, position in the target) unsealed
        self._appended = 0
        self._sealing: list[SealedBatch] = []
        self.head = Checkpoint("-", 0, self._tree.root())

    def extend(self, size: int, root: bytes) -> None:
        """Bring the target to the checkpoint of `size`, which grows from call to call."""
        if size <= self.head.size:
            raise CopyRefused("copy-differs", size=size, where=self._source.location)
        while self._appended < size:
            self._append_page()
        first = self._tree.size
        leaves, nodes = [], []
        for index, (entry_id, position) in enumerate(self._ahead[: size - first], start=first):
            leaves.append(Leaf(index, position, entry_id))
            hashes = self._tree.append(entry_id)
            levels = new_complete_nodes(index)
            nodes += [(level, index >> level, h) for level, h in zip(levels, hashes, strict=True)]
        del self._ahead[: size - first]
        note = self._source.checkpoint(size) or ""
        self.head = _read(note, self._source, size)
        if not self._tree.root() == root == self.head.root or self.head.size != size:
            raise CopyRefused("copy-differs", size=size, where=self._source.location)
        # A station seals every statement: one transaction each would be one disk flush each.
        self._sealing.append(SealedBatch(leaves, nodes, size, root, note))
        if len(self._sealing) >= _SEALINGS or size - self._sealing[0].size >= PAGE:
            self.flush()

    def flush(self) -> None:
        """Seal in the target what has been taken over so far."""
        if self._sealing:
            self._target.seal(*self._sealing)
            self._tell(self._sealing[-1].size, self._total)
            self._sealing.clear()

    def finish(self) -> None:
        """Seal the rest; the copy must have come to where it was to end."""
        self.flush()
        if self.head.size != self._total:
            raise CopyRefused("copy-differs", size=self._total, where=self._source.location)

    def _append_page(self) -> None:
        most = min(PAGE, self._total - self._appended)
        rows = self._source.sealed(self._appended, most)
        if [index for index, _ in rows] != list(range(self._appended, self._appended + most)):
            raise CopyRefused("copy-short", index=self._appended, where=self._source.location)
        self._ahead += self._save([raw for _, raw in rows])
        self._appended += most

    def _save(self, entries: list[bytes]) -> Iterator[tuple[bytes, int]]:
        read = [parse_entry(raw) for raw in entries]
        # Journal and place are read from the entry, not from the source's columns.
        events = [
            stored_event(one.keyid.hex(), read_statement(one.payload).seq, one.raw) for one in read
        ]
        try:
            positions = self._target.recorder.insert_events(events)
        except (PersistenceError, OSError) as wrong:
            raise LedgerError("store-unwritable", why=str(wrong)) from wrong
        assert positions is not None  # both stores tell
        return zip((one.id for one in read), positions, strict=True)

    def take_tail(self) -> None:
        """Append what the source has recorded after its last leaf."""
        position = self._source.sealed_position()
        while rows := self._source.after(position, PAGE):
            list(self._save([raw for _, raw in rows]))
            position = rows[-1][0]
