"""One proof for all index rows of a bundle: their paths with every hash once (docs/format.md 10).

A row says at which depth of the map its place stands; where the other hashes stand follows from
that. What a place holds (the row itself, another row, nothing) is told by the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from ledger.verify.sparse_map import (
    EMPTY,
    KEY_BITS,
    Other,
    bit,
    branch_hash,
    leaf_hash,
    shared_bits,
)
from ledger.verify.wording import Refusal

Spot = tuple[int, int]
"""(depth, prefix): the subtree of all keys that begin with these `depth` bits."""


class RowsRefused(Refusal):
    """The rows and hashes given are no proof."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "rows-clash": (
            "Two index rows of the bundle cannot stand in one map as they claim to.",
            "Hai dòng mục lục trong hồ sơ không thể cùng nằm trong một mục lục như đã khai.",
        ),
        "rows-elsewhere": (
            "The row shown in place of a missing one does not stand there; the proof was made up.",
            "Dòng nêu ra thay cho dòng không có lại không nằm ở chỗ đó; bằng chứng là bịa đặt.",
        ),
        "rows-count": (
            "The index rows come with {found} hashes where {expected} are needed.",
            "Các dòng mục lục kèm {found} giá trị băm trong khi cần {expected}.",
        ),
    }


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row's key and value digest (None: no such row), the depth of its place, and who is there.

    `other` is (key, value digest) of the one row that stands where an absent one would.
    """

    key: bytes
    digest: bytes | None
    depth: int
    other: Other | None = None

    def at(self, spot: Spot) -> bytes:
        """The hash of the place, which is `spot`. Raises RowsRefused."""
        if self.digest is not None:
            return leaf_hash(self.key, self.digest)
        if self.other is None:
            return EMPTY
        depth, prefix = spot
        if self.other[0] == self.key or int.from_bytes(self.other[0]) >> KEY_BITS - depth != prefix:
            raise RowsRefused("rows-elsewhere")
        return leaf_hash(*self.other)


def spots_to_give(rows: Sequence[PlacedRow]) -> list[Spot]:
    """The widest subtrees without any of these rows, left to right. Raises RowsRefused."""
    found: list[Spot] = []
    _give(sorted(rows, key=lambda row: row.key), 0, 0, found)
    return found


def _give(rows: Sequence[PlacedRow], depth: int, prefix: int, found: list[Spot]) -> None:
    if not rows:
        found.append((depth, prefix))
    elif not _ends(rows, depth):
        for side, half in enumerate(_halves(rows, depth)):
            _give(half, depth + 1, prefix * 2 + side, found)


def root_of_rows(rows: Sequence[PlacedRow], given: Sequence[bytes]) -> bytes:
    """The root of the map that these rows and hashes lead to.

    It shows every row when that is the committed root. Raises RowsRefused.
    """
    ordered = sorted(rows, key=lambda row: row.key)
    # Counted before any is made: rows that claim to stand deep would ask for millions.
    expected = _count(ordered)
    if expected != len(given):
        raise RowsRefused("rows-count", found=len(given), expected=expected)
    return _hash(ordered, 0, 0, dict(zip(spots_to_give(ordered), given, strict=True)))


def _count(ordered: Sequence[PlacedRow]) -> int:
    """How many spots `spots_to_give` gives: subtrees at the ends of a binary tree, less the places."""
    inner, places = (ordered[0].depth, 1) if ordered else (0, 0)
    for before, row in pairwise(ordered):
        shared = shared_bits(before.key, row.key)
        if shared < min(before.depth, row.depth):
            inner += row.depth - shared - 1
            places += 1
        elif before.depth != row.depth:
            raise RowsRefused("rows-clash")
    return inner + 1 - places


def _hash(rows: Sequence[PlacedRow], depth: int, prefix: int, given: dict[Spot, bytes]) -> bytes:
    if not rows:
        return given[depth, prefix]
    if _ends(rows, depth):
        found = {row.at((depth, prefix)) for row in rows}
        if len(found) != 1:
            raise RowsRefused("rows-clash")
        return found.pop()
    left, right = _halves(rows, depth)
    return branch_hash(
        _hash(left, depth + 1, prefix * 2, given), _hash(right, depth + 1, prefix * 2 + 1, given)
    )


def _ends(rows: Sequence[PlacedRow], depth: int) -> bool:
    here = [row for row in rows if row.depth <= depth]
    if here and len(here) != len(rows):
        raise RowsRefused("rows-clash")
    return bool(here)


def _halves(
    rows: Sequence[PlacedRow], depth: int
) -> tuple[Sequence[PlacedRow], Sequence[PlacedRow]]:
    middle = sum(1 for row in rows if not bit(row.key, depth))
    return rows[:middle], rows[middle:]


def hashes_beside(paths: Sequence[tuple[PlacedRow, Sequence[bytes]]]) -> list[bytes]:
    """What `root_of_rows` needs, out of every row's own path (siblings, the deepest first)."""
    rows = [row for row, _ in paths]
    found = []
    for depth, prefix in spots_to_give(rows):
        for row, path in paths:
            if row.depth >= depth and int.from_bytes(row.key) >> KEY_BITS - depth == prefix ^ 1:
                found.append(path[row.depth - depth])
                break
    return found
