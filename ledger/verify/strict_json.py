"""JSON files read strictly: no duplicate names, no unknown or missing fields, bounded size."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from ledger.verify.wording import Refusal


class FileRefused(Refusal):
    """A bundle or trust file is not of its format."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "too-large": (
            "The {what} has {found} bytes; at most {most} are read. Ask for a smaller one.",
            "{what} dài {found} byte; chỉ đọc tối đa {most} byte. Hãy lấy tệp nhỏ hơn.",
        ),
        "not-json": (
            "The {what} is no JSON text ({why}); fetch it again.",
            "{what} không phải JSON ({why}); hãy tải lại tệp.",
        ),
        "name-twice": (
            "The {what} names {found} twice in one object; it was altered or made by a faulty "
            "program.",
            "{what} ghi {found} hai lần trong một đối tượng; tệp đã bị sửa hoặc do phần mềm lỗi tạo.",
        ),
        "fields-differ": (
            "{where} of the {what} has fields {found}, but exactly {expected} were expected; nothing "
            "unchecked may travel along.",
            "{where} của {what} có các trường {found}, trong khi cần đúng {expected}; không được kèm "
            "nội dung không kiểm tra.",
        ),
        "value-wrong": (
            "{where} of the {what} holds {found}, but {expected} was expected.",
            "{where} của {what} đang là {found}, trong khi cần {expected}.",
        ),
    }


def load(raw: bytes, what: str, most: int) -> Any:
    """Parse bounded JSON text; duplicate names, floats and NaN are refused."""
    if len(raw) > most:
        raise FileRefused("too-large", what=what, found=len(raw), most=most)

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in found:
            if name in made:
                raise FileRefused("name-twice", what=what, found=name)
            made[name] = value
        return made

    def no_float(text: str) -> NoReturn:
        raise FileRefused(
            "value-wrong", where="a number", what=what, found=text, expected="a whole number"
        )

    try:
        return json.loads(
            raw.decode(), object_pairs_hook=pairs, parse_float=no_float, parse_constant=no_float
        )
    except (ValueError, RecursionError) as wrong:
        raise FileRefused("not-json", what=what, why=type(wrong).__name__) from None


def object_of(value: Any, fields: Iterable[str], where: str, what: str) -> dict[str, Any]:
    """`value` as an object with exactly these fields."""
    expected = sorted(fields)
    if not isinstance(value, dict) or sorted(value) != expected:
        found = sorted(value) if isinstance(value, dict) else value
        raise FileRefused("fields-differ", where=where, what=what, found=found, expected=expected)
    return value


# A JSON escape may spell half of a pair: no UTF-8 holds it, so it can be neither hashed nor shown.
_HALF = re.compile("[\ud800-\udfff]")


def text_of(value: Any, where: str, what: str, most: int) -> str:
    """`value` as text of at most `most` characters, none of them half of a surrogate pair."""
    if not isinstance(value, str) or len(value) > most or _HALF.search(value) is not None:
        raise FileRefused("value-wrong", where=where, what=what, found=value, expected="text")
    return value


def whole_of(value: Any, where: str, what: str) -> int:
    """`value` as a whole number of at least 0 and below 2^53."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise FileRefused(
            "value-wrong", where=where, what=what, found=value, expected="a whole number"
        )
    return value


def list_of(value: Any, where: str, what: str, most: int) -> list[Any]:
    """`value` as a list of at most `most` members."""
    if not isinstance(value, list) or len(value) > most:
        raise FileRefused(
            "value-wrong", where=where, what=what, found=value, expected=f"a list of up to {most}"
        )
    return value


_HEX = frozenset("0123456789abcdef")


def hex_of(value: Any, length: int, where: str, what: str) -> bytes:
    """`value` as `length` bytes in lower-case hex."""
    if not isinstance(value, str) or len(value) != 2 * length or not _HEX.issuperset(value):
        raise FileRefused(
            "value-wrong",
            where=where,
            what=what,
            found=value,
            expected=f"{2 * length} lower-case hex digits",
        )
    return bytes.fromhex(value)
