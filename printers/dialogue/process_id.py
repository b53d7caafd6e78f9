"""GS ( H function 48: the printer says when all before a process id is on paper (tier T3)."""

from __future__ import annotations

from printers.errors import EncodingError

# Process ids are 4 characters of 32..126.
_BASE, _FIRST = 95, 32
_PLACES = (3, 2, 1, 0)
PROCESS_IDS = _BASE**4
ANSWER_HEAD = b"\x37\x22"
ANSWER_BYTES = 7


def request_answer(number: int) -> bytes:
    """The request that is answered when all before it has been printed."""
    return b"\x1d(H\x06\x00\x30\x30" + _id(number)


def answer_of(number: int) -> bytes:
    """The 7 bytes with which the printer answers request_answer(number)."""
    return ANSWER_HEAD + _id(number) + b"\x00"


def to_number(answer: bytes) -> int | None:
    """The number in a 7-byte answer, None when it is not one."""
    digits = answer[2:6]
    if len(answer) != ANSWER_BYTES or answer[:2] != ANSWER_HEAD or answer[6]:
        return None
    if any(not _FIRST <= digit < _FIRST + _BASE for digit in digits):
        return None
    number = 0
    for digit in digits:
        number = number * _BASE + digit - _FIRST
    return number


def _id(number: int) -> bytes:
    if not 0 <= number < PROCESS_IDS:
        raise EncodingError("encoding.process-id", found=number, most=PROCESS_IDS - 1)
    return bytes(_FIRST + number // _BASE**place % _BASE for place in _PLACES)
