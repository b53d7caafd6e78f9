"""GS1 check characters: arithmetic only, no opinion on which identifier they close."""

from functools import lru_cache
from typing import Final

CSET82: Final = (
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)
"""GS1 General Specifications, figure 7.11-1, in the order that gives each its value 0..81."""

_PAIR_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# One prime for each place, counted from the right (General Specifications 7.9.5).
_PAIR_WEIGHTS: Final = (
    *(2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37),
    *(41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83),
)
_PAIR_MODULUS: Final = 1021


@lru_cache(maxsize=4096)  # a page asks for the same few GTINs all day
def check_digit(body: str) -> str:
    """Return the check digit that follows `body` (ASCII digits without their check digit).

    General Specifications 7.9.1: weights 3, 1, 3 ... from the right, up to the next ten. One
    rule serves GTIN-8/12/13/14, GLN, SSCC and GSRN, since the weights start at the right end.
    The caller has made sure that `body` is digits; ValueError otherwise.
    """
    total = sum(int(digit) * (1 if at % 2 else 3) for at, digit in enumerate(reversed(body)))
    return str(-total % 10)


def check_pair(body: str) -> str:
    """Return the two check characters that follow `body` (1..23 characters of CSET82).

    General Specifications 7.9.5, for the Global Model Number (AI 8013). ValueError for other
    characters or a longer body.
    """
    if len(body) > len(_PAIR_WEIGHTS):
        raise ValueError(f"a body of {len(body)} characters, at most {len(_PAIR_WEIGHTS)} expected")
    weighted = zip(reversed(body), _PAIR_WEIGHTS, strict=False)
    total = sum(CSET82.index(char) * weight for char, weight in weighted) % _PAIR_MODULUS
    return _PAIR_ALPHABET[total >> 5] + _PAIR_ALPHABET[total & 31]
