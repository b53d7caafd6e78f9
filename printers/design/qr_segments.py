"""Splitting a QR text into segments so that it takes the fewest bits (ISO/IEC 18004 annex J)."""

from __future__ import annotations

from functools import lru_cache

from qrcode import util

_DIGITS = frozenset("0123456789")
_ALNUM = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
# Length fields (clause 7.4.1, table 3) for versions 1 to 9 and, wide, 10 to 26.
LENGTH_BITS = {
    False: {util.MODE_NUMBER: 10, util.MODE_ALPHA_NUM: 9, util.MODE_8BIT_BYTE: 8},
    True: {util.MODE_NUMBER: 12, util.MODE_ALPHA_NUM: 11, util.MODE_8BIT_BYTE: 16},
}
_MODE_BITS = 4
# Sixths of a bit per character, so that 10/3 and 11/2 bits stay whole numbers.
_COST = {util.MODE_NUMBER: 20, util.MODE_ALPHA_NUM: 33, util.MODE_8BIT_BYTE: 48}

# Mode -> (cost so far, start positions and modes of the segments so far).
_Best = dict[int, tuple[int, tuple[tuple[int, int], ...]]]


def segments(text: str, wide: bool = False) -> list[tuple[int, str]]:
    """(mode, part) pairs covering `text` (ASCII) with the fewest bits.

    `wide` says that versions 10 to 26 are meant, whose length fields are longer.
    """
    # The labels of a lot share everything before their serial, which is worked out once.
    common = text.rfind("/") + 1
    best = _walk(_beginning(text[:common], wide), text, common, wide)
    cuts = min(best.values())[1]
    ends = [at for at, _ in cuts[1:]] + [len(text)]
    return [(mode, text[at:end]) for (at, mode), end in zip(cuts, ends, strict=True)]


def cost(mode: int, characters: int, wide: bool = False) -> int:
    """Bits of a segment, its mode and length fields included."""
    return _MODE_BITS + LENGTH_BITS[wide][mode] + (characters * _COST[mode] + 5) // 6


@lru_cache(maxsize=64)
def _beginning(text: str, wide: bool) -> _Best:
    return _walk({}, text, 0, wide)


def _walk(best: _Best, text: str, start: int, wide: bool) -> _Best:
    header = {mode: 6 * (_MODE_BITS + bits) for mode, bits in LENGTH_BITS[wide].items()}
    for at in range(start, len(text)):
        char = text[at]
        modes = [util.MODE_8BIT_BYTE]
        if char in _ALNUM:
            modes.append(util.MODE_ALPHA_NUM)
        if char in _DIGITS:
            modes.append(util.MODE_NUMBER)
        cheapest = min(best.values()) if best else (0, ())
        following: _Best = {}
        for mode in modes:
            fresh = (cheapest[0] + header[mode], (*cheapest[1], (at, mode)))
            going_on = best.get(mode, fresh)
            kept = min(going_on, fresh)
            following[mode] = (kept[0] + _COST[mode], kept[1])
        best = following
    return best
