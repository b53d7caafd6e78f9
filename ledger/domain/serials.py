"""Label serials: a counter that a station gives out, closed by a short keyed check.

Text: station tag (2) + counter (6..9 digits) + check (4), so 12..15 characters of the 20 that
GS1 AI 21 allows. The check makes a guessed serial fail without a look into the ledger: 20 bits
are one hit in about a million guesses, and the ledger still says whether the serial was issued.
"""

import hmac
import re
from dataclasses import dataclass
from typing import Final, Self

from ledger.domain.codes import Gtin
from ledger.domain.errors import SerialError
from ledger.domain.text_match import matched

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I L O U: they are misread or misheard
_TAG: Final = re.compile(f"[{_CROCKFORD}]{{2}}")
_SERIAL: Final = re.compile(f"([{_CROCKFORD}]{{2}})([0-9]{{6,9}})([{_CROCKFORD}]{{4}})")
_PADDED: Final = 6
_LARGEST_COUNTER: Final = 999_999_999
_LEAST_KEY_BYTES: Final = 16  # 128 bits: an attacker holds any number of genuine serials to test on


@dataclass(frozen=True, slots=True, order=True)
class SerialNumber:
    """A station tag (2 characters) and a counter (0..999,999,999), without the check."""

    tag: str
    counter: int

    def __post_init__(self) -> None:
        if not matched(_TAG, self.tag):
            raise SerialError("tag", found=self.tag)
        # bool is an int to Python, and True must not become the first label.
        if type(self.counter) is not int or not 0 <= self.counter <= _LARGEST_COUNTER:
            raise SerialError("counter", found=self.counter)

    @property
    def counter_text(self) -> str:
        """The counter as printed: decimal, zero-padded to 6 digits."""
        return f"{self.counter:0{_PADDED}d}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the tag and counter of a whole serial text; SerialError when malformed."""
        tag, counter, _ = read_serial(text)
        return cls(tag, counter)


def serial_text(key: bytes, gtin14: str, tag: str, counter: int) -> str:
    """Return the serial to print, 12..15 characters of Crockford base32 capitals and digits.

    `key` is the ledger's label key (at least 16 bytes), `gtin14` the 14 digits the serial is
    bound to. SerialError or IdentifierError for anything out of range.
    """
    number = SerialNumber(tag, counter)
    return f"{number.tag}{number.counter_text}{_check(key, gtin14, number)}"


def read_serial(text: str) -> tuple[str, int, str]:
    """Return (tag, counter, check) of a serial text; SerialError when it is malformed.

    Only the printed form is read: one serial must have one text, or it would be counted twice.
    """
    match = matched(_SERIAL, text)
    if match is None:
        raise SerialError("malformed", found=text)
    tag, counter, check = match.groups()
    if len(counter) > _PADDED and counter.startswith("0"):
        raise SerialError("malformed", found=text)
    return tag, int(counter), check


def serial_is_genuine(key: bytes, gtin14: str, text: str) -> bool:
    """Whether `text` carries the check that `key` gives it for `gtin14`; malformed is False.

    The comparison takes the same time wherever the check differs. A bad key or GTIN is the
    caller's fault and raises SerialError or IdentifierError.
    """
    _require_binding(key, gtin14)
    try:
        tag, counter, check = read_serial(text)
    except SerialError:
        return False
    return hmac.compare_digest(_check(key, gtin14, SerialNumber(tag, counter)), check)


def _require_binding(key: bytes, gtin14: str) -> None:
    if len(key) < _LEAST_KEY_BYTES:
        # The key itself must never reach a message or a log, only its length.
        raise SerialError("key", found=len(key), least=_LEAST_KEY_BYTES)
    if Gtin(gtin14).gtin14 != gtin14:
        raise SerialError("gtin14", found=gtin14)


def _check(key: bytes, gtin14: str, number: SerialNumber) -> str:
    """The first 20 bits of HMAC-SHA256(key, "gtin14/tag/counter as printed"), 5 bits a char."""
    _require_binding(key, gtin14)
    message = f"{gtin14}/{number.tag}/{number.counter_text}".encode("ascii")
    digest = hmac.digest(key, message, "sha256")
    bits = int.from_bytes(digest[:3], "big") >> 4
    return "".join(_CROCKFORD[bits >> shift & 31] for shift in (15, 10, 5, 0))
