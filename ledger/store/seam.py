"""The narrow seam between the ledger and a database: all that is asked of a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from eventsourcing.persistence import ApplicationRecorder


@dataclass(frozen=True, slots=True)
class Leaf:
    """One sealed entry: its log index, its store position, its id (32 bytes)."""

    index: int
    position: int
    entry_id: bytes


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """What one sealing adds, all or nothing: leaves, completed tree nodes, the new checkpoint."""

    leaves: Sequence[Leaf]
    nodes: Sequence[tuple[int, int, bytes]]
    size: int
    root: bytes
    note: str


class LedgerStore(Protocol):
    """A database that keeps entries and their seal for ever.

    Positions grow with commit order and may have gaps; log indexes have none.
    """

    @property
    def recorder(self) -> ApplicationRecorder:
        """The event recorder that the application saves through."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the one right to append, across processes, until the block ends."""

    def entry(self, entry_id: bytes) -> bytes | None:
        """Exact bytes of an entry, by id."""

    def entry_at(self, journal: str, seq: int) -> bytes | None:
        """Exact bytes of the entry at a journal position."""

    def after(self, position: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` (position, entry bytes) above `position`, in order."""

    def size(self) -> int:
        """Number of sealed leaves."""

    def sealed_position(self) -> int:
        """Store position of the last sealed leaf, 0 when none is."""

    def seal(self, batch: SealedBatch) -> None:
        """Add a batch of leaves in one durable transaction; refuse if the size has moved."""

    def sealed(self, first: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` (log index, entry bytes) from log index `first`."""

    def index_of(self, entry_id: bytes) -> int | None:
        """Log index of a sealed entry."""

    def node(self, level: int, index: int) -> bytes:
        """Hash of the complete subtree over leaves [index * 2^level, (index + 1) * 2^level)."""

    def nodes(self, level: int, first: int, count: int) -> list[bytes]:
        """Hashes of `count` complete subtrees of one level, from `first`."""

    def checkpoint(self, size: int | None = None) -> str | None:
        """The newest checkpoint note, or the one issued for `size`."""

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        """(size, root) of every checkpoint ever issued."""

    def close(self) -> None:
        """Let go of the database."""
