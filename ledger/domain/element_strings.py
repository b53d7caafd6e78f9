"""GS1 element strings, as scanners deliver them, to application identifiers and values.

GS1 General Specifications 7.8: a value of predefined length needs no separator after it, any
other ends with FNC1, which scanners send as the character GS. Scanners that send nothing in its
place leave several readings; all of them are given, for only a ledger knows which lot there is.
"""

import re
from typing import Final

from ledger.domain.application_identifiers import APPLICATION_IDENTIFIERS, ApplicationIdentifier
from ledger.domain.element_values import check_foreign_value, check_value
from ledger.domain.errors import LinkError
from ledger.domain.scan_errors import ScanError

GS: Final = "\x1d"
MOST_READINGS: Final = 32
"""Of one text without separators; bounds the work done on a hostile one."""
LONGEST_VALUE: Final = 90

Elements = tuple[tuple[str, str], ...]

_FIXED: Final = re.compile(r"N\{(\d+)\}")
_BRACKETED: Final = re.compile(r"\((\d{2,4})\)")
_MOST_BRACKETS: Final = 40
# How long an AI is follows from its first two digits (General Specifications, figure 7.8.2-1).
_THREE_DIGITS: Final = frozenset({"23", "24", "25", "40", "41", "42", "71"})
_FOUR_DIGITS: Final = frozenset(
    {*map(str, range(31, 37)), "39", "43", "70", "72", "80", "81", "82"}
)


def with_separators(text: str) -> Elements:
    """Take apart a text whose separators came through, or that needs none.

    AIs that our table lacks pass, up to the next separator.

    Raises:
        LinkError: a value that its standard does not allow.
        ScanError: `elements`, what stands there begins with no AI.
    """
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        if text[at] == GS:
            at += 1
            continue
        code, ai = _ai_at(text, at)
        if not code:
            raise ScanError("elements", found=text, at=at + 1)
        start = at + len(code)
        fixed = None if ai is None else _predefined(ai)
        if fixed is None:
            at = text.find(GS, start)
            at = len(text) if at < 0 else at
        else:
            at = start + fixed
        value = text[start:at]
        if ai is None:
            check_foreign_value(code, value)
        else:
            check_value(ai, value)
        found.append((code, value))
    return _once(found)


def without_separators(text: str) -> list[Elements]:
    """Every way to take apart a text that lost its separators, longest first values first.

    Only AIs of our table. At most `MOST_READINGS`; an empty list when there is no way.
    """
    # From the end, so that each rest is looked at once however many ways lead to it.
    rests: list[list[Elements]] = [[] for _ in range(len(text))] + [[()]]
    for at in range(len(text) - 1, -1, -1):
        code, ai = _ai_at(text, at)
        if not code or ai is None:
            continue
        start, fixed = at + len(code), _predefined(ai)
        longest = min(len(text), start + LONGEST_VALUE)
        ends = range(longest, start, -1) if fixed is None else (start + fixed,)
        for end in ends:
            if end <= len(text) and rests[end] and _allowed(ai, text[start:end]):
                element = (code, text[start:end])
                rests[at] += [(element, *rest) for rest in rests[end] if code not in dict(rest)]
            if len(rests[at]) >= MOST_READINGS:
                del rests[at][MOST_READINGS:]
                break
    return rests[0]


def bracketed(text: str) -> Elements | None:
    """Take apart `(01)...(10)...` as printed under bar codes; None when it is no such text.

    A value may hold brackets of its own: what cannot be an element belongs to the value before.
    """
    marks = list(_BRACKETED.finditer(text))[:_MOST_BRACKETS]
    if not marks or marks[0].start() != 0:
        return None
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    rests: list[Elements | None] = [None] * len(marks) + [()]
    for at in range(len(marks) - 1, -1, -1):
        code = marks[at][1]
        ai = APPLICATION_IDENTIFIERS.get(code)
        for following in range(at, len(marks)):
            rest = rests[following + 1]
            value = text[marks[at].end() : ends[following]].strip()
            if rest is not None and code not in dict(rest) and _fits(code, ai, value):
                rests[at] = ((code, value), *rest)
                break
    return rests[0]


def _ai_at(text: str, at: int) -> tuple[str, ApplicationIdentifier | None]:
    """The AI that begins there: its digits ("" for none) and the table's entry."""
    two = text[at : at + 2]
    length = 3 if two in _THREE_DIGITS else 4 if two in _FOUR_DIGITS else 2
    code = text[at : at + length]
    if len(code) < length or not (code.isascii() and code.isdigit()):
        return "", None
    return code, APPLICATION_IDENTIFIERS.get(code)


def _predefined(ai: ApplicationIdentifier) -> int | None:
    """Characters of a value that needs no separator after it."""
    shape = _FIXED.fullmatch(ai.shape) if ai.predefined_length else None
    return None if shape is None else int(shape[1])


def _allowed(ai: ApplicationIdentifier, value: str) -> bool:
    try:
        check_value(ai, value)
    except LinkError:
        return False
    return True


def _fits(code: str, ai: ApplicationIdentifier | None, value: str) -> bool:
    if ai is not None:
        return _allowed(ai, value)
    try:
        check_foreign_value(code, value)
    except LinkError:
        return False
    return True


def _once(found: list[tuple[str, str]]) -> Elements:
    """The elements, each said once; LinkError when one is said twice and differently."""
    kept = tuple(dict.fromkeys(found))
    codes = [code for code, _ in kept]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise LinkError("twice", found=twice)
    return kept
