"""A private key as text that can be typed from paper: 14 groups of 5 in Crockford's base 32.

The 32 secret bytes are 52 letters and digits in 13 groups of 4; the 14th group is a check of them
all. The fifth character of a group checks that group and its number, over the field of 32 elements:
one wrong character, two neighbours changed round, and a group in a wrong place are always noticed.
"""

from __future__ import annotations

import hashlib

from api.keys.errors import KeysError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MARK = "OCOP-KEY1:"
"""Begins what the QR code of a paper holds; the groups follow without spaces."""
SEED_BYTES = 32
_GROUPS = 14
_TOTAL = 5 * _GROUPS
_CHECKED = b"ocop-ledger/paper-key/v1"
_READ_AS = str.maketrans(
    {"O": "0", "I": "1", "L": "1", " ": "", "-": "", "\n": "", "\r": "", "\t": ""}
)
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1: its root generates the field


def groups_of(seed: bytes) -> list[str]:
    """The 14 groups of a key's 32 secret bytes."""
    assert len(seed) == SEED_BYTES
    value = int.from_bytes(seed, "big") << 4  # 260 bits: 52 symbols
    symbols = [value >> shift & 31 for shift in range(255, -1, -5)]
    symbols += _sum_of(seed)
    found = []
    for number in range(_GROUPS):
        four = symbols[4 * number : 4 * number + 4]
        found.append("".join(ALPHABET[one] for one in [*four, _check(number + 1, four)]))
    return found


def seed_of(text: str) -> bytes:
    """The 32 secret bytes of typed groups, or of what the QR code holds.

    Spaces, dashes and small letters do not matter; O is read as 0, I and L as 1.

    Raises:
        KeysError: `paper-length`, or `paper-wrong` with the number of the first wrong group.
    """
    typed = text.strip().upper().removeprefix(MARK).translate(_READ_AS)
    if len(typed) != _TOTAL:
        raise KeysError("paper-length", found=len(typed), expected=_TOTAL)
    symbols: list[int] = []
    for number in range(_GROUPS):
        group = [ALPHABET.find(one) for one in typed[5 * number : 5 * number + 5]]
        if -1 in group or _check(number + 1, group[:4]) != group[4]:
            raise KeysError("paper-wrong", group=number + 1)
        symbols += group[:4]
    value = 0
    for one in symbols[:52]:
        value = value << 5 | one
    seed = (value >> 4).to_bytes(SEED_BYTES, "big")
    if value & 15 or symbols[52:] != _sum_of(seed):
        raise KeysError("paper-wrong", group=_GROUPS)
    return seed


def _sum_of(seed: bytes) -> list[int]:
    """20 bits over the whole key, as four symbols."""
    value = int.from_bytes(hashlib.sha256(_CHECKED + seed).digest()[:3], "big") >> 4
    return [value >> shift & 31 for shift in (15, 10, 5, 0)]


def _check(number: int, four: list[int]) -> int:
    """The symbol that makes x^4 a + x^3 b + x^2 c + x d + check equal to the group's number."""
    value = 0
    for one in four:
        value = _times_x(value ^ one)
    return value ^ number


def _times_x(value: int) -> int:
    doubled = value << 1
    return doubled ^ _POLYNOMIAL if doubled & 32 else doubled
