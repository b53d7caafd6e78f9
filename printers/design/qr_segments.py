"""Splitting a QR text into segments so that it takes the fewest bits (ISO/IEC 18004 annex J)."""

from __future__ import annotations

from qrcode import util

_DIGITS = frozenset("0123456789")
_ALNUM = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
# Sixths of a bit per character, so that 10/3 and 11/2 bits stay whole numbers.
_COST = {util.MODE_NUMBER: 20, util.MODE_ALPHA_NUM: 33, util.MODE_8BIT_BYTE: 48}
_HEADER = {
    False: {util.MODE_NUMBER: 84, util.MODE_ALPHA_NUM: 78, util.MODE_8BIT_BYTE: 72},
    True: {util.MODE_NUMBER: 96, util.MODE_ALPHA_NUM: 90, util.MODE_8BIT_BYTE: 120},
}


def segments(text: str, wide: bool = False) -> list[tuple[int, str]]:
    """(mode, part) pairs covering `text` (ASCII) with the fewest bits.

    `wide` says that versions 10 to 26 are meant, whose length fields are longer.
    """
    header = _HEADER[wide]
    # best[mode] = (cost so far, start positions and modes of the segments), for text so far.
    best: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {}
    for at, char in enumerate(text):
        modes = [util.MODE_8BIT_BYTE]
        if char in _ALNUM:
            modes.append(util.MODE_ALPHA_NUM)
        if char in _DIGITS:
            modes.append(util.MODE_NUMBER)
        cheapest = min(best.values()) if best else (0, ())
        following: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {}
        for mode in modes:
            fresh = (cheapest[0] + header[mode], (*cheapest[1], (at, mode)))
            going_on = best.get(mode, fresh)
            kept = min(going_on, fresh)
            following[mode] = (kept[0] + _COST[mode], kept[1])
        best = following
    cuts = min(best.values())[1]
    ends = [at for at, _ in cuts[1:]] + [len(text)]
    return [(mode, text[at:end]) for (at, mode), end in zip(cuts, ends, strict=True)]
