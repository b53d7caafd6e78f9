"""An empty PostgreSQL store, and bytes that look to it like entries."""

from __future__ import annotations

import hashlib
from itertools import count

from eventsourcing.persistence import StoredEvent

from ledger.store.postgres.functions import TOPIC
from ledger.store.postgres.store import PostgresStore
from ledger.store.seam import Leaf, SealedBatch
from ledger.verify.entry import PAYLOAD_TYPE, pae
from ledger.verify.merkle import CompactRange, new_complete_nodes
from tests.store import places

JOURNALS = [hashlib.sha256(bytes([number])).digest() for number in range(40)]
_serial = count()


def second(owner: str) -> PostgresStore:
    return PostgresStore((places.application_dsn(owner),))


def event(journal: bytes, seq: int, length: int = 600) -> StoredEvent:
    """Bytes that are laid out as an entry of about `length` bytes, each time others."""
    bare = len(pae(PAYLOAD_TYPE, bytes(1000))) - 1000 + 96
    body = next(_serial).to_bytes(8, "big") * (length // 8 + 1)
    raw = pae(PAYLOAD_TYPE, body[: max(8, length - bare)]) + journal + bytes(64)
    return StoredEvent(journal.hex(), seq, TOPIC, raw)


def batch_of(store: PostgresStore, rows: list[tuple[int, bytes]]) -> SealedBatch:
    """The batch that seals these rows (position, bytes), as it should be but for the note."""
    tree = CompactRange.at(store.size(), store.node)
    leaves, nodes = [], []
    for index, (position, raw) in enumerate(rows, start=tree.size):
        leaves.append(Leaf(index, position, hashlib.sha256(b"\0" + raw).digest()))
        hashes = tree.append(leaves[-1].entry_id)
        levels = new_complete_nodes(index)
        nodes += [(level, index >> level, one) for level, one in zip(levels, hashes, strict=True)]
    return SealedBatch(leaves, nodes, tree.size, tree.root(), "— note\n")


def seal_all(store: PostgresStore) -> None:
    """Seal what is there, under a note that nobody signed."""
    store.seal(batch_of(store, store.after(store.sealed_position(), 1000)))
