"""Random statements of every type, made from the shapes table itself, and ways to spoil them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from ledger.verify import fields
from ledger.verify.fields import Code, Kind, ListOf, Object, OneOf, OrNull, Text, Whole
from ledger.verify.shapes import CORRECTED_SHAPES, SHAPES

ALL_SHAPES: dict[str, Object] = {
    **SHAPES,
    **{f"corrected:{n}": s for n, s in CORRECTED_SHAPES.items()},
}
_LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắếộợữ \"\\/'<>&€𝄞\u200b"


def _digits(rng: Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _place(rng: Random) -> str:
    return rng.choice("AZaz09") + "".join(rng.choice("AZaz09._-") for _ in range(rng.randrange(8)))


def _party(rng: Random) -> str:
    return rng.choice("AZ09") + "".join(rng.choice("AZ09-") for _ in range(rng.randrange(6)))


def _gtin(rng: Random) -> str:
    while True:
        found = _digits(rng, 14)
        if fields.check_digit_holds(found):
            return found


def _item(rng: Random) -> str:
    return _gtin(rng) if rng.random() < 0.5 else f"{_party(rng)}/{_place(rng)}"


def _day(rng: Random) -> str:
    return f"{rng.choice((1, 1999, 2026, 9999)):04}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def _moment(rng: Random) -> str:
    zone = rng.choice(("Z", "+07:00", "-11:30", "+00:00"))
    clock = f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
    return f"{_day(rng)}T{clock}{zone}"


def _amount(rng: Random) -> str:
    whole = rng.choice(("0", "7", "12", "999999999999"))
    return whole + rng.choice(("", ".0", ".500", ".000001"))


def _subject(rng: Random) -> str:
    return rng.choice(
        (f"party:{_party(rng)}", f"site:{_party(rng)}/{_place(rng)}", f"product:{_digits(rng, 14)}")
    )


_BY_MEANING: dict[int, Any] = {
    id(fields.PARTY): _party,
    id(fields.PLACE): _place,
    id(fields.GTIN): _gtin,
    id(fields.ITEM): _item,
    id(fields.DAY): _day,
    id(fields.MOMENT): _moment,
    id(fields.AMOUNT): _amount,
}
_BY_REGEX = {
    "[0-9a-f]{64}": lambda rng: f"{rng.getrandbits(256):064x}",
    "[0-9a-f]{128}": lambda rng: f"{rng.getrandbits(512):0128x}",
    "[0-9]{18}": lambda rng: _digits(rng, 18),
    "[0-9]{13}": lambda rng: _digits(rng, 13),
    "[0-9]{1,4}": lambda rng: _digits(rng, rng.randint(1, 4)),
    "[0-9A-HJKMNP-TV-Z]{2}": lambda rng: rng.choice("09AHJKMNPTVZ") + rng.choice("19RS"),
    "[a-z][a-z0-9-]{1,31}": lambda rng: rng.choice(("ocop", "vietgap", "huu-co-1")),
    r"[a-z0-9][a-z0-9./-]{0,99}": lambda rng: rng.choice(("ocop.example/log", "0")),
    r"[a-z0-9./-]{1,100}\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,60}": lambda rng: (
        f"a.b/c+{rng.getrandbits(32):08x}+{'Ab9+/' * 8}{'=' * rng.randrange(3)}"
    ),
    fields.LOT_CODE.regex: lambda rng: "".join(
        rng.choice("!%&'()*+,-./09:;<=>?AZ_az") for _ in range(rng.randint(1, 20))
    ),
}


def value_of(kind: Kind, rng: Random) -> Any:
    """A random value of a kind. AssertionError when a new kind of code is not known here."""
    match kind:
        case Text(longest=longest):
            length = rng.choice((1, 2, min(longest, 9), longest if rng.random() < 0.1 else 3))
            return "".join(rng.choice(_LETTERS) for _ in range(min(length, longest)))
        case OneOf(words=words):
            return rng.choice(words)
        case Whole(least=least, most=most):
            return rng.choice((least, most, rng.randint(least, most)))
        case OrNull(kind=inner):
            return None if rng.random() < 0.3 else value_of(inner, rng)
        case ListOf(kind=inner, least=least, most=most):
            count = rng.choice((least, min(most, least + 1), min(most, least + rng.randrange(4))))
            return [value_of(inner, rng) for _ in range(count)]
        case Object():
            return {
                name: value_of(inner, rng)
                for name, inner in kind.fields.items()
                if name not in kind.optional or rng.random() < 0.6
            }
        case Code():
            made = _BY_MEANING.get(id(kind)) or _BY_REGEX.get(kind.regex)
            if made is None:
                assert kind.regex.startswith("party:"), kind.regex
                made = _subject
            found = made(rng)
            assert kind.accepts(found), (kind.regex, found)
            return found
    raise AssertionError(kind)


def statement_of(name: str, rng: Random) -> dict[str, Any]:
    """A random valid statement of a shape of ALL_SHAPES."""
    value: dict[str, Any] = value_of(ALL_SHAPES[name], rng)
    _order_ranges(value)
    if (value["prev"] is None) != (value["seq"] == 1):
        value["seq"], value["prev"] = rng.choice(((1, None), (2, "ab" * 32)))
    return value


def _order_ranges(value: Any) -> None:
    if isinstance(value, dict):
        if {"first", "last"} <= value.keys() and value["first"] > value["last"]:
            value["first"], value["last"] = value["last"], value["first"]
        for part in value.values():
            _order_ranges(part)
    elif isinstance(value, list):
        for part in value:
            _order_ranges(part)


def text_of(value: Any, **how: Any) -> bytes:
    """Canonical bytes of a value (for these values sorted JSON without spaces is RFC 8785)."""
    style: dict[str, Any] = {
        "sort_keys": True,
        "separators": (",", ":"),
        "ensure_ascii": False,
    } | how
    return json.dumps(value, **style).encode("utf-8", "surrogatepass")


# What a field may be replaced by: every wrong kind, and values at the edge of right ones.
ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, 1, -1, 2**53 - 1, 2**53, 10**15, 10**30, 1.5, "", " ", "x", "0", [], {}, [[]],
    [None], {"a": 1}, "Che\u0300", "a\x00b", "a\x1fb", "a\x7fb", "a\nb", "\ud800", "A" * 700,
    "\u200b", "\"", "\\", "é", "2026-02-30", "2026-02-29", "2026-1-1", "2026-01-01T24:00:00Z",
    "2026-01-01T00:00:00+07:99", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:60Z", "٣", "00000000000000",
    "00000000000001", "x" * 20, "x" * 21, "ab" * 32, "AB" * 32, "ab" * 64, "01.5", "1.", "1e3",
)  # fmt: skip


def places_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of a value."""
    found = [path] if path else []
    if isinstance(value, dict):
        for name in value:
            found += places_of(value[name], (*path, name))
    elif isinstance(value, list):
        for at, part in enumerate(value[:3]):
            found += places_of(part, (*path, at))
    return found


def at_place(value: Any, path: tuple[Any, ...], act: str, new: Any = None) -> Any:
    """A deep copy with the part at `path` removed, replaced, or a field added beside it."""
    copy = json.loads(json.dumps(value))
    parent = copy
    for step in path[:-1]:
        parent = parent[step]
    if act == "remove":
        del parent[path[-1]]
    elif act == "replace":
        parent[path[-1]] = new
    elif isinstance(parent, dict):
        parent[str(new)] = 1
    else:
        parent.append(new)
    return copy
