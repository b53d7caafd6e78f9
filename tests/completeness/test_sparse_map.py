"""The map of the completeness index: one root for one content, one provable answer for one key."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.verify.completeness import Change
from ledger.verify.row_tree import MemoryBlocks, RowTree
from ledger.verify.sparse_map import (
    EMPTY,
    KEY_BITS,
    MapRefused,
    Other,
    SparseMap,
    bit,
    branch_hash,
    leaf_hash,
    root_of_proof,
    row_key,
    row_name,
    shared_bits,
    value_digest,
)

# Keys that share long beginnings, which digests hardly ever do.
_NEAR = st.builds(
    lambda bits, rest: (int(bits, 2) << (KEY_BITS - len(bits)) | rest).to_bytes(32),
    st.text("01", min_size=1, max_size=12),
    st.integers(0, 3),
)
_DIGESTS = st.integers(0, 255).map(lambda one: hashlib.sha256(bytes([one])).digest())
_MAPS = st.dictionaries(_NEAR, _DIGESTS, max_size=20)


def plain_root(leaves: dict[bytes, bytes], depth: int = 0) -> bytes:
    """The definition of docs/format.md, word for word."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        ((key, digest),) = leaves.items()
        return hashlib.sha256(b"\x00" + key + digest).digest()
    sides = [
        {key: digest for key, digest in leaves.items() if bit(key, depth) == side}
        for side in (0, 1)
    ]
    left, right = (plain_root(side, depth + 1) for side in sides)
    return hashlib.sha256(b"\x01" + left + right).digest()


def shown(root: bytes, key: bytes, path: tuple[bytes, ...], other: Other | None) -> bool:
    """Whether this shows that the map has no such row."""
    try:
        return root_of_proof(key, None, path, other) == root
    except MapRefused:
        return False


@settings(deadline=None)
@given(_MAPS, _NEAR)
def test_every_key_has_one_provable_answer(leaves: dict[bytes, bytes], asked: bytes) -> None:
    made = SparseMap(leaves)
    root = made.root()
    assert root == plain_root(leaves)
    for key in {*leaves, asked}:
        digest, path, other = made.proof(key)
        assert digest == leaves.get(key)
        assert root_of_proof(key, digest, path, other) == root
        # Neither another value nor absence can be shown for it.
        assert root_of_proof(key, EMPTY, path) != root
        if digest is not None:
            for claimed in (None, *((k, v) for k, v in leaves.items() if k != key)):
                assert not shown(root, key, path, claimed)


@settings(deadline=None)
@given(_MAPS, _NEAR, st.data())
def test_a_proof_with_one_byte_changed_shows_nothing(
    leaves: dict[bytes, bytes], key: bytes, data: st.DataObject
) -> None:
    made = SparseMap(leaves)
    digest, path, other = made.proof(key)
    parts = [*path, *(other or ()), *([] if digest is None else [digest])]
    if not parts:
        return
    place = data.draw(st.integers(0, len(parts) - 1))
    at = data.draw(st.integers(0, 31))
    changed = bytearray(parts[place])
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    parts[place] = bytes(changed)
    depth = len(path)
    bent = (parts[depth], parts[depth + 1]) if other else None
    value = parts[-1] if digest is not None else None
    try:
        assert root_of_proof(key, value, parts[:depth], bent) != made.root()
    except MapRefused:
        return


@settings(deadline=None)
@given(_MAPS, _NEAR, st.integers(0, 20))
def test_a_cut_or_lengthened_path_shows_nothing(
    leaves: dict[bytes, bytes], key: bytes, cut: int
) -> None:
    made = SparseMap(leaves)
    digest, path, other = made.proof(key)
    for bent in (
        path[:cut],
        path[cut + 1 :],
        (*path, EMPTY),
        (EMPTY, *path),
        (path or (EMPTY,)) * 2,
    ):
        if bent == path:
            continue
        try:
            assert root_of_proof(key, digest, bent, other) != made.root()
        except MapRefused:
            continue


def test_an_absent_row_can_stand_nowhere_else() -> None:
    near, far = bytes(32), b"\x80" + bytes(31)
    digest = hashlib.sha256(b"x").digest()
    path = (leaf_hash(far, digest),)
    asked = b"\x40" + bytes(31)
    assert root_of_proof(asked, None, path, (near, digest)) == branch_hash(
        leaf_hash(near, digest), path[0]
    )
    for other in ((asked, digest), (far, digest)):
        with pytest.raises(MapRefused) as refused:
            root_of_proof(asked, None, path, other)
        assert refused.value.code == "map-other-elsewhere"
    with pytest.raises(MapRefused) as refused:
        root_of_proof(asked, digest, path, (near, digest))
    assert refused.value.code == "map-other-elsewhere"


def test_odd_proofs_are_refused_with_a_sentence() -> None:
    key, digest = bytes(32), bytes([1]) * 32
    found = []
    for path, value in (
        ((EMPTY,), digest),
        ((EMPTY,), None),
        ((digest,) * 257, digest),
        ((b"short",), digest),
    ):
        with pytest.raises(MapRefused) as refused:
            root_of_proof(key, value, path)
        assert refused.value.say("vi") != refused.value.say("en")
        found.append(refused.value.code)
    assert found == ["map-not-compact"] * 2 + ["map-path-length", "map-hash-length"]


def test_a_row_is_named_by_its_canonical_json() -> None:
    assert row_name(("lot", "HTX-A/qua", "L-1&2")) == b'["lot","HTX-A/qua","L-1&2"]'
    name = b'["papers","08938503000420","product:08938503000420"]'
    found = row_key(("papers", "08938503000420", "product:08938503000420"))
    assert found[:2] == hashlib.sha256(b"08938503000420").digest()[:2]
    assert found[2:] == hashlib.sha256(name).digest()[2:]


def test_rows_of_one_owner_stand_side_by_side_and_those_of_others_do_not() -> None:
    ours = [("lot", "HTX-A/qua", f"L{number}") for number in range(9)]
    ours.append(("papers", "HTX-A/qua", "x"))
    assert len({row_key(name)[:2] for name in ours}) == 1
    assert len({row_key(name) for name in ours}) == len(ours)
    assert row_key(("lot", "HTX-B/qua", "L0"))[:2] != row_key(ours[0])[:2]
    value = {"head": "ab", "count": 2}
    assert value_digest(value) == hashlib.sha256(b'{"count":2,"head":"ab"}').digest()


_ROUNDS = st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=30), max_size=12)


@settings(max_examples=60, deadline=None)
@given(_ROUNDS, st.integers(0, 70))
def test_a_tree_kept_up_row_by_row_is_the_map_of_its_rows(
    rounds: list[list[int]], asked: int
) -> None:
    tree, oracle = RowTree(MemoryBlocks()), SparseMap()
    counts: dict[int, int] = {}
    for number, touched in enumerate(rounds):
        head = hashlib.sha256(bytes([number])).hexdigest()
        changes: dict[bytes, Change] = {}
        for one in touched:
            name = ("lot", "HTX-A/qua", f"{one}")
            changes.setdefault(row_key(name), Change(name, 0, head)).added += 1
            counts[one] = counts.get(one, 0) + 1
            oracle.put(row_key(name), value_digest({"count": counts[one], "head": head}))
        tree.apply(changes)
        assert (tree.root, tree.rows) == (oracle.root(), len(counts))
    name = ("lot", "HTX-A/qua", f"{asked}")
    row = tree.row(name)
    digest, path, other = oracle.proof(row_key(name))
    assert (row.path, row.other) == (path, other)
    assert (row.value is None) == (digest is None)
    assert row.root() == tree.root


@settings(deadline=None)
@given(_NEAR, _NEAR)
def test_keys_are_compared_bit_by_bit(one: bytes, other: bytes) -> None:
    shared = shared_bits(one, other)
    assert all(bit(one, at) == bit(other, at) for at in range(shared))
    assert shared == KEY_BITS or bit(one, shared) != bit(other, shared)


def test_rows_whose_keys_begin_alike_stand_deep() -> None:
    # Two keys that differ in their last bit only cannot be made by hashing names: put them directly.
    tree = RowTree(MemoryBlocks())
    near, nearer = bytes(32), bytes(31) + b"\x01"
    change = Change(("key", "HTX-A", "x"), value={"enrolled": 0, "ended": None, "last_good": None})
    tree.apply({near: change, nearer: change})
    digest = value_digest(change.applied(None))
    assert (tree.root, tree.rows) == (SparseMap({near: digest, nearer: digest}).root(), 2)
