"""Scoring of QR data masks on whole matrices held as integers (ISO/IEC 18004 clause 7.8.3)."""

from __future__ import annotations

from functools import lru_cache


def best_mask(candidates: list[int], size: int) -> int:
    """The index of the candidate matrix with the lowest penalty (the first one of equals)."""
    scores = [penalty(matrix, size) for matrix in candidates]
    return scores.index(min(scores))


def penalty(matrix: int, size: int) -> int:
    """Penalty points N1 to N4 of a size x size matrix given row by row, most significant first."""
    turned = transpose(matrix, size)
    dark = matrix.bit_count()
    share = dark * 100 / (size * size)
    points = 10 * int(abs(share - 50) / 5)
    for lines in (matrix, turned):
        points += _runs(lines, size) + 40 * _finders(lines, size)
    return points + 3 * _blocks(matrix, size)


def transpose(matrix: int, size: int) -> int:
    """Columns become rows."""
    text = f"{matrix:0{size * size}b}"
    return int("".join([text[x::size] for x in range(size)]), 2)


@lru_cache(maxsize=128)
def _inside(size: int, span: int) -> int:
    """Bits at which a run of `span` modules still lies within its row (bit = its right end)."""
    row = (1 << (size - span + 1)) - 1
    whole = 0
    for _ in range(size):
        whole = whole << size | row
    return whole


def _runs(matrix: int, size: int) -> int:
    # N1: a run of 5 equal modules is 3 points, each further module one more. A run of n has n-4
    # windows of five, so its points are windows + 2, and 2 is counted at the run's first window.
    same = ~(matrix ^ (matrix >> 1)) & _inside(size, 2)
    five = same & (same >> 1) & (same >> 2) & (same >> 3) & _inside(size, 5)
    return five.bit_count() + 2 * (five & ~(five >> 1)).bit_count()


def _blocks(matrix: int, size: int) -> int:
    # N2: each 2 x 2 block of one colour.
    level = ~(matrix ^ (matrix >> 1))
    down = ~(matrix ^ (matrix >> size))
    across = level & (level >> size) & down
    upper = (1 << (size * (size - 1))) - 1
    return (across & _inside(size, 2) & upper).bit_count()


def _finders(matrix: int, size: int) -> int:
    # N3: 1:1:3:1:1 dark-light-dark-light-dark with four light modules on one side.
    whole = (1 << (size * size)) - 1
    light = ~matrix & whole
    found = 0
    for pattern in (0b10111010000, 0b00001011101):
        hits = _inside(size, 11)
        for n in range(11):
            hits &= (matrix if pattern >> n & 1 else light) >> n
        found += hits.bit_count()
    return found
