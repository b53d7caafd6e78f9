"""A statement read from its signed payload: the common fields and a checked body.

`read_statement` is the hot path of every audit. A payload that matches the
pattern of its type is canonical by construction (sorted keys, no spaces, closed
fields), so it is parsed once and never re-encoded. Whatever does not match goes
the slow way, which finds the exact fault and says it. A property test shows that
both ways accept the same payloads.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from operator import itemgetter
from typing import Any, ClassVar, NamedTuple

from ledger.verify import canonical
from ledger.verify.shapes import CORRECTED_SHAPES, SHAPES, TYPES, recognise
from ledger.verify.wording import Refusal


class StatementRefused(Refusal):
    """The payload is canonical JSON but no statement of format v1."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "type-unknown": (
            "The statement has type {found}, but format v1 knows no such type; "
            "check the spelling or use a newer verifier.",
            "Phiếu ghi có loại {found}, nhưng định dạng v1 không có loại này; "
            "hãy kiểm tra chính tả hoặc dùng bản kiểm tra mới hơn.",
        ),
        "field-wrong": (
            "Field {path} holds {found}, but {expected} was expected; correct the field and sign "
            "again.",
            "Trường {path} đang là {found}, trong khi cần {expected_vi}; hãy sửa rồi ký lại.",
        ),
        "first-has-prev": (
            "Statement 1 of a journal must have prev null and later ones must name the entry before, "
            "but seq {seq} has prev {prev}.",
            "Phiếu số 1 của nhật ký phải có prev rỗng, các phiếu sau phải nêu phiếu trước; "
            "phiếu {seq} có prev {prev}.",
        ),
        "range-reversed": (
            "A serial range runs from {first} to {last}; the first must not exceed the last.",
            "Dải số tem đi từ {first} đến {last}; số đầu không được lớn hơn số cuối.",
        ),
    }


# A named tuple because one is made for every entry of every audit: a frozen dataclass costs twice.
class Statement(NamedTuple):
    """One signed fact. `time` is RFC 3339 text as signed; ids are lower-case hex.

    `inputs` is the field `in`: ids of the statements this one builds on.
    `anchor` is (size, root hex) of the newest checkpoint the signer had verified.
    """

    type: str
    party: str
    seq: int
    prev: str | None
    time: str
    inputs: tuple[str, ...]
    anchor: tuple[int, str] | None
    body: dict[str, Any]


_FIELDS = itemgetter("type", "party", "seq", "prev", "time", "in", "anchor", "body")


def read_statement(payload: bytes) -> Statement:
    """Read and check one payload.

    Raises:
        canonical.CanonicalRefused: the bytes are outside the canonical profile.
        StatementRefused: no such type, or a field is not as docs/format.md says.
    """
    value = _read_by_pattern(payload)
    if value is None:
        value = canonical.decode(payload)
        check_shape(value)
    kind, party, seq, prev, time, links, anchor, body = _FIELDS(value)
    if (prev is None) != (seq == 1):
        raise StatementRefused("first-has-prev", seq=seq, prev=prev)
    seen = None if anchor is None else (anchor["size"], anchor["root"])
    return Statement(kind, party, seq, prev, time, tuple(links), seen, body)


# The pattern has shown the text to be one JSON object, so the decoder's bare scanner is enough.
_SCAN: Callable[[str, int], tuple[Any, int]] = vars(json.JSONDecoder())["scan_once"]


def _read_by_pattern(payload: bytes) -> dict[str, Any] | None:
    if len(payload) > canonical.MAX_PAYLOAD:
        return None
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    shape = recognise(text)
    if shape is None:
        return None
    if not (payload.isascii() or unicodedata.is_normalized("NFC", text)):
        return None
    value: dict[str, Any] = _SCAN(text, 0)[0]
    if not shape.meaning_holds(value):
        return None
    if value["type"] in _RANGED_TYPES and not ranges_ordered(value["body"]):
        return None
    return value


def check_shape(value: dict[str, Any]) -> None:
    """Refuse a decoded payload that is no statement of format v1, naming the first fault."""
    name = value.get("type")
    shape = None
    if name == "corrected" and isinstance(value.get("body"), dict):
        of = value["body"].get("of")
        shape = CORRECTED_SHAPES.get(of) if isinstance(of, str) else None
        if shape is None:
            raise StatementRefused(
                "field-wrong",
                path="body.of",
                found=of,
                expected=f"one of: {', '.join(CORRECTED_SHAPES)}",
                expected_vi=f"một trong: {', '.join(CORRECTED_SHAPES)}",
            )
    elif isinstance(name, str) and name in TYPES:
        shape = SHAPES.get(name)
    if shape is None:
        raise StatementRefused("type-unknown", found=name)
    for path, found, kind in shape.faults(value, ""):
        english, vietnamese = kind.expected
        raise StatementRefused(
            "field-wrong", path=path, found=found, expected=english, expected_vi=vietnamese
        )
    if not ranges_ordered(value["body"]):
        raise StatementRefused("range-reversed", **_reversed_range(value["body"]))


_RANGED = ("printed", "voided", "reprinted")
_RANGED_TYPES = frozenset({"labels-printed", "labels-voided", "labels-reprinted"})


def ranges_ordered(body: dict[str, Any]) -> bool:
    """True unless a serial range of the body runs backwards."""
    return not _reversed_range(body)


def _reversed_range(body: dict[str, Any]) -> dict[str, int]:
    for name in _RANGED:
        if name in body:
            for one in body[name]["ranges"]:
                if one["first"] > one["last"]:
                    return {"first": one["first"], "last": one["last"]}
    return {}
