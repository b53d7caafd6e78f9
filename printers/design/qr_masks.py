"""Scoring of QR data masks on whole matrices held as integers (ISO/IEC 18004 clause 7.8.3).

All eight masked matrices stand one after another in a single integer, so that each step of the
scoring is one operation for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache


def best_mask(candidates: Sequence[int], size: int) -> int:
    """The index of the candidate matrix with the lowest penalty (the first one of equals)."""
    scores = penalties(candidates, size)
    return scores.index(min(scores))


def penalties(candidates: Sequence[int], size: int) -> list[int]:
    """Penalty points N1 to N4 of size x size matrices given row by row, most significant first."""
    many, cells = len(candidates), size * size
    text = "".join([f"{matrix:0{cells}b}" for matrix in candidates])
    lines = int(text, 2)
    turned = int(
        "".join([_turned(text[n : n + cells], size) for n in range(0, len(text), cells)]), 2
    )
    points = [10 * int(abs(m.bit_count() * 100 / cells - 50) / 5) for m in candidates]
    counts = [
        (3, _blocks(lines, size, many)),
        *((weight, marks) for way in (lines, turned) for weight, marks in _ways(way, size, many)),
    ]
    whole = (1 << cells) - 1
    for weight, marks in counts:
        for n in range(many):
            share = marks >> cells * (many - 1 - n) & whole
            points[n] += weight * share.bit_count()
    return points


def _turned(text: str, size: int) -> str:
    """Columns become rows."""
    return "".join([text[x::size] for x in range(size)])


@lru_cache(maxsize=128)
def _inside(size: int, span: int, many: int) -> int:
    """Bits at which a run of `span` modules still lies within its row (bit = its right end)."""
    row = f"{(1 << (size - span + 1)) - 1:0{size}b}"
    return int(row * (size * many), 2)


@lru_cache(maxsize=32)
def _above_the_last_row(size: int, many: int) -> int:
    return int(("0" * size + "1" * (size * (size - 1))) * many, 2)


def _ways(matrix: int, size: int, many: int) -> list[tuple[int, int]]:
    """(points, places) of N1 and N3 along rows."""
    # N1: a run of 5 equal modules is 3 points, each further module one more. A run of n has n-4
    # windows of five, so its points are windows + 2, and 2 is counted at the run's first window.
    same = ~(matrix ^ (matrix >> 1)) & _inside(size, 2, many)
    pairs = same & (same >> 1)
    five = pairs & (pairs >> 2) & _inside(size, 5, many)
    return [(1, five), (2, five & ~(five >> 1)), *_finders(matrix, size, many)]


def _blocks(matrix: int, size: int, many: int) -> int:
    # N2: each 2 x 2 block of one colour.
    level = ~(matrix ^ (matrix >> 1))
    down = ~(matrix ^ (matrix >> size))
    across = level & (level >> size) & down
    return across & _inside(size, 2, many) & _above_the_last_row(size, many)


def _finders(matrix: int, size: int, many: int) -> list[tuple[int, int]]:
    # N3: 1:1:3:1:1 dark-light-dark-light-dark with four light modules on one side.
    light = ~matrix
    four = light & (light >> 1)
    four &= four >> 2
    heart = matrix & (matrix >> 2) & (matrix >> 3) & (matrix >> 4) & (matrix >> 6)
    heart &= (light >> 1) & (light >> 5)
    inside = _inside(size, 11, many)
    # The four light modules right of the pattern, then left of it.
    return [(40, four & (heart >> 4) & inside), (40, heart & (four >> 7) & inside)]
