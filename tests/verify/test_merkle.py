"""Merkle proofs: the transparency-dev probes, RFC 6962 reference values, and our own properties."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.verify.merkle import (
    EMPTY_ROOT,
    MAX_SIZE,
    CompactRange,
    ProofRefused,
    TreeHead,
    consistency_proof,
    inclusion_nodes,
    inclusion_proof,
    leaf_hash,
    new_complete_nodes,
    node_hash,
    root_from_nodes,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.shared_data import shared
from tests.vectors.make_format_vectors import merkle_vectors, pinned

SIZE = 64
LEAVES = [leaf_hash(bytes([i])) for i in range(SIZE)]
ROOTS = [root_of(LEAVES[:size]) for size in range(SIZE + 1)]
NODES: dict[tuple[int, int], bytes] = {}
_grown = CompactRange()
for _index, _leaf in enumerate(LEAVES):
    for _level, _hash in zip(new_complete_nodes(_index), _grown.append(_leaf), strict=True):
        NODES[_level, _index >> _level] = _hash


def node(level: int, index: int) -> bytes:
    return NODES[level, index]


def _b64(values: list[str] | None) -> list[bytes]:
    return [base64.b64decode(value) for value in values or []]


def _probes(kind: str) -> list[tuple[Path, dict[str, Any]]]:
    paths = sorted(shared("vectors", "merkle", kind).rglob("*.json"))
    return [(path, json.loads(path.read_text("utf-8"))) for path in paths]


def test_all_inclusion_probes_of_transparency_dev_agree() -> None:
    probes = _probes("inclusion")
    for _, probe in probes:
        leaf, root = _b64([probe["leafHash"], probe["root"]])
        arguments = (leaf, probe["leafIdx"], probe["treeSize"], _b64(probe["proof"]), root)
        if probe["wantErr"]:
            with pytest.raises(ProofRefused):
                verify_inclusion(*arguments)
        else:
            verify_inclusion(*arguments)
    wanted = [probe["wantErr"] for _, probe in probes]
    assert len(wanted) == 98
    assert wanted.count(False) > 0


def test_all_consistency_probes_of_transparency_dev_agree() -> None:
    probes = _probes("consistency")
    for _, probe in probes:
        root1, root2 = _b64([probe["root1"], probe["root2"]])
        arguments = (probe["size1"], probe["size2"], _b64(probe["proof"]), root1, root2)
        if probe["wantErr"]:
            with pytest.raises(ProofRefused):
                verify_consistency(*arguments)
        else:
            verify_consistency(*arguments)
    wanted = [probe["wantErr"] for _, probe in probes]
    assert len(wanted) == 98
    assert wanted.count(False) > 0


def test_the_reference_tree_of_rfc_6962_has_the_published_nodes_and_roots() -> None:
    path = shared("vectors", "merkle", "rfc6962_reference_tree.json")
    tree = json.loads(path.read_text("utf-8"))
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in tree["leaves"]]
    grown = CompactRange()
    nodes: dict[tuple[int, int], str] = {}
    for index, leaf in enumerate(leaves):
        for level, value in enumerate(grown.append(leaf)):
            nodes[level, index >> level] = value.hex()
    published = {
        (level, index): value
        for level, values in enumerate(tree["levels"])
        for index, value in enumerate(values)
    }
    assert nodes == published
    assert len(nodes) == 15
    assert [root_of(leaves[:n]).hex() for n in range(9)] == tree["roots_by_size"]


def test_the_values_of_the_certificate_transparency_tests_agree() -> None:
    path = shared("vectors", "merkle", "rfc6962_ct_python.json")
    data = json.loads(path.read_text("utf-8"))
    for case in data["consistency"]:
        verify_consistency(
            case["size1"],
            case["size2"],
            [bytes.fromhex(value) for value in case["proof"]],
            bytes.fromhex(case["root1"]),
            bytes.fromhex(case["root2"]),
        )
    assert len(data["consistency"]) == 4
    real = data["inclusion_real"]
    leaf = leaf_hash(bytes.fromhex(real["leaf"]))
    assert leaf.hex() == real["leaf_hash"]
    proof = [bytes.fromhex(value) for value in real["proof"]]
    root = bytes.fromhex(real["root"])
    verify_inclusion(leaf, real["leaf_index"], real["tree_size"], proof, root)
    with pytest.raises(ProofRefused):
        verify_inclusion(leaf, real["leaf_index"] + 1, real["tree_size"], proof, root)


def test_our_own_vectors_are_pinned_and_hold() -> None:
    vectors = pinned("merkle.json")
    assert vectors == merkle_vectors()
    roots = [bytes.fromhex(root) for root in vectors["roots"]]
    for case in vectors["inclusion"]:
        proof = [bytes.fromhex(value) for value in case["proof"]]
        index, size = case["index"], case["size"]
        verify_inclusion(LEAVES[index], index, size, proof, roots[size])
    for case in vectors["consistency"]:
        proof = [bytes.fromhex(value) for value in case["proof"]]
        size1, size2 = case["size1"], case["size2"]
        verify_consistency(size1, size2, proof, roots[size1], roots[size2])
    assert [len(vectors[name]) for name in ("roots", "inclusion", "consistency")] == [21, 210, 210]


def _rfc_6962_root(leaves: list[bytes]) -> bytes:
    """The recursive definition of MTH, word for word (leaves already hashed)."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(_rfc_6962_root(leaves[:k]), _rfc_6962_root(leaves[k:]))


def test_every_way_to_a_root_gives_that_of_the_definition() -> None:
    grown = TreeHead()
    for size in range(SIZE + 1):
        expected = _rfc_6962_root(LEAVES[:size])
        assert ROOTS[size] == expected
        assert grown.root() == root_from_nodes(size, node) == expected
        resumed = CompactRange.at(size, node)
        assert (resumed.size, resumed.root()) == (grown.size, expected)
        if size < SIZE:
            assert grown.append(LEAVES[size]) == resumed.append(LEAVES[size])
            assert grown.root() == resumed.root()


def test_every_inclusion_proof_up_to_64_leaves_verifies_only_for_its_leaf() -> None:
    for size in range(1, SIZE + 1):
        for index in range(size):
            asked: list[tuple[int, int]] = []

            def noted(level: int, place: int, asked: list[tuple[int, int]] = asked) -> bytes:
                asked.append((level, place))
                return NODES[level, place]

            proof = inclusion_proof(index, size, noted)
            assert sorted(asked) == sorted(inclusion_nodes(index, size))
            verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
            for wrong in {(index + 1) % size, index ^ 1, size - 1} - {index}:
                with pytest.raises(ProofRefused):
                    verify_inclusion(LEAVES[index], wrong, size, proof, ROOTS[size])


def test_every_consistency_proof_up_to_64_leaves_verifies_only_for_its_roots() -> None:
    for size in range(1, SIZE + 1):
        for first in range(1, size + 1):
            proof = consistency_proof(first, size, node)
            verify_consistency(first, size, proof, ROOTS[first], ROOTS[size])
            if first < size:
                with pytest.raises(ProofRefused):
                    verify_consistency(first, size, proof, ROOTS[first - 1], ROOTS[size])
                with pytest.raises(ProofRefused):
                    verify_consistency(first, size, proof, ROOTS[first], ROOTS[size - 1])


@given(st.integers(1, SIZE).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
@settings(deadline=None, max_examples=20)
def test_every_flipped_bit_of_an_inclusion_proof_is_refused(place: tuple[int, int]) -> None:
    index, size = place
    proof = inclusion_proof(index, size, node)
    parts = [LEAVES[index], ROOTS[size], *proof]
    for part in range(len(parts)):
        for bit in range(256):
            changed = list(parts)
            changed[part] = (int.from_bytes(parts[part]) ^ 1 << bit).to_bytes(32)
            with pytest.raises(ProofRefused):
                verify_inclusion(changed[0], index, size, changed[2:], changed[1])


@given(st.integers(1, SIZE).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
@settings(deadline=None, max_examples=20)
def test_every_flipped_bit_of_a_consistency_proof_is_refused(sizes: tuple[int, int]) -> None:
    size1, size2 = sizes
    parts = [ROOTS[size1], ROOTS[size2], *consistency_proof(size1, size2, node)]
    for part in range(len(parts)):
        for bit in range(256):
            changed = list(parts)
            changed[part] = (int.from_bytes(parts[part]) ^ 1 << bit).to_bytes(32)
            with pytest.raises(ProofRefused):
                verify_consistency(size1, size2, changed[2:], changed[0], changed[1])


def test_a_truncated_or_lengthened_proof_is_refused() -> None:
    proof = inclusion_proof(5, 11, node)
    between = consistency_proof(5, 11, node)
    for changed in (proof[:-1], proof[1:], [*proof, proof[0]], []):
        with pytest.raises(ProofRefused):
            verify_inclusion(LEAVES[5], 5, 11, changed, ROOTS[11])
    for changed in (between[:-1], between[1:], [*between, between[0]], []):
        with pytest.raises(ProofRefused):
            verify_consistency(5, 11, changed, ROOTS[5], ROOTS[11])


def test_a_node_passed_as_an_entry_is_refused() -> None:
    entry = NODES[0, 0] + NODES[0, 1]
    proof = inclusion_proof(0, 8, node)[1:]
    with pytest.raises(ProofRefused):
        verify_inclusion(leaf_hash(entry), 0, 4, proof, ROOTS[8])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4), (0, MAX_SIZE + 1)])
def test_a_leaf_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(ProofRefused) as caught:
        verify_inclusion(LEAVES[0], index, size, [], ROOTS[1])
    assert caught.value.code == "index_outside"
    with pytest.raises(ProofRefused):
        inclusion_proof(index, size, node)
    with pytest.raises(ProofRefused):
        inclusion_nodes(index, size)


@pytest.mark.parametrize(("size1", "size2"), [(0, 4), (0, 0), (5, 4), (-1, 4), (1, MAX_SIZE + 1)])
def test_sizes_that_cannot_be_compared_are_refused(size1: int, size2: int) -> None:
    with pytest.raises(ProofRefused) as caught:
        verify_consistency(size1, size2, [], ROOTS[1], ROOTS[4])
    assert caught.value.code == "sizes"
    with pytest.raises(ProofRefused):
        consistency_proof(size1, size2, node)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_hashes_of_another_length_are_refused(length: int) -> None:
    wrong = bytes(length)
    with pytest.raises(ProofRefused):
        verify_inclusion(wrong, 0, 1, [], wrong)
    with pytest.raises(ProofRefused):
        verify_consistency(1, 2, [LEAVES[1]], wrong, ROOTS[2])
    with pytest.raises(ProofRefused):
        verify_consistency(1, 2, [LEAVES[1]], ROOTS[1], wrong)
    with pytest.raises(ProofRefused):
        CompactRange().append(wrong)
    with pytest.raises(ProofRefused):
        verify_inclusion(LEAVES[0], 0, 2, [wrong], ROOTS[2])


def test_completed_levels_cover_every_complete_node_once() -> None:
    named = [(level, i >> level) for i in range(SIZE) for level in new_complete_nodes(i)]
    assert len(named) == len(set(named)) == 2 * SIZE - 1
    assert all(a < b for a, b in pairwise(new_complete_nodes(SIZE - 1)))
    with pytest.raises(ProofRefused):
        root_from_nodes(-1, node)


def test_a_huge_tree_needs_only_a_short_proof() -> None:
    last = MAX_SIZE - 1
    assert len(inclusion_proof(last, MAX_SIZE, lambda _level, _index: bytes(32))) <= 63
    assert len(inclusion_nodes(0, MAX_SIZE)) <= 2 * 63
