"""The narrow seam between the ledger and a database: all that is asked of a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from eventsourcing.persistence import ApplicationRecorder

from ledger.errors import LedgerError


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


@dataclass(frozen=True, slots=True)
class StoreFault:
    """Something wrong with a store's own guards: a code of `kind` and its parameters."""

    code: str
    params: dict[str, object]
    kind: type[LedgerError] = LedgerError

    def say(self, lang: str = "en") -> str:
        """What is wrong and how to mend it, as one sentence."""
        return self.kind(self.code, **self.params).say(lang)


class Replica(Protocol):
    """What a store is that holds a part of a hub's ledger beside its own journals."""

    @property
    def own(self) -> frozenset[bytes]:
        """Ids of the keys whose journals are whole here and go on here; the rest was adopted."""

    def hub_index(self, entry_id: str) -> int | None:
        """Log index at the hub of an entry (id in hex); None while the hub has not said."""


class LedgerStore(Protocol):
    """A database that keeps entries and their seal for ever.

    Positions grow with commit order and may have gaps; log indexes have none. Reads never wait
    for writers. Every method may raise LedgerError (`store-unwritable`, `store-unreachable`);
    after one, the store connects anew by itself at the next call.
    """

    @property
    def recorder(self) -> ApplicationRecorder:
        """The event recorder that the application saves through."""

    @property
    def replica(self) -> Replica | None:
        """Whose part it holds, when its log is not the ledger's own but a station's of a hub."""

    @property
    def location(self) -> str:
        """Where it is, for people: a path, or host and database name; never a password."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the one right to append, across processes and machines, until the block ends.

        May be nested within one thread.
        """

    def sequencing(self) -> AbstractContextManager[None]:
        """Hold the one right to seal until the block ends; independent of `writing`."""

    def lead(self, role: str) -> bool:
        """Try to become, or remain, the one leader of a role (`[a-z-]{1,32}`) for this store.

        Kept until `close` or the end of the process, and lost with the connection: ask again
        before each round of work. Never waits.
        """

    def wait(self, seconds: float) -> None:
        """Wait until something may have been appended, at most so long."""

    def faults(self) -> list[StoreFault]:
        """What is missing or unsafe in the store's guards; empty when all is as it was made."""

    def newest(self) -> int:
        """Position of the newest entry, 0 when there is none."""

    def heads(self) -> list[tuple[str, int, bytes]]:
        """(journal, last seq, its entry id) of every journal."""

    def counted(self, position: int) -> int:
        """Number of entries at or below a position: the log index that the next one gets."""

    def steering(self, up_to: int) -> list[tuple[int | None, int, bytes]]:
        """(log index or None before the seal, position, entry) of every steering entry, in order.

        Those at or below position `up_to` whose type decides what later entries may say
        (`ledger.store.steering`); found by an index, never by reading the ledger.
        """

    def entry(self, entry_id: bytes) -> bytes | None:
        """Exact bytes of an entry, by id."""

    def entry_at(self, journal: str, seq: int) -> bytes | None:
        """Exact bytes of the entry at a journal position."""

    def after(self, position: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` (position, entry bytes) above `position`, in order."""

    def settle(self) -> None:
        """Return once everything recorded so far is as durable as a fresh append makes it.

        An entry that can be read is not, when the process that recorded it died, or a standby was
        not waited for. Raises LedgerError, `outcome-unknown` among them.
        """

    def size(self) -> int:
        """Number of sealed leaves."""

    def sealed_position(self) -> int:
        """Store position of the last sealed leaf, 0 when none is."""

    def seal(self, *batches: SealedBatch) -> None:
        """Add batches of leaves in one durable transaction; refuse if the size has moved."""

    def sealed(self, first: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` (log index, entry bytes) from log index `first`."""

    def sealed_at(self, indexes: Sequence[int]) -> list[tuple[int, bytes]]:
        """(log index, entry bytes) of these log indexes, at most 1,000 of them, in log order.

        Asked for once each; those that are not sealed are left out.
        """

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
