"""One proof for many entries and older roots: it proves just these, and nothing can be changed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.verify.log_proof import ProvedTree, make_proof, spans_to_give
from ledger.verify.merkle import (
    ProofRefused,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
)
from tests.examples import examples
from tests.tampering.forgery import node_of

MOST = 130
IDS = [leaf_hash(bytes([number])) for number in range(MOST)]
NODE = node_of(IDS)

wanted = st.integers(1, MOST).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.sets(st.integers(0, size - 1), max_size=12),
        st.sets(st.integers(1, size), max_size=6),
    )
)


@settings(max_examples=examples(100), deadline=None)
@given(wanted)
def test_a_proof_gives_the_root_of_the_tree_and_of_every_older_size(
    asked: tuple[int, set[int], set[int]],
) -> None:
    size, indexes, sizes = asked
    proof = make_proof(size, indexes, sizes, NODE)
    tree = ProvedTree(size, {at: IDS[at] for at in indexes}, sizes, proof)
    for one in {size, *sizes}:
        assert tree.root_at(one) == root_of(IDS[:one])


@settings(max_examples=examples(70), deadline=None)
@given(wanted, st.randoms(use_true_random=False))
def test_any_change_of_a_hash_or_a_leaf_gives_another_root(
    asked: tuple[int, set[int], set[int]], chance: random.Random
) -> None:
    size, indexes, sizes = asked
    leaves = {at: IDS[at] for at in indexes}
    proof = make_proof(size, indexes, sizes, NODE)
    if proof:
        changed = list(proof)
        changed[chance.randrange(len(proof))] = bytes(32)
        assert ProvedTree(size, leaves, sizes, changed).root_at(size) != root_of(IDS[:size])
    for at in indexes:
        tree = ProvedTree(size, {**leaves, at: bytes(32)}, sizes, proof)
        assert tree.root_at(size) != root_of(IDS[:size])


def test_a_hash_too_many_or_too_few_is_refused() -> None:
    proof = make_proof(100, [3, 77], [50], NODE)
    for wrong in (proof[:-1], [*proof, bytes(32)], []):
        with pytest.raises(ProofRefused) as refused:
            ProvedTree(100, {3: IDS[3], 77: IDS[77]}, [50], wrong)
        assert refused.value.code == "proof_length"


def test_one_entry_costs_its_inclusion_path_and_one_size_its_consistency_proof() -> None:
    for size in range(1, MOST):
        for at in range(0, size, 7):
            path = inclusion_proof(at, size, NODE)
            assert sorted(make_proof(size, [at], [], NODE)) == sorted(path)
            if at:
                # RFC 6962 leaves one hash out where the old tree is a subtree of its own.
                given_hashes = make_proof(size, [], [at], NODE)
                assert set(consistency_proof(at, size, NODE)) <= set(given_hashes)


def test_an_anchor_right_before_its_entry_costs_nothing_more() -> None:
    for at in range(1, 100):
        assert spans_to_give(100, [at], [at]) == spans_to_give(100, [at], [])


def test_sizes_outside_the_tree_ask_for_nothing() -> None:
    assert spans_to_give(10, [4], [0, 10, 11, 10**12]) == spans_to_give(10, [4], [])


def test_a_tree_of_the_largest_size_is_walked_at_once() -> None:
    size = 2**63 - 1
    spans = spans_to_give(size, range(20_000), [10**12 - 1])
    assert len(spans) < 200
