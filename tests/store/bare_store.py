"""An empty PostgreSQL store, and bytes that look to it like entries."""

from __future__ import annotations

import hashlib
from itertools import count

from eventsourcing.persistence import StoredEvent

from ledger.store.postgres.functions import TOPIC
from ledger.store.postgres.store import PostgresStore
from ledger.store.seam import Leaf, SealedBatch
from tests.store import places

JOURNALS = [hashlib.sha256(bytes([number])).digest() for number in range(40)]
_serial = count()


def second(owner: str) -> PostgresStore:
    return PostgresStore((places.application_dsn(owner),))


def event(journal: bytes, seq: int, length: int = 600) -> StoredEvent:
    """Bytes that have the key id where an entry has it, each time others."""
    body = next(_serial).to_bytes(8, "big") * (length // 8 + 1)
    raw = body[: length - 96] + journal + bytes(64)
    return StoredEvent(journal.hex(), seq, TOPIC, raw)


def seal_all(store: PostgresStore) -> None:
    """Seal what is there; the tree's hashes are not what these tests are about."""
    size, rows = store.size(), store.after(store.sealed_position(), 1000)
    leaves = [
        Leaf(size + at, position, hashlib.sha256(b"\0" + raw).digest())
        for at, (position, raw) in enumerate(rows)
    ]
    nodes = [(0, leaf.index, leaf.entry_id) for leaf in leaves]
    store.seal(SealedBatch(leaves, nodes, size + len(leaves), bytes(32), "— note\n"))
