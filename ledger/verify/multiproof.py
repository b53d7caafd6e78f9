"""One proof for many leaves: the tree nodes that are needed beside them, each of them once.

Inclusion paths of neighbours share most of their hashes. Here every node stands for itself, by its
place, so that proving 400 entries in a row takes about as many hashes as proving one of them.
Nodes are *complete* ones (see `ledger.verify.merkle`), which never change as the log grows.
Beside `log_proof`, whose walk it shares: nodes that travel by place give each path, to be kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from ledger.verify.log_proof import spans_to_give
from ledger.verify.merkle import (
    HASH_BYTES,
    ProofRefused,
    check_size,
    complete_nodes_of,
    inclusion_proof,
    node_hash,
    root_from_nodes,
)

Place = tuple[int, int]
"""(level, index) of a complete node: it covers the leaves [index * 2^level, (index + 1) * 2^level)."""


class ManyRefused(ProofRefused):
    """A proof of many leaves does not show what it should."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "node-missing": (
            "The proof lacks the hash of node {index} at level {level} in a tree of {size} leaves;"
            " it was cut, fetch it again.",
            "Bằng chứng thiếu giá trị băm của nút {index} ở tầng {level} trong cây {size} lá; nó đã"
            " bị cắt, hãy lấy lại.",
        ),
        "node-extra": (
            "The proof holds node {index} at level {level}, which proves nothing in a tree of"
            " {size} leaves; fetch the proof again.",
            "Bằng chứng có nút {index} ở tầng {level} không chứng minh gì trong cây {size} lá; hãy"
            " lấy lại bằng chứng.",
        ),
        "many-not-included": (
            "The proof for {count} leaves does not lead to the sealed root of {size} leaves; at"
            " least one entry is not in this log, so rely on none of them.",
            "Bằng chứng của {count} lá không dẫn tới gốc đã niêm phong của {size} lá; có ít nhất"
            " một bản ghi không có trong sổ này, đừng tin vào bản nào trong số đó.",
        ),
    }


def nodes_needed(indexes: Iterable[int], size: int) -> list[Place]:
    """Return the complete nodes that prove these leaves in the tree of `size`, left to right.

    Without leaves they are the nodes that make up the root. Raises ProofRefused for a leaf outside.
    """
    return _beside(_ordered(indexes, size), size)


def verify_many(
    leaves: Mapping[int, bytes], size: int, nodes: Mapping[Place, bytes], root: bytes
) -> None:
    """Return when `nodes` show every leaf hash at its index under `root` of `size` leaves.

    `leaves` must come from `leaf_hash` of entries' bytes, never from the proof's sender. `nodes`
    must be those of `nodes_needed`, no more and no fewer. Raises ProofRefused.
    """
    ordered = _ordered(leaves, size)
    for what, hashes in (("leaf", leaves.values()), ("proof", nodes.values()), ("root", [root])):
        for value in hashes:
            if len(value) != HASH_BYTES:
                raise ProofRefused("hash_length", what=what, found=len(value))
    _check_places(_beside(ordered, size), nodes, size)
    if root_from_nodes(size, Tree(leaves, nodes)) != root:
        raise ManyRefused("many-not-included", count=len(leaves), size=size)


def paths_of(
    indexes: Iterable[int],
    leaves: Mapping[int, bytes],
    size: int,
    nodes: Mapping[Place, bytes],
) -> dict[int, list[bytes]]:
    """Return the inclusion path of each of `indexes`, all of them in `leaves`.

    `verify_many` must have passed for the same leaves, size and nodes.
    """
    tree = Tree(leaves, nodes)
    return {index: inclusion_proof(index, size, tree) for index in indexes}


class Tree:
    """Complete nodes by place, worked out of leaves and the nodes beside them; each only once.

    KeyError for a place that does not follow from them.
    """

    def __init__(self, leaves: Mapping[int, bytes], nodes: Mapping[Place, bytes]) -> None:
        self._leaves = leaves
        self._known = dict(nodes)

    def __call__(self, level: int, index: int) -> bytes:
        found = self._leaves.get(index) if level == 0 else None
        if found is None:
            found = self._known.get((level, index))
        if found is None:
            if level == 0:
                raise KeyError((level, index))
            below = level - 1
            found = node_hash(self(below, 2 * index), self(below, 2 * index + 1))
            self._known[level, index] = found
        return found


def _ordered(indexes: Iterable[int], size: int) -> list[int]:
    check_size(size)
    ordered = sorted(set(indexes))
    if ordered and not 0 <= ordered[0] <= ordered[-1] < size:
        outside = ordered[0] if ordered[0] < 0 else ordered[-1]
        raise ProofRefused("index_outside", index=outside, size=size)
    return ordered


def _beside(ordered: list[int], size: int) -> list[Place]:
    """The widest complete nodes that hold none of the ordered indexes."""
    spans = spans_to_give(size, ordered, ())
    return [place for span in spans for place in complete_nodes_of(*span)]


def _check_places(needed: list[Place], nodes: Mapping[Place, bytes], size: int) -> None:
    for level, index in needed:
        if (level, index) not in nodes:
            raise ManyRefused("node-missing", level=level, index=index, size=size)
    if len(nodes) != len(needed):
        level, index = min(set(nodes) - set(needed))
        raise ManyRefused("node-extra", level=level, index=index, size=size)
