"""Field kinds of a statement body: what a value must look like, said once.

Every kind knows two things: how to judge a parsed value, and the regular
expression of its canonical JSON text. The first gives exact sentences, the
second lets `ledger.verify.shapes` recognise a whole well-formed payload in one
pass; a property test holds the two against each other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

# No control characters in any text: a ledger is read for ever, by any terminal and any page.
_TEXT = re.compile(r"[^\x00-\x1f\x7f]+")
_TEXT_JSON = r'(?:[^"\\\x00-\x1f\x7f]|\\["\\])'


class Kind(Protocol):
    """One kind of field value."""

    @property
    def expected(self) -> tuple[str, str]:
        """What a right value looks like, in English and Vietnamese."""

    @property
    def pattern(self) -> str:
        """Regular expression of the value's canonical JSON text."""

    def faults(self, value: object, path: str) -> list[tuple[str, object, Kind]]:
        """Every place where `value` is not of this kind: (path, what was found, kind)."""

    def meaning_holds(self, value: Any) -> bool:
        """What the pattern cannot say (calendar days, check digits), for a matching value."""


class _Leaf:
    """A kind without parts: one test decides."""

    expected: tuple[str, str]

    def accepts(self, value: object) -> bool:
        raise NotImplementedError

    def faults(self, value: object, path: str) -> list[tuple[str, object, Kind]]:
        return [] if self.accepts(value) else [(path, value, self)]  # type: ignore[list-item]  # every leaf has `pattern`

    def meaning_holds(self, _value: Any) -> bool:
        return True


@dataclass(frozen=True)
class Text(_Leaf):
    """Free text of 1 to `longest` characters, no control characters."""

    longest: int

    @property
    def expected(self) -> tuple[str, str]:  # type: ignore[override]  # read-only view of the parent's attribute
        return (
            f"a text of 1 to {self.longest} characters",
            f"một dòng chữ từ 1 đến {self.longest} ký tự",
        )

    @property
    def pattern(self) -> str:
        return f'"{_TEXT_JSON}{{1,{self.longest}}}"'

    def accepts(self, value: object) -> bool:
        return (
            isinstance(value, str)
            and 1 <= len(value) <= self.longest
            and _TEXT.fullmatch(value) is not None
        )


@dataclass(frozen=True)
class Code(_Leaf):
    """A string of ASCII form `regex`; `means` adds what a pattern cannot say."""

    regex: str
    expected: tuple[str, str]
    means: Callable[[str], bool] | None = None

    @property
    def pattern(self) -> str:
        # A backslash or quote inside a code would need JSON escaping: no code may hold one.
        return f'"(?:{self.regex})"'

    def accepts(self, value: object) -> bool:
        return (
            isinstance(value, str)
            and _compiled(self.regex).fullmatch(value) is not None
            and self.meaning_holds(value)
        )

    def meaning_holds(self, value: Any) -> bool:
        return self.means is None or self.means(value)


@dataclass(frozen=True)
class OneOf(_Leaf):
    """One of a closed list of words."""

    words: tuple[str, ...]

    @property
    def expected(self) -> tuple[str, str]:  # type: ignore[override]  # read-only view of the parent's attribute
        listed = ", ".join(self.words)
        return f"one of: {listed}", f"một trong: {listed}"

    @property
    def pattern(self) -> str:
        return f'"(?:{"|".join(map(re.escape, self.words))})"'

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and value in self.words


@dataclass(frozen=True)
class Whole(_Leaf):
    """A whole number from `least` to `most` (both below 2^53)."""

    least: int
    most: int

    @property
    def expected(self) -> tuple[str, str]:  # type: ignore[override]  # read-only view of the parent's attribute
        return (
            f"a whole number from {self.least} to {self.most}",
            f"số nguyên từ {self.least} đến {self.most}",
        )

    @property
    def pattern(self) -> str:
        digits = len(str(self.most))
        positive = f"[1-9][0-9]{{0,{digits - 1}}}"
        return positive if self.least else f"(?:0|{positive})"

    @property
    def exact(self) -> bool:
        """True when the pattern alone tells the range: 0 or 1 up to all nines."""
        return self.least in {0, 1} and self.most == 10 ** len(str(self.most)) - 1

    def accepts(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and self.meaning_holds(value)

    def meaning_holds(self, value: Any) -> bool:
        return bool(self.least <= value <= self.most)


@dataclass(frozen=True)
class OrNull:
    """`kind` or null."""

    kind: Kind

    @property
    def expected(self) -> tuple[str, str]:
        english, vietnamese = self.kind.expected
        return f"{english}, or null", f"{vietnamese}, hoặc null"

    @property
    def pattern(self) -> str:
        return f"(?:null|{self.kind.pattern})"

    def faults(self, value: object, path: str) -> list[tuple[str, object, Kind]]:
        return [] if value is None else self.kind.faults(value, path)

    def meaning_holds(self, value: Any) -> bool:
        return value is None or self.kind.meaning_holds(value)


@dataclass(frozen=True)
class ListOf:
    """A list of `least` to `most` values of one kind."""

    kind: Kind
    least: int
    most: int

    @property
    def expected(self) -> tuple[str, str]:
        return (
            f"a list of {self.least} to {self.most} values",
            f"danh sách từ {self.least} đến {self.most} giá trị",
        )

    @property
    def pattern(self) -> str:
        one = self.kind.pattern
        more = rf"\[{one}(?:,{one}){{{max(self.least - 1, 0)},{self.most - 1}}}\]"
        return more if self.least else rf"(?:\[\]|{more})"

    def faults(self, value: object, path: str) -> list[tuple[str, object, Kind]]:
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            return [(path, value, self)]
        return [
            fault
            for at, one in enumerate(value)
            for fault in self.kind.faults(one, f"{path}[{at}]")
        ]

    def meaning_holds(self, value: Any) -> bool:
        return all(map(self.kind.meaning_holds, value))


class Object:
    """An object with exactly these fields; a name that ends in '?' may be left out."""

    expected = (
        "an object with exactly its known fields",
        "một đối tượng với đúng các trường đã biết",
    )

    def __init__(self, fields: Mapping[str, Kind]) -> None:
        self.fields: dict[str, Kind] = {name.rstrip("?"): kind for name, kind in fields.items()}
        self.optional = frozenset(name[:-1] for name in fields if name.endswith("?"))
        self.known = frozenset(self.fields)
        self.required = self.known - self.optional
        self._telling = [(n, _meaning(k)) for n, k in self.fields.items() if tells_more(k)]

    @property
    def pattern(self) -> str:
        parts: list[str] = []
        follows = False  # whether a field that is always there stands before
        for name in sorted(self.fields):
            part = f'"{re.escape(name)}":{self.fields[name].pattern}'
            if follows:
                part = f",{part}"
            elif parts:
                # The first field present follows "{", every other one follows a comma.
                part = rf"(?:(?<=\{{)|(?<!\{{),){part}"
            parts.append(f"(?:{part})?" if name in self.optional else part)
            follows = follows or name in self.required
        return rf"\{{{''.join(parts)}\}}"

    def faults(self, value: object, path: str) -> list[tuple[str, object, Kind]]:
        if not isinstance(value, dict):
            return [(path, value, self)]
        found: list[tuple[str, object, Kind]] = [
            (f"{path}.{name}".lstrip("."), value[name], UNKNOWN)
            for name in sorted(value.keys() - self.known)
        ]
        for name, kind in self.fields.items():
            where = f"{path}.{name}".lstrip(".")
            if name in value:
                found += kind.faults(value[name], where)
            elif name in self.required:
                found.append((where, None, kind))
        return found

    def meaning_holds(self, value: Any) -> bool:
        for name, holds in self._telling:  # noqa: SIM110  # a plain loop is quicker, and this runs for every audited entry
            if name in value and not holds(value[name]):
                return False
        return True


class _Unknown(_Leaf):
    expected = ("no such field", "không có trường này")
    pattern = "(?!)"

    def accepts(self, _value: object) -> bool:
        return False


UNKNOWN: Kind = _Unknown()


def tells_more(kind: Kind) -> bool:
    """True when `kind.meaning_holds` can ever say no."""
    match kind:
        case Code():
            return kind.means is not None
        case Whole():
            return not kind.exact
        case OrNull() | ListOf():
            return tells_more(kind.kind)
        case Object():
            return bool(kind._telling)
        case _:
            return False


def _meaning(kind: Kind) -> Callable[[Any], bool]:
    """The shortest way to `kind.meaning_holds`."""
    return kind.means if isinstance(kind, Code) and kind.means is not None else kind.meaning_holds


@lru_cache(maxsize=256)
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex)


# --- the leaves that statements share -------------------------------------------------------

# GS1 General Specifications 7.11, character set 82: what a lot code or serial may hold.
SET_82 = r"[!%&'()*+,\-./0-9:;<=>?A-Z_a-z]"


def check_digit_holds(digits: str) -> bool:
    """GS1 General Specifications 7.9: weights 3,1 from the right give a multiple of ten."""
    total = sum((3 if at % 2 else 1) * int(d) for at, d in enumerate(reversed(digits)))
    return total % 10 == 0


@lru_cache(maxsize=4096)
def _day_exists(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def _moment_exists(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def _item_holds(text: str) -> bool:
    return "/" in text or check_digit_holds(text)


PARTY = Code(r"[A-Z0-9][A-Z0-9-]{0,19}", ("a party code such as HTX-MD", "mã cơ sở như HTX-MD"))
PLACE = Code(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}",
    ("a code of 1 to 32 letters, digits, dots or dashes", "mã từ 1 đến 32 chữ, số, chấm hoặc gạch"),
)
GTIN = Code(
    "[0-9]{14}",
    ("a GTIN written with 14 digits and a right check digit", "GTIN 14 số, đúng số kiểm tra"),
    check_digit_holds,
)
ITEM = Code(
    r"[0-9]{14}|[A-Z0-9][A-Z0-9-]{0,19}/[A-Za-z0-9][A-Za-z0-9._-]{0,31}",
    ("a GTIN of 14 digits or PARTY/item-code", "GTIN 14 số hoặc CƠ-SỞ/mã-mặt-hàng"),
    _item_holds,
)
LOT_CODE = Code(
    SET_82 + "{1,20}",
    (
        "a lot code of 1 to 20 characters of GS1 set 82",
        "mã lô từ 1 đến 20 ký tự thuộc bộ 82 của GS1",
    ),
)
DAY = Code(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    ("a calendar day such as 2026-09-07", "ngày có thật, như 2026-09-07"),
    _day_exists,
)
MOMENT = Code(
    # RFC 3339 section 5.6, spelled out: date libraries differ about 24:00 and offsets such as +07:99.
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:Z|[+\-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    ("an RFC 3339 time with offset", "thời điểm RFC 3339 có múi giờ"),
    _moment_exists,
)
DIGEST = Code("[0-9a-f]{64}", ("64 lower-case hex digits", "64 chữ số hệ 16 viết thường"))
SIGNATURE = Code("[0-9a-f]{128}", ("128 lower-case hex digits", "128 chữ số hệ 16 viết thường"))
AMOUNT = Code(
    r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,6})?",
    ('a decimal in a string such as "12.500"', 'số thập phân dạng chuỗi như "12.500"'),
)
UNIT = OneOf(("g", "kg", "t", "ml", "l", "pack", "piece"))
QUANTITY = Object({"value": AMOUNT, "unit": UNIT})
LOT = Object({"item": ITEM, "code": LOT_CODE})
LOT_AMOUNT = Object({"lot": LOT, "quantity": QUANTITY})
