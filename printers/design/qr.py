"""QR codes by the `qrcode` library's tables and Reed-Solomon, placed and masked with integers.

The library's own mask choice walks eight whole matrices cell by cell (about 8 ms); here a matrix is
one integer, so that all eight masks of ISO/IEC 18004 clause 7.8 are still scored, in well under a
millisecond. A test compares every module with the library's own result.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from qrcode import QRCode, constants, exceptions, util

from printers.design.qr_masks import best_mask
from printers.design.qr_segments import segments
from printers.design.template_parts import Level

_LEVELS: dict[Level, int] = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}
MAX_VERSION = 26  # header sizes of segments() hold up to here; 200 characters need 14 at most


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
    order: tuple[int, ...]  # data bit number -> place in the matrix's bit string
    patterns: tuple[int, ...]  # mask pattern limited to data modules, per mask
    fixed: tuple[int, ...]  # function patterns and format information, per mask


def qr_matrix(text: str, level: Level = "M") -> QrMatrix:
    """The smallest code (ISO/IEC 18004) that holds `text` at `level`, with its best mask.

    `text` is 1 to 200 ASCII characters, split into numeric, alphanumeric and byte segments so that
    it takes the fewest bits.
    """
    for wide in (False, True):
        data = [util.QRData(part.encode("ascii"), mode) for mode, part in segments(text, wide)]
        first, last = (10, MAX_VERSION) if wide else (1, 9)
        for version in range(first, last + 1):
            if _bits(data, version) > _capacity(version, level):
                continue
            return _build(version, level, util.create_data(version, _LEVELS[level], data))
    raise exceptions.DataOverflowError(f"{len(text)} characters")


def _bits(data: list[util.QRData], version: int) -> int:
    total = 0
    for part in data:
        n = len(part)
        body = {
            util.MODE_NUMBER: (n * 10 + 2) // 3,
            util.MODE_ALPHA_NUM: (n * 11 + 1) // 2,
            util.MODE_8BIT_BYTE: n * 8,
        }[part.mode]
        total += 4 + util.length_in_bits(part.mode, version) + body
    return total


@lru_cache(maxsize=128)
def _capacity(version: int, level: Level) -> int:
    return sum(b.data_count * 8 for b in util.base.rs_blocks(version, _LEVELS[level]))


def _build(version: int, level: Level, codewords: list[int]) -> QrMatrix:
    frame = _frame(version, level)
    cells = bytearray(b"0" * (frame.size * frame.size))
    bits = "".join([f"{word:08b}" for word in codewords])
    # Remainder bits past the last codeword stay light, hence zip without strict.
    for place, bit in zip(frame.order, bits, strict=False):
        if bit == "1":
            cells[place] = 49
    plain = int(cells, 2)
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
    blank = QRCode(version=version, error_correction=_LEVELS[level])
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
    return _Frame(size, tuple(r * size + c for r, c in places), tuple(patterns), tuple(fixed))


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
