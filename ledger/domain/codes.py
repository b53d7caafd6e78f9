"""Single codes: GS1 keys, lot codes and a ledger's own codes, none of which can exist invalid.

The constructors are strict. The `parse` class methods also take what a person types: spaces
anywhere, and hyphens where a hyphen cannot be part of the code.
"""

import re
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

from ledger.domain.check_digit import CSET82, check_digit
from ledger.domain.errors import IdentifierError

_SPACES: Final = re.compile(r"\s+")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
_LOT_CODE: Final = re.compile(f"[{re.escape(CSET82)}]{{1,20}}")
_OWN_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_LONGEST_TYPED: Final = 200  # room for a lot with generous spacing; bounds the work done on input
_VIETNAM: Final = "893"


def typed(text: str) -> str:
    """Return `text` without spaces and with typographic dashes as hyphens.

    Phone keyboards turn a hyphen into a dash. At most 200 characters, IdentifierError above.
    """
    require_text(text)
    if len(text) > _LONGEST_TYPED:
        raise IdentifierError("too-long", found=len(text), most=_LONGEST_TYPED)
    return _DASHES.sub("-", _SPACES.sub("", text))


def require_text(value: object) -> None:
    """Refuse anything but a `str`; values reach here from decoded JSON, which is untyped."""
    if not isinstance(value, str):
        raise IdentifierError("not-text", found=type(value).__name__)


def _require_digits(kind: str, text: str, lengths: tuple[int, ...]) -> None:
    require_text(text)
    # str.isdigit alone would accept digits of other scripts.
    if len(text) not in lengths or not (text.isascii() and text.isdigit()):
        wanted = "/".join(map(str, lengths))
        raise IdentifierError("not-digits", kind=kind, found=text, lengths=wanted)
    expected = check_digit(text[:-1])
    if text[-1] != expected:
        raise IdentifierError(
            "check-digit", kind=kind, found=text, last=text[-1], expected=expected
        )


@dataclass(frozen=True, slots=True, order=True)
class Gtin:
    """A Global Trade Item Number (General Specifications 3.3.2, AI 01).

    `text` keeps the form given (8, 12, 13 or 14 digits). Equality, order and hash use `gtin14`:
    the same trade item printed as EAN-13 and as GTIN-14 must be one item in the ledger.
    """

    text: str = field(compare=False)
    gtin14: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _require_digits("GTIN", self.text, (8, 12, 13, 14))
        object.__setattr__(self, "gtin14", self.text.zfill(14))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a typed GTIN, with spaces and hyphens; IdentifierError when it is none."""
        return cls(typed(text).replace("-", ""))

    @property
    def issued_in_vietnam(self) -> bool:
        """Whether GS1 Vietnam issued the number (prefix 893); says nothing about the goods.

        A GTIN-8 has its prefix at its own first digit (GS1-8 prefix), the others behind the
        indicator digit of the 14-digit form.
        """
        start = 6 if self.gtin14.startswith("000000") else 1
        return self.gtin14.startswith(_VIETNAM, start)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, order=True)
class _FixedDigits:
    """Digits of one length that end in their check digit."""

    kind: ClassVar[str]
    length: ClassVar[int]
    text: str

    def __post_init__(self) -> None:
        _require_digits(self.kind, self.text, (self.length,))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read typed digits, with spaces and hyphens; IdentifierError when not this kind."""
        return cls(typed(text).replace("-", ""))

    def __str__(self) -> str:
        return self.text


class Gln(_FixedDigits):
    """A Global Location Number: 13 digits (AI 414 a place, AI 417 a party)."""

    __slots__ = ()
    kind = "GLN"
    length = 13


class Sscc(_FixedDigits):
    """A Serial Shipping Container Code: 18 digits (AI 00)."""

    __slots__ = ()
    kind = "SSCC"
    length = 18


@dataclass(frozen=True, slots=True, order=True)
class LotCode:
    """A lot code: 1..20 characters of GS1 set 82 (AI 10). Upper and lower case differ."""

    text: str

    def __post_init__(self) -> None:
        require_text(self.text)
        if not _LOT_CODE.fullmatch(self.text):
            raise IdentifierError("lot-code", found=self.text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a typed lot code. Spaces go; hyphens stay, since set 82 has the hyphen."""
        return cls(typed(text))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, order=True)
class _OwnCode:
    """A code that a ledger gives out itself: `[A-Za-z0-9][A-Za-z0-9._-]{0,31}`."""

    refusal: ClassVar[str]
    text: str

    def __post_init__(self) -> None:
        require_text(self.text)
        if not _OWN_CODE.fullmatch(self.text):
            raise IdentifierError(self.refusal, found=self.text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a typed code. Spaces go; hyphens stay, since the code may have them."""
        return cls(typed(text))

    def __str__(self) -> str:
        return self.text


class PartyCode(_OwnCode):
    """Who: a cooperative, a household, a trader."""

    __slots__ = ()
    refusal = "party-code"


class SiteCode(_OwnCode):
    """Where: a growing area, a packing house, a store room."""

    __slots__ = ()
    refusal = "site-code"


class ItemCode(_OwnCode):
    """What, in one party's own numbering; raw material has no GTIN."""

    __slots__ = ()
    refusal = "item-code"
