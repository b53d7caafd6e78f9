"""Payload bytes: RFC 8785 (JCS) within a profile where every serialiser agrees.

The profile (protocol, "Statement, entry, journal"): one JSON object, ASCII lower-case keys, no
floats, integers |n| < 2^53, strings in NFC without U+0000 and without lone surrogates, no duplicate
keys, at most 16 levels and 16 KiB. Outside the profile: refused, never repaired.

`decode` stands in front of every signature check, so it leans on the C parser and the C encoder
of the standard library: parse, write again, compare. Whatever RFC 8785 forbids and the parser lets
through (white space, key order, duplicate keys, -0, needless escapes, lone surrogates written as
escapes) shows up as a difference; only a refused payload pays for finding out which it was.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NoReturn

from ledger.verify.wording import Refusal

MAX_PAYLOAD = 16384
MAX_DEPTH = 16
# RFC 8785 appendix B and RFC 7493 section 2.2: the integers that a double holds exactly.
MAX_INTEGER = 2**53 - 1


class CanonicalRefused(Refusal):
    """A payload, or a value to be encoded, lies outside the canonical profile."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "too_long": (
            "The payload has {found} bytes; at most {limit} are allowed, so move long text into"
            " an attachment.",
            "Nội dung có {found} byte; chỉ cho phép tối đa {limit}, hãy chuyển phần dài sang tệp"
            " đính kèm.",
        ),
        "not_utf8": (
            "The payload is not UTF-8 (byte {position}); send it again as valid UTF-8.",
            "Nội dung không phải UTF-8 (byte thứ {position}); hãy gửi lại bằng UTF-8 hợp lệ.",
        ),
        "not_json": (
            "The payload is not JSON (character {position}); expected one JSON object in RFC 8785"
            " form, so write it again.",
            "Nội dung không phải JSON (ký tự thứ {position}); cần một đối tượng JSON theo"
            " RFC 8785, hãy ghi lại.",
        ),
        "not_an_object": (
            "The payload is not one JSON object; put everything into a single pair of braces.",
            "Nội dung không phải một đối tượng JSON; hãy đặt tất cả trong một cặp ngoặc nhọn.",
        ),
        "too_deep": (
            "The payload is nested deeper than {limit} levels; make it flatter.",
            "Nội dung lồng nhau sâu hơn {limit} lớp; hãy làm cho phẳng hơn.",
        ),
        "bad_key": (
            "The key “{key}” is not allowed; use 1 to 64 of a-z, 0-9, _ and -, starting with a"
            " letter.",
            "Tên trường “{key}” không được phép; hãy dùng 1 đến 64 ký tự a-z, 0-9, _ và -, bắt đầu"
            " bằng chữ cái.",
        ),
        "duplicate_key": (
            "The key “{key}” appears twice in one object; keep only one of them.",
            "Tên trường “{key}” xuất hiện hai lần trong một đối tượng; chỉ được giữ lại một.",
        ),
        "not_an_integer": (
            'The number {found} is not a plain integer; write decimals as text, such as "12.500".',
            "Số {found} không phải số nguyên thường; hãy ghi số thập phân dưới dạng chữ, ví dụ"
            ' "12.500".',
        ),
        "integer_too_large": (
            "The integer {found} is not between -(2^53-1) and 2^53-1; write it as text.",
            "Số nguyên {found} không nằm trong khoảng -(2^53-1) đến 2^53-1; hãy ghi dưới dạng chữ.",
        ),
        "not_nfc": (
            "The text “{found}” is not in Unicode NFC; type it again or convert it to NFC.",
            "Đoạn chữ “{found}” không theo dạng Unicode dựng sẵn (NFC); hãy gõ lại hoặc chuyển"
            " sang NFC.",
        ),
        "bad_character": (
            "The text “{found}” holds U+0000 or half of a surrogate pair; remove that character.",
            "Đoạn chữ “{found}” chứa ký tự U+0000 hoặc nửa cặp thay thế; hãy xóa ký tự đó.",
        ),
        "bad_type": (
            "A value of type {found} cannot be written; use text, integer, true, false, null, list"
            " or object.",
            "Không ghi được giá trị kiểu {found}; hãy dùng chữ, số nguyên, true, false, null, danh"
            " sách hoặc đối tượng.",
        ),
        "not_canonical": (
            "The payload is not in RFC 8785 form (first difference at character {position});"
            " write it again with sorted keys and without white space.",
            "Nội dung không đúng dạng RFC 8785 (khác từ ký tự thứ {position}); hãy ghi lại với tên"
            " trường xếp thứ tự và không có khoảng trắng thừa.",
        ),
    }


_KEY = re.compile(r"[a-z][a-z0-9_-]{0,63}")
# Keys already seen to be good, so that one set comparison in C checks a whole object. Bounded: a
# stranger's payloads must not make it grow without end.
_MAX_REMEMBERED_KEYS = 2048
_good_keys: set[str] = set()


def _check_keys(found: dict[str, Any]) -> dict[str, Any]:
    """object_hook of the decoder."""
    if not _good_keys.issuperset(found):
        for key in found:
            _check_key(key)
        if len(_good_keys) + len(found) > _MAX_REMEMBERED_KEYS:
            _good_keys.clear()
        _good_keys.update(found)
    return found


def _check_key(key: str) -> None:
    if _KEY.fullmatch(key) is None:
        raise CanonicalRefused("bad_key", key=key)


# Shorter spellings than that of 2^53 cannot be too large; most integers need no further check.
_SURELY_SMALL = len(str(MAX_INTEGER))


def _integer(text: str) -> int:
    """parse_int of the decoder. Length first: int() of thousands of digits is a ValueError."""
    if len(text) < _SURELY_SMALL:
        return int(text)
    if len(text) > _SURELY_SMALL + 1:
        raise CanonicalRefused("integer_too_large", found=text)
    return _check_integer(int(text))


def _check_integer(number: int) -> int:
    if not -MAX_INTEGER <= number <= MAX_INTEGER:
        raise CanonicalRefused("integer_too_large", found=number)
    return number


def _no_float(text: str) -> NoReturn:
    """parse_float and parse_constant of the decoder: 1.0, 1e5, NaN, Infinity."""
    raise CanonicalRefused("not_an_integer", found=text)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise CanonicalRefused("duplicate_key", key=key)
        seen[key] = value
    return seen


_decoder = json.JSONDecoder(
    object_hook=_check_keys, parse_int=_integer, parse_float=_no_float, parse_constant=_no_float
)
# Only used to explain a refusal.
_duplicate_finder = json.JSONDecoder(
    object_pairs_hook=_no_duplicates, parse_int=_integer, parse_float=_no_float
)
# With ASCII keys, code point order (Python) and UTF-16 order (RFC 8785 section 3.2.3) are the same.
# check_circular is off because depth is bounded before the encoder sees anything.
_encoder = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
)

# A string (an unterminated one runs to the end, so that the scan stays linear) or one bracket.
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def decode(payload: bytes) -> dict[str, Any]:
    """Return the object whose canonical form `payload` is.

    `payload`: at most 16,384 bytes. Raises CanonicalRefused, and nothing else, for every input
    that is not exactly the RFC 8785 form of an object within the profile.
    """
    if len(payload) > MAX_PAYLOAD:
        raise CanonicalRefused("too_long", found=len(payload), limit=MAX_PAYLOAD)
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CanonicalRefused("not_utf8", position=error.start) from None
    # The brackets are counted before parsing, because the C parser recurses. Few brackets cannot
    # nest deeply, wherever they stand; only more of them cost the exact scan.
    if payload.count(b"{") + payload.count(b"[") > MAX_DEPTH:
        _check_depth(payload)
    try:
        value, _ = _decoder.raw_decode(text)
    except json.JSONDecodeError as error:
        raise CanonicalRefused("not_json", position=error.pos) from None
    if type(value) is not dict:
        raise CanonicalRefused("not_an_object")
    written = _encoder.encode(value)
    if written != text:
        _explain(text, written)
    # NFC is closed under substrings and the characters around and inside strings that JSON adds
    # compose with nothing to their left, so NFC text means NFC strings. The reverse does not hold
    # (an escape such as \n and then a combining mark), hence the walk over the strings.
    if ("\\" in text and "\\u0000" in text) or not (
        payload.isascii() or unicodedata.is_normalized("NFC", text)
    ):
        for string in _strings(value):
            _check_string(string)
    return value


def encode(value: Mapping[str, object]) -> bytes:
    """Return the RFC 8785 form of `value` as UTF-8 bytes, at most 16,384 of them.

    Mappings become objects, lists and tuples become arrays. Raises CanonicalRefused for anything
    outside the profile; nothing is rounded, normalised or dropped.
    """
    if not isinstance(value, Mapping):
        raise CanonicalRefused("not_an_object")
    payload = _encoder.encode(_plain(value, 1)).encode("utf-8")
    if len(payload) > MAX_PAYLOAD:
        raise CanonicalRefused("too_long", found=len(payload), limit=MAX_PAYLOAD)
    return payload


def _plain(value: object, depth: int) -> object:
    """Return `value` out of plain dicts and lists, every part checked against the profile."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        _check_string(value)
        # Not str(): an enumeration with str values answers that with its own name.
        return str.__str__(value)
    if isinstance(value, int):
        return _check_integer(int(value))
    if isinstance(value, float):
        raise CanonicalRefused("not_an_integer", found=repr(value))
    if not isinstance(value, Mapping | list | tuple):
        raise CanonicalRefused("bad_type", found=type(value).__name__)
    if depth > MAX_DEPTH:
        raise CanonicalRefused("too_deep", limit=MAX_DEPTH)
    if not isinstance(value, Mapping):
        return [_plain(item, depth + 1) for item in value]
    copy: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise CanonicalRefused("bad_key", key=type(key).__name__)
        _check_key(key)
        copy[key] = _plain(item, depth + 1)
    return copy


def _check_string(text: str) -> None:
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise CanonicalRefused("bad_character", found=text)
    if not unicodedata.is_normalized("NFC", text):
        raise CanonicalRefused("not_nfc", found=text)


def _strings(value: object) -> Iterator[str]:
    """Yield every string value; keys are ASCII by their own rule."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _check_depth(payload: bytes) -> None:
    depth = 0
    for token in _BRACKETS.finditer(payload):
        first = token.group()[:1]
        if first in b"{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise CanonicalRefused("too_deep", limit=MAX_DEPTH)
        elif first in b"}]":
            depth -= 1


def _explain(text: str, written: str) -> NoReturn:
    """Raise the refusal that names the likeliest reason why `text` is not canonical."""
    value = _duplicate_finder.raw_decode(text)[0]
    for string in _strings(value):
        _check_string(string)
    same = next((i for i, (a, b) in enumerate(zip(text, written, strict=False)) if a != b), None)
    position = min(len(text), len(written)) if same is None else same
    raise CanonicalRefused("not_canonical", position=position)
