"""`SealedLog`: gives entries their dense log index and signs the tree head after each batch.

It trusts the store's order and nothing else: what it extends must first be the tree that this
log's own key signed. A crash before the commit leaves the old tree; a crash after it, the new one;
the same entries give the same tree.
"""

from __future__ import annotations

import re
from typing import ClassVar, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import LedgerError
from ledger.store.seam import Leaf, LedgerStore, SealedBatch
from ledger.verify.checkpoint import Checkpoint, open_checkpoint
from ledger.verify.entry import EntryRefused, parse_entry
from ledger.verify.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    new_complete_nodes,
    root_from_nodes,
)
from ledger.verify.note import NoteKey, NoteRefused, sign_note
from ledger.verify.signature import PublicKey
from ledger.verify.tlog_proof import TlogProof

BATCH = 1000
TILE_WIDTH = 256
_TILE = re.compile(r"(?:(\d{1,2})|entries)/((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d{0,2}))?")


class SealingRefused(LedgerError):
    """What is stored cannot be sealed; nothing was signed."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "log-altered": (
            "The {size} sealed entries in {where} are not what this ledger's key sealed; nothing was "
            "sealed. Run ocop audit, find out who changed it, then restore a backup from before.",
            "{size} phiếu đã niêm phong trong {where} không đúng như khóa của sổ đã niêm phong; chưa "
            "niêm phong gì thêm. Hãy chạy ocop audit, tìm người đã sửa, rồi khôi phục bản sao lưu "
            "trước đó.",
        ),
        "entry-unreadable": (
            "What is stored at position {position} in {where} is no entry; nothing was sealed. Run "
            "ocop audit, find out who put it there, then restore a backup from before.",
            "Nội dung lưu ở vị trí {position} trong {where} không phải là phiếu; chưa niêm phong gì. "
            "Hãy chạy ocop audit, tìm người đã đưa vào, rồi khôi phục bản sao lưu trước đó.",
        ),
    }


class SealMemory(Protocol):
    """Remembers outside the store what was sealed, so that a store put back is never sealed on."""

    def check(self, store: LedgerStore) -> None:
        """Raise LedgerError when the store's log does not continue what is remembered."""

    def note(self, note: str) -> None:
        """Remember a checkpoint that was issued (a signed note)."""


class SealedLog:
    """The transparency log over one store. Without `key` it only reads."""

    def __init__(
        self,
        store: LedgerStore,
        origin: str,
        key: Ed25519PrivateKey | None,
        memory: SealMemory | None = None,
    ) -> None:
        self.store = store
        self.origin = origin
        self._key = key
        self._memory = memory

    @property
    def size(self) -> int:
        """Number of sealed entries."""
        return self.store.size()

    def seal(self) -> int:
        """Seal everything appended so far, in batches; returns the tree size.

        Raises:
            SealingRefused: `log-altered` when the stored tree is not the one of the newest
                checkpoint, `entry-unreadable` when a stored row is no entry.
        """
        if self._key is None:
            return self.size
        with self.store.sequencing():
            tree: CompactRange | None = None
            while rows := self.store.after(self.store.sealed_position(), BATCH):
                if tree is None:
                    tree = self._sealed_tree(self._key)
                self._seal(self._key, tree, rows)
            return self.size

    def _sealed_tree(self, key: Ed25519PrivateKey) -> CompactRange:
        """The stored tree, once it is seen to be what `key` signed last."""
        size, note = self.size, self.store.checkpoint()
        own = NoteKey(self.origin, PublicKey(key.public_key().public_bytes_raw()))
        try:
            tree = CompactRange.at(size, self.store.node)
            head = Checkpoint(self.origin, 0, EMPTY_ROOT)
            if note is not None:
                head = open_checkpoint(note, own)
        except (KeyError, NoteRefused) as wrong:
            raise SealingRefused("log-altered", size=size, where=self.store.location) from wrong
        if (head.size, head.root) != (size, tree.root()):
            raise SealingRefused("log-altered", size=size, where=self.store.location)
        return tree

    def _seal(
        self, key: Ed25519PrivateKey, tree: CompactRange, rows: list[tuple[int, bytes]]
    ) -> None:
        leaves, nodes = [], []
        for index, (position, raw) in enumerate(rows, start=tree.size):
            try:
                entry_id = parse_entry(raw).id
            except EntryRefused as wrong:
                where = self.store.location
                raise SealingRefused("entry-unreadable", position=position, where=where) from wrong
            leaves.append(Leaf(index, position, entry_id))
            hashes = tree.append(entry_id)
            nodes += [
                (level, index >> level, made)
                for level, made in zip(new_complete_nodes(index), hashes, strict=True)
            ]
        head = Checkpoint(self.origin, tree.size, tree.root())
        if self._memory is not None:
            self._memory.check(self.store)  # before signing: two signed heads are a fork for ever
        note = sign_note(head.format(), self.origin, key)
        self.store.seal(SealedBatch(leaves, nodes, tree.size, head.root, note))
        if self._memory is not None:
            self._memory.note(note)

    def checkpoint(self) -> str | None:
        """The newest checkpoint as a signed note, None before the first sealing."""
        return self.store.checkpoint()

    def head(self) -> Checkpoint | None:
        """The newest checkpoint, read."""
        note = self.checkpoint()
        return None if note is None else Checkpoint.parse(note.split("\n\n")[0] + "\n")

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Inclusion path of leaf `index` in the tree of `size`."""
        return inclusion_proof(index, size, self.store.node)

    def consistency(self, size1: int, size2: int) -> list[bytes]:
        """Consistency path between two tree sizes."""
        return consistency_proof(size1, size2, self.store.node)

    def root(self, size: int) -> bytes:
        """Root of the first `size` leaves."""
        return root_from_nodes(size, self.store.node)

    def proof(self, index: int) -> str | None:
        """C2SP tlog-proof of a sealed entry against the newest checkpoint; None if unsealed."""
        note, head = self.checkpoint(), self.head()
        if note is None or head is None or not 0 <= index < head.size:
            return None
        return TlogProof(None, index, tuple(self.inclusion(index, head.size)), note).format()

    def tile(self, path: str) -> bytes | None:
        """Bytes of a C2SP tlog-tiles path below `tile/`: `<L>/<N>[.p/<W>]`, `entries/<N>[.p/<W>]`.

        None when there is no such tile yet. Partial tiles are given for any width
        up to what the tree has.
        """
        match = _TILE.fullmatch(path)
        if match is None:
            return None
        number = int(match.group(2).replace("x", "").replace("/", ""))
        width = int(match.group(3) or TILE_WIDTH)
        # A full tile has one name only: C2SP tlog-tiles gives partial ones a width of 1 to 255.
        if (match.group(3) and width >= TILE_WIDTH) or _tile_number(number) != match.group(2):
            return None
        if match.group(1) is None:
            return self._entries(number, width)
        level = int(match.group(1))
        if level > 7 or match.group(1) != str(level):
            return None
        hashes = self.store.nodes(8 * level, number * TILE_WIDTH, width)
        return b"".join(hashes) if len(hashes) == width else None

    def _entries(self, number: int, width: int) -> bytes | None:
        """tlog-tiles entry bundle: each entry after its 16-bit big-endian length."""
        rows = self.store.sealed(number * TILE_WIDTH, width)
        if len(rows) != width:
            return None
        return b"".join(len(raw).to_bytes(2, "big") + raw for _, raw in rows)


def _tile_number(number: int) -> str:
    """C2SP tlog-tiles: three digits at a time, all but the last group prefixed with x."""
    parts = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        parts.append(f"x{number % 1000:03d}")
    return "/".join(reversed(parts))
