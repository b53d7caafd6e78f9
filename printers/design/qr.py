"""QR codes by the `qrcode` library's tables, made, placed and masked with integers.

The library's own mask choice walks eight whole matrices cell by cell (about 8 ms); here a matrix is
one integer, so that all eight masks of ISO/IEC 18004 clause 7.8 are still scored, in a few tenths
of a millisecond. A test compares every module with the library's own result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import cast

from qrcode import QRCode, exceptions, util

from printers.design.qr_codewords import LEVELS, capacity, codeword_count, codewords
from printers.design.qr_masks import best_mask
from printers.design.qr_segments import cost, segments
from printers.design.template_parts import Level

MAX_VERSION = 26  # header sizes of segments() hold up to here; 300 characters need 20 at most


@dataclass(frozen=True, slots=True)
class QrMatrix:
    """`size` modules a side; `rows[y]` has bit size-1-x set where module (x, y) is dark."""

    version: int
    mask: int
    size: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is the same for every code of one version and level."""

    size: int
    pick: Callable[[str], Iterable[str]]  # string of data bits -> the matrix's cells, row by row
    patterns: tuple[int, ...]  # mask pattern limited to data modules, per mask
    fixed: tuple[int, ...]  # function patterns and format information, per mask


@lru_cache(maxsize=64)
def qr_matrix(text: str, level: Level = "M", least_version: int = 1) -> QrMatrix:
    """The smallest code (ISO/IEC 18004) from `least_version` that holds `text` at `level`.

    `text` is 1 to 300 ASCII characters, split into numeric, alphanumeric and byte segments so that
    it takes the fewest bits.
    """
    for wide in (False, True):
        parts = segments(text, wide)
        length = sum(cost(mode, len(part), wide) for mode, part in parts)
        first, last = (10, MAX_VERSION) if wide else (1, 9)
        for version in range(max(first, least_version), last + 1):
            if length <= 8 * capacity(version, level):
                return _build(version, level, codewords(parts, version, level))
    raise exceptions.DataOverflowError(f"{len(text)} characters")


def _build(version: int, level: Level, content: bytes) -> QrMatrix:
    frame = _frame(version, level)
    # Remainder bits past the last codeword stay light, as do the places of function patterns.
    bits = f"{int.from_bytes(content, 'big'):0{len(content) * 8}b}0"
    plain = int("".join(frame.pick(bits)), 2)
    candidates = [
        (plain ^ pattern) | fixed
        for pattern, fixed in zip(frame.patterns, frame.fixed, strict=True)
    ]
    mask = best_mask(candidates, frame.size)
    chosen, size = candidates[mask], frame.size
    rows = tuple((chosen >> (size * (size - 1 - y))) & ((1 << size) - 1) for y in range(size))
    return QrMatrix(version, mask, size, rows)


@lru_cache(maxsize=16)
def _frame(version: int, level: Level) -> _Frame:
    blank = QRCode(version=version, error_correction=LEVELS[level])
    size = version * 4 + 17
    fixed: list[int] = []
    places: list[tuple[int, int]] = []
    for mask in range(8):
        blank.modules_count = size
        blank.modules = [[None] * size for _ in range(size)]
        for corner in ((0, 0), (size - 7, 0), (0, size - 7)):
            blank.setup_position_probe_pattern(*corner)
        blank.setup_position_adjust_pattern()
        blank.setup_timing_pattern()
        blank.setup_type_info(False, mask)
        if version >= 7:
            blank.setup_type_number(False)
        cells = [cell for row in blank.modules for cell in row]
        fixed.append(int("".join("1" if cell else "0" for cell in cells), 2))
        if mask == 0:
            places = _zigzag(size, blank.modules)
    patterns = [_pattern(mask, size, places) for mask in range(8)]
    total = 8 * codeword_count(version, level)
    source = [total] * (size * size)  # the extra bit after the last one is light
    for number, (row, column) in enumerate(places[:total]):
        source[row * size + column] = number
    pick = cast("Callable[[str], Iterable[str]]", itemgetter(*source))
    return _Frame(size, pick, tuple(patterns), tuple(fixed))


def _zigzag(size: int, modules: list[list[bool | None]]) -> list[tuple[int, int]]:
    # ISO/IEC 18004 clause 7.7.3: pairs of columns from the right, upwards first, skipping the
    # vertical timing pattern in column 6.
    places: list[tuple[int, int]] = []
    upwards = True
    for right in (*range(size - 1, 6, -2), *range(5, 0, -2)):
        for row in range(size - 1, -1, -1) if upwards else range(size):
            places += [(row, c) for c in (right, right - 1) if modules[row][c] is None]
        upwards = not upwards
    return places


def _pattern(mask: int, size: int, places: list[tuple[int, int]]) -> int:
    inverted = util.mask_func(mask)
    cells = bytearray(b"0" * (size * size))
    for row, column in places:
        if inverted(row, column):
            cells[row * size + column] = 49
    return int(cells, 2)
