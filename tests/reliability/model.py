"""What a ledger is, said as simply as possible: a list of entries and how they are answered.

It shares no code with the ledger: its own leaf hash and its own RFC 6962 tree, computed anew from
all the leaves each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Offer:
    """An entry's bytes, and what its maker put into it."""

    raw: bytes
    journal: str
    seq: int
    before: bytes | None
    enrolled: bool = True
    signed: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to one offered entry: recorded, known, or the code of its refusal."""

    word: str
    index: int | None = None


def leaf(raw: bytes) -> bytes:
    """RFC 6962, 2.1: the hash of a leaf."""
    return hashlib.sha256(b"\0" + raw).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1: the Merkle tree hash of leaf hashes, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


@dataclass(slots=True)
class LedgerModel:
    """All entries in order, the journals they stand in, and what was sealed when."""

    entries: list[bytes] = field(default_factory=list)
    journals: dict[str, list[bytes]] = field(default_factory=dict)
    sealed: int = 0
    roots: dict[int, bytes] = field(default_factory=dict)

    @property
    def leaves(self) -> list[bytes]:
        """Leaf hashes of all entries, sealed or not."""
        return [leaf(raw) for raw in self.entries]

    def start(self, journal: str, raw: bytes) -> None:
        """Take in an entry that is there already."""
        self.journals.setdefault(journal, []).append(leaf(raw))
        self.entries.append(raw)

    def offer(self, one: Offer) -> Told:
        """What becomes of one offered entry."""
        if one.raw in self.entries:
            return Told("known", self.entries.index(one.raw))
        journal = self.journals.get(one.journal, [])
        if not one.enrolled:
            return Told("key-unknown")
        if not one.signed:
            return Told("wrong")
        if one.seq <= len(journal):
            return Told("fork")
        if one.seq != len(journal) + 1:
            return Told("seq-gap")
        if one.before != (journal[-1] if journal else None):
            return Told("prev-differs")
        self.start(one.journal, one.raw)
        return Told("recorded", len(self.entries) - 1)

    def submit(self, offers: Sequence[Offer]) -> list[Told]:
        """What becomes of a submission: entry by entry, up to and with the first that is refused."""
        told = []
        for one in offers:
            told.append(self.offer(one))
            if told[-1].index is None:
                break
        return told

    def seal(self) -> None:
        """Everything there is now has a place in the tree."""
        if self.sealed < len(self.entries):
            self.sealed = len(self.entries)
            self.roots[self.sealed] = root(self.leaves)
