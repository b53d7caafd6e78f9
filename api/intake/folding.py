"""Comparing what people type: spaces, case and Vietnamese marks aside."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

# The first letter that changes with those before it is U+0300.
_MARKS: Final = re.compile("[^\\x00-\u02ff]{31,}")
_MOST_MARKS: Final = 30
_JOINER: Final = "\u034f"


def composed(text: str) -> str:
    """Return `text` in NFC, in time that grows with its length only.

    Putting n marks of one letter in order takes n * n steps, so that a file of them would stop the
    program for hours: after 30 in a row a joiner is put in, which ends the letter (UAX #15,
    section 13, Stream-Safe Text). No text that anybody writes has as many.
    """
    return unicodedata.normalize("NFC", _MARKS.sub(_parted, text))


def _parted(run: re.Match[str]) -> str:
    parts, count = [], 0
    for char in run[0]:
        count = count + 1 if unicodedata.combining(char) else 0
        if count > _MOST_MARKS:
            parts.append(_JOINER)
            count = 1
        parts.append(char)
    return "".join(parts)


def tidy(text: str) -> str:
    """Return `text` in NFC, without outer spaces, every run of white space one space."""
    return " ".join(composed(text).split())


def folded(text: str) -> str:
    """Return `text` tidied, in lower case and without marks: "Thu Hoạch" is "thu hoach"."""
    decomposed = unicodedata.normalize("NFD", tidy(text).lower().replace("đ", "d"))
    return "".join(
        char for char in decomposed if not unicodedata.combining(char) and char != _JOINER
    )


def says(text: str, words: str, *, at_start: bool = False) -> bool:
    """Whether one of the phrases `words` (split by "|") stands in `text` as whole words.

    Marks count as long as the text has any: "phân tươi" (fresh manure) is not "tưới" (to water).
    A text typed wholly without marks is compared without them.
    """
    plain = tidy(text).lower()
    # A text that uses marks anywhere is taken at its word everywhere.
    unmarked = plain.isascii()
    for phrase in words.split("|"):
        wanted = re.escape(folded(phrase) if unmarked else phrase)
        before = r"\A" if at_start else r"(?<!\w)"
        if re.search(f"{before}{wanted}(?!\\w)", plain):
            return True
    return False


def first_said(
    text: str, table: Sequence[tuple[str, str]], other: str, *, at_start: bool = False
) -> str:
    """Return the meaning of the first row (meaning, phrases) of `table` that `text` says."""
    for meaning, words in table:
        if says(text, words, at_start=at_start):
            return meaning
    return other
