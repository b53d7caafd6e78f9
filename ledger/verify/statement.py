"""A statement read from its signed payload: the common fields and a checked body.

`read_statement` is the hot path of every audit. A payload that matches the
pattern of its type is canonical by construction (sorted keys, no spaces, closed
fields), so its common fields are taken as they matched, its body is parsed once,
and nothing is re-encoded. Whatever does not match goes the slow way, which finds
the exact fault and says it. A property test shows that both ways accept the same
payloads.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from ledger.verify import canonical
from ledger.verify.fields import MOMENT
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


def read_statement(payload: bytes) -> Statement:
    """Read and check one payload.

    Raises:
        canonical.CanonicalRefused: the bytes are outside the canonical profile.
        StatementRefused: no such type, or a field is not as docs/format.md says.
    """
    found = _read_by_pattern(payload)
    if found is None:
        found = _read_exactly(payload)
    if (found.prev is None) != (found.seq == 1):
        raise StatementRefused("first-has-prev", seq=found.seq, prev=found.prev)
    return found


# The pattern has shown a text to be JSON, so the decoder's bare scanner is enough.
_SCAN: Callable[[str, int], tuple[Any, int]] = vars(json.JSONDecoder())["scan_once"]


@lru_cache(maxsize=64)
def _anchor(text: str) -> tuple[int, str] | None:
    """Of its JSON text, which many statements in a row share."""
    value = _SCAN(text, 0)[0]
    return None if value is None else (value["size"], value["root"])


def _read_by_pattern(payload: bytes) -> Statement | None:
    if len(payload) > canonical.MAX_PAYLOAD:
        return None
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    found = recognise(text)
    if found is None:
        return None
    if not (payload.isascii() or unicodedata.is_normalized("NFC", text)):
        return None
    match, kind = found
    anchor, links, party, prev, seq, time, name = match.group(1, 3, 4, 5, 6, 7, 8)
    body, _ = _SCAN(text, match.start(2))
    time, name = time[1:-1], name[1:-1]
    if not (MOMENT.meaning_holds(time) and kind.meaning_holds(body)):
        return None
    if name in _RANGED_TYPES and not ranges_ordered(body):
        return None
    return Statement(
        name,
        party[1:-1],
        int(seq),
        None if prev == "null" else prev[1:-1],
        time,
        () if links == "[]" else tuple(_SCAN(links, 0)[0]),
        _anchor(anchor),
        body,
    )


def _read_exactly(payload: bytes) -> Statement:
    value = canonical.decode(payload)
    check_shape(value)
    anchor = value["anchor"]
    return Statement(
        value["type"],
        value["party"],
        value["seq"],
        value["prev"],
        value["time"],
        tuple(value["in"]),
        None if anchor is None else (anchor["size"], anchor["root"]),
        value["body"],
    )


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
