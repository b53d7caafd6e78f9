"""Does a ledger continue what is known of it? Comparing a store with checkpoints kept elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.keeping.errors import KeepingError
from ledger.store.seam import LedgerStore
from ledger.verify.checkpoint import Checkpoint, open_checkpoint
from ledger.verify.merkle import root_from_nodes
from ledger.verify.note import NoteKey


@dataclass(frozen=True, slots=True)
class Known:
    """A checkpoint that was issued: where it was kept, its signed note, what the note says."""

    path: Path
    note: bytes
    checkpoint: Checkpoint

    @classmethod
    def read(cls, path: Path, log_key: NoteKey) -> Known:
        """Read one. Raises NoteRefused when the log's key did not sign it, OSError."""
        note = path.read_bytes()
        return cls(path, note, open_checkpoint(note, log_key))


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal that this machine could go on with: party, role, its last sequence number here."""

    party: str
    role: str
    keyid: str
    last: int


@dataclass(frozen=True, slots=True)
class Behind:
    """How far a ledger is behind: it has `size` statements, `known` names the newest checkpoint."""

    size: int
    known: Known

    @property
    def missing(self) -> int:
        """How many sealed statements are missing; the first has log index `size`."""
        return self.known.checkpoint.size - self.size


def compare(store: LedgerStore, known: list[Known], backup: Path) -> Behind | None:
    """None when the ledger continues every known checkpoint, else how far it is behind.

    Raises:
        KeepingError: `restore-forked`, it is another log than one of them.
    """
    size = store.size()
    roots: dict[int, bytes] = {}
    for one in sorted(known, key=lambda one: one.checkpoint.size):
        at = one.checkpoint
        root = root_from_nodes(at.size, store.node) if at.size <= size else at.root
        if roots.setdefault(at.size, root) != at.root:
            raise KeepingError("restore-forked", path=backup, known=at.size, checkpoint=one.path)
    newest = max(known, key=lambda one: one.checkpoint.size, default=None)
    if newest is None or newest.checkpoint.size <= size:
        return None
    return Behind(size, newest)


def journals_at_risk(
    store: LedgerStore, keys: Mapping[tuple[str, str], bytes]
) -> tuple[Journal, ...]:
    """Journals whose private key is at hand ((party, role) -> key id): who signs on would fork them."""
    last = {journal: seq for journal, seq, _ in store.heads()}
    return tuple(
        Journal(party, role, keyid.hex(), last[keyid.hex()])
        for (party, role), keyid in sorted(keys.items())
        if keyid.hex() in last
    )
