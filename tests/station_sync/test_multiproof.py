"""One proof for many leaves: against single proofs, and against whoever tampers with it."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.verify.merkle import (
    CompactRange,
    ProofRefused,
    inclusion_proof,
    leaf_hash,
    new_complete_nodes,
    root_of,
)
from ledger.verify.multiproof import nodes_needed, paths_of, verify_many


class Log:
    """A tree of `size` made-up leaves with all of its complete nodes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.leaves = [leaf_hash(str(number).encode()) for number in range(size)]
        self.nodes: dict[tuple[int, int], bytes] = {}
        tree = CompactRange()
        for index, leaf in enumerate(self.leaves):
            for level, made in zip(new_complete_nodes(index), tree.append(leaf), strict=True):
                self.nodes[level, index >> level] = made
        self.root = root_of(self.leaves)

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def proof(self, indexes: set[int]) -> dict[tuple[int, int], bytes]:
        return {place: self.nodes[place] for place in nodes_needed(indexes, self.size)}

    def some(self, indexes: set[int]) -> dict[int, bytes]:
        return {index: self.leaves[index] for index in indexes}


@given(st.integers(0, 300), st.data())
def test_any_leaves_are_proved_and_their_paths_are_the_single_proofs(
    size: int, data: st.DataObject
) -> None:
    log = Log(size)
    wanted = data.draw(st.sets(st.integers(0, size - 1))) if size else set()
    proof = log.proof(wanted)
    verify_many(log.some(wanted), size, proof, log.root)
    paths = paths_of(wanted, log.some(wanted), size, proof)
    assert paths == {index: inclusion_proof(index, size, log.node) for index in wanted}


def test_a_wrong_leaf_at_any_place_is_refused() -> None:
    log = Log(77)
    wanted = {0, 3, 40, 63, 64, 76}
    for index in wanted:
        leaves = log.some(wanted) | {index: hashlib.sha256(b"other").digest()}
        with pytest.raises(ProofRefused) as refused:
            verify_many(leaves, 77, log.proof(wanted), log.root)
        assert refused.value.code == "many-not-included"


def test_leaves_that_changed_places_are_refused() -> None:
    log = Log(9)
    leaves = {2: log.leaves[3], 3: log.leaves[2]}
    with pytest.raises(ProofRefused):
        verify_many(leaves, 9, log.proof({2, 3}), log.root)


def test_every_changed_missing_or_added_node_is_refused() -> None:
    log = Log(100)
    wanted = {5, 6, 99}
    proof = log.proof(wanted)
    for place, value in proof.items():
        changed = bytes([value[0] ^ 1]) + value[1:]
        with pytest.raises(ProofRefused) as refused:
            verify_many(log.some(wanted), 100, proof | {place: changed}, log.root)
        assert refused.value.code == "many-not-included"
        without = {one: found for one, found in proof.items() if one != place}
        with pytest.raises(ProofRefused) as refused:
            verify_many(log.some(wanted), 100, without, log.root)
        assert refused.value.code == "node-missing"
    with pytest.raises(ProofRefused) as refused:
        verify_many(log.some(wanted), 100, proof | {(0, 5): log.leaves[5]}, log.root)
    assert refused.value.code == "node-extra"


def test_an_inner_node_that_would_stand_for_a_wanted_leaf_is_refused() -> None:
    # A parent given for its two leaves would let one of them be anything.
    log = Log(16)
    proof = log.proof({4, 5})
    forged = {4: log.leaves[4], 5: leaf_hash(b"never recorded")}
    with pytest.raises(ProofRefused):
        verify_many(forged, 16, proof | {(1, 2): log.nodes[1, 2]}, log.root)


@pytest.mark.parametrize("index", [-1, 8])
def test_a_leaf_outside_the_tree_is_refused(index: int) -> None:
    with pytest.raises(ProofRefused) as refused:
        nodes_needed([index], 8)
    assert refused.value.code == "index_outside"


def test_hashes_of_another_length_are_refused() -> None:
    log = Log(8)
    proof = log.proof({1})
    with pytest.raises(ProofRefused):
        verify_many({1: b"short"}, 8, proof, log.root)
    with pytest.raises(ProofRefused):
        verify_many({1: log.leaves[1]}, 8, dict.fromkeys(proof, b""), log.root)
    with pytest.raises(ProofRefused):
        verify_many({1: log.leaves[1]}, 8, proof, b"")


def test_four_hundred_neighbours_need_few_hashes() -> None:
    near = nodes_needed(range(500_000, 500_400), 1_000_000)
    alone = nodes_needed([500_000], 1_000_000)
    assert len(near) <= 2 * len(alone)
    scattered = random.Random(7).sample(range(1_000_000), 400)
    assert len(nodes_needed(scattered, 1_000_000)) < 400 * 13  # single paths: 400 * 20
