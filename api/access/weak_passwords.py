"""Passwords that are guessed first: by rule, because rules need no long list and miss less.

What is left after taking digits, signs and the usual replacements away must not be one of the
words that open most accounts, alone or repeated, nor a walk over the keyboard. With their endings
these rules cover far more than the 3,000 most used passwords of 12 characters and more.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

_LIST: Final = Path(__file__).with_name("common_words.txt")
_WALKS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_LEET: Final = str.maketrans("@4301$5!7+", "aaeoissitt")
_WORD: Final = 4
_LONG_NUMBER: Final = 16
_FEWEST: Final = 5
"""Different characters that a password of 12 has at least."""


def weakness(password: str, *about: str) -> bool:
    """Whether it is one of the first that a stranger would try."""
    plain = _plain(password)
    if len(set(plain)) < _FEWEST:
        return True
    if _walks(plain) or _repeats(plain):
        return True
    known = _words() | {_letters(_plain(one)) for one in about if one}
    if len(_letters(plain)) < _WORD and len(plain) < _LONG_NUMBER:
        # A date or a telephone number, with or without a few letters.
        return re.fullmatch(r"[0-9a-z.,:/+-]*", plain) is not None
    return any(_made_of(letters, known) for letters in {_letters(plain), _letters(_leet(plain))})


@cache
def _words() -> frozenset[str]:
    return frozenset(_LIST.read_text(encoding="ascii").split())


def _plain(text: str) -> str:
    """Lower case without Vietnamese marks, without spaces."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(c for c in apart if not unicodedata.combining(c) and not c.isspace())


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text)


def _leet(text: str) -> str:
    inner = text.strip("0123456789!@#$%^&*._-+?")
    return inner.translate(_LEET)


def _made_of(letters: str, known: frozenset[str] | set[str]) -> bool:
    """Whether it is a known word, or two of them."""
    if letters in known:
        return True
    return any(letters[:at] in known and letters[at:] in known for at in range(2, len(letters) - 1))


def _walks(text: str) -> bool:
    """Whether it is one walk over keyboard or alphabet, there or back, whole or twice."""
    for walk in _WALKS:
        for way in (walk * 2, (walk * 2)[::-1]):
            if text in way:
                return True
    half = len(text) // 2
    return half >= 6 and any(
        text[:half] in way and text[half:] in way
        for walk in _WALKS
        for way in (walk + walk[::-1] + walk,)
    )


def _repeats(text: str) -> bool:
    """Whether a short piece is all there is: `abc1abc1abc1`."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, 7))
