"""One proof for many index rows: present, absent, and everything that is none."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from ledger.verify.map_proof import (
    PlacedRow,
    RowsRefused,
    hashes_beside,
    root_of_rows,
    spots_to_give,
)
from ledger.verify.sparse_map import SparseMap

Proved = tuple[list[PlacedRow], list[bytes]]


def a_map(rows: int, seed: int = 1) -> SparseMap:
    chance = random.Random(seed)
    return SparseMap({chance.randbytes(32): chance.randbytes(32) for _ in range(rows)})


def proof_of(tree: SparseMap, keys: list[bytes]) -> Proved:
    """Rows of these keys as placed, and the hashes beside them."""
    paths = []
    for key in keys:
        digest, path, other = tree.proof(key)
        paths.append((PlacedRow(key, digest, len(path), other), path))
    return [row for row, _ in paths], hashes_beside(paths)


def keys_of(tree: SparseMap, chance: random.Random, count: int) -> list[bytes]:
    """Some keys that the map has and some that it has not."""
    own = sorted(tree._leaves)
    return [
        *chance.sample(own, min(count, len(own))),
        *(chance.randbytes(32) for _ in range(count)),
    ]


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 10, 200, 3000])
def test_rows_that_are_there_and_rows_that_are_not_lead_to_the_root(rows: int) -> None:
    tree, chance = a_map(rows), random.Random(rows)
    for count in range(1, 9):
        placed, beside = proof_of(tree, keys_of(tree, chance, count))
        assert root_of_rows(placed, beside) == tree.root()
        chance.shuffle(placed)
        assert root_of_rows(placed, beside) == tree.root()


def test_many_rows_share_the_hashes_above_them() -> None:
    tree, chance = a_map(3000), random.Random(7)
    keys = chance.sample(sorted(tree._leaves), 12)
    _, beside = proof_of(tree, keys)
    alone = sum(len(tree.proof(key)[1]) for key in keys)
    assert len(beside) < alone * 0.75


def test_another_value_an_absent_row_or_a_changed_hash_leads_elsewhere() -> None:
    tree, chance = a_map(300), random.Random(3)
    placed, beside = proof_of(tree, keys_of(tree, chance, 4))
    for at, row in enumerate(placed):
        wrong = replace(row, digest=bytes(32), other=None)
        assert root_of_rows([*placed[:at], wrong, *placed[at + 1 :]], beside) != tree.root()
        if row.digest is not None:
            absent = replace(row, digest=None)
            assert root_of_rows([*placed[:at], absent, *placed[at + 1 :]], beside) != tree.root()
    for at in range(len(beside)):
        changed = [*beside[:at], b"\x01" * 32, *beside[at + 1 :]]
        assert root_of_rows(placed, changed) != tree.root()


def test_a_present_row_cannot_be_denied_by_any_other_row() -> None:
    tree = a_map(60)
    for key in sorted(tree._leaves)[:20]:
        (row,), beside = proof_of(tree, [key])
        for other in sorted(tree._leaves.items()):
            assert led_to([replace(row, digest=None, other=other)], beside) != tree.root()


def led_to(rows: list[PlacedRow], beside: list[bytes]) -> bytes | None:
    """The root that they lead to, None when they are refused."""
    try:
        return root_of_rows(rows, beside)
    except RowsRefused:
        return None


def test_wrong_depths_and_counts_are_refused() -> None:
    tree, chance = a_map(300), random.Random(5)
    placed, beside = proof_of(tree, chance.sample(sorted(tree._leaves), 5))
    for wrong in (beside[:-1], [*beside, bytes(32)]):
        with pytest.raises(RowsRefused) as refused:
            root_of_rows(placed, wrong)
        assert refused.value.code == "rows-count"
    for at, row in enumerate(placed):
        for depth in (0, row.depth - 1, row.depth + 1, 256):
            moved = [*placed[:at], replace(row, depth=depth), *placed[at + 1 :]]
            with pytest.raises(RowsRefused):
                root_of_rows(moved, beside)


def test_two_rows_at_one_place_must_tell_the_same() -> None:
    one, two = (PlacedRow(bytes([n]) + bytes(31), bytes(32), 0) for n in (1, 2))
    with pytest.raises(RowsRefused) as refused:
        root_of_rows([one, two], [])
    assert refused.value.code == "rows-clash"


def test_hostile_rows_as_deep_as_can_be_are_judged_in_bounded_time() -> None:
    chance = random.Random(9)
    rows = [PlacedRow(chance.randbytes(32), None, 256) for _ in range(20_000)]
    began = time.process_time()
    with pytest.raises(RowsRefused) as refused:
        root_of_rows(rows, [])
    assert refused.value.code == "rows-count"
    assert int(str(refused.value.params["expected"])) > 4_000_000
    assert time.process_time() - began < 5


def test_hashes_are_counted_as_they_would_be_looked_for() -> None:
    chance = random.Random(11)
    clashes = 0
    for _ in range(2000):
        some = [bytes([chance.randrange(256)]) + bytes(31) for _ in range(chance.randrange(9))]
        rows = [PlacedRow(key, bytes(32), chance.randrange(9)) for key in dict.fromkeys(some)]
        try:
            wanted: int | str = len(spots_to_give(rows))
        except RowsRefused as refused:
            wanted = refused.code
            clashes += 1
        with pytest.raises(RowsRefused) as judged:
            root_of_rows(rows, [bytes(32)] * 1000)
        found = judged.value.params.get("expected", judged.value.code)
        assert found == wanted
    assert 200 < clashes < 1800
