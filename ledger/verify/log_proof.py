"""One proof for all entries of a bundle and all the older roots that they name (docs/format.md 10).

Inclusion paths and consistency proofs of one bundle share most of their hashes, so each is given
once. Where it stands follows from what is to be proved; nothing but the hash travels.
Beside `multiproof`, whose walk this is: bare hashes of widest spans are the fewest bytes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence

from ledger.verify.merkle import Node, ProofRefused, complete_nodes_of, node_hash

Span = tuple[int, int]
"""Leaves [lo, hi) of a subtree of RFC 6962."""


def spans_to_give(size: int, indexes: Iterable[int], sizes: Iterable[int]) -> list[Span]:
    """The widest subtrees, left to right, whose hashes the proof has to give.

    Args:
        size: leaves of the tree.
        indexes: entries to be proved, all below `size`.
        sizes: older sizes whose roots are to be proved; those outside 1 .. size - 1 ask for nothing.
    """
    found: list[Span] = []
    cuts = sorted({one for one in sizes if 0 < one < size})
    _give(0, size, sorted(set(indexes)), cuts, found)
    return found


def _give(lo: int, hi: int, leaves: Sequence[int], cuts: Sequence[int], found: list[Span]) -> None:
    named = bisect_left(leaves, lo) < bisect_left(leaves, hi)
    cut = bisect_right(cuts, lo) < bisect_left(cuts, hi)
    if not named and not cut:
        found.append((lo, hi))
    elif hi - lo > 1:
        middle = split(lo, hi)
        _give(lo, middle, leaves, cuts, found)
        _give(middle, hi, leaves, cuts, found)


def split(lo: int, hi: int) -> int:
    """Where RFC 6962 divides the leaves [lo, hi), hi - lo above 1."""
    return lo + (1 << ((hi - lo - 1).bit_length() - 1))


def make_proof(size: int, indexes: Iterable[int], sizes: Iterable[int], node: Node) -> list[bytes]:
    """The hashes to give; `node(level, index)` answers complete nodes of the log."""
    return [_hash_of(span, node) for span in spans_to_give(size, indexes, sizes)]


def _hash_of(span: Span, node: Node) -> bytes:
    peaks = [node(level, index) for level, index in complete_nodes_of(*span)]
    found = peaks.pop()
    while peaks:
        found = node_hash(peaks.pop(), found)
    return found


class ProvedTree:
    """A tree as a proof tells it. Worth nothing until `root_at(size)` was seen to be the sealed root.

    Raises ProofRefused when there are more or fewer hashes than needed.
    """

    def __init__(
        self, size: int, leaves: Mapping[int, bytes], sizes: Iterable[int], given: Sequence[bytes]
    ) -> None:
        spans = spans_to_give(size, leaves, sizes)
        if len(spans) != len(given):
            raise ProofRefused("proof_length", found=len(given), expected=len(spans))
        self.size = size
        self._known: dict[Span, bytes] = dict(zip(spans, given, strict=True))
        self._known |= {(index, index + 1): leaf for index, leaf in leaves.items()}

    def root_at(self, size: int) -> bytes:
        """The root of the first `size` leaves: the whole tree, or a size that was asked for."""
        lo, hi = 0, self.size
        left: list[bytes] = []
        while size < hi:
            middle = split(lo, hi)
            if size <= middle:
                hi = middle
            else:
                left.append(self._hash(lo, middle))
                lo = middle
        found = self._hash(lo, hi)
        while left:
            found = node_hash(left.pop(), found)
        return found

    def _hash(self, lo: int, hi: int) -> bytes:
        found = self._known.get((lo, hi))
        if found is None:
            middle = split(lo, hi)
            found = node_hash(self._hash(lo, middle), self._hash(middle, hi))
            self._known[lo, hi] = found
        return found
