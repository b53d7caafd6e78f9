"""Tree nodes for many proofs at once, read in blocks of sixteen siblings.

A proof needs one node of every level, and a level a question: to a database on another machine
that is the time it takes. From sixteen neighbours the four levels above them are computed here.
"""

from __future__ import annotations

from ledger.store.seam import LedgerStore
from ledger.verify.merkle import node_hash

_LEVELS = 4
_WIDTH = 1 << _LEVELS


class NodeBlocks:
    """Complete nodes of one log, kept for as long as one answer is made."""

    def __init__(self, store: LedgerStore) -> None:
        self._store = store
        self._known: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """As `LedgerStore.node`. KeyError when there is no such complete node."""
        found = self._known.get((level, index))
        if found is None:
            self._read(level - level % _LEVELS, index >> (_LEVELS - level % _LEVELS))
            found = self._known[level, index]
        return found

    def _read(self, level: int, block: int) -> None:
        """The block's nodes of `level`, and those of the levels above that they complete."""
        first = block * _WIDTH
        nodes = self._store.nodes(level, first, _WIDTH)
        for up in range(_LEVELS):
            for offset, made in enumerate(nodes, start=first >> up):
                self._known[level + up, offset] = made
            pairs = zip(nodes[::2], nodes[1::2], strict=False)
            nodes = [node_hash(left, right) for left, right in pairs]
