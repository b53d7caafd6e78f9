"""The hub's answers read strictly: what is not of docs/station-wire.md is refused whole."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ledger.verify.multiproof import Place

_MOST_NODES = 200_000


class Misread(ValueError):
    """An answer is not of the format; the text says which member."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of this station's journal at the hub: its number, id (32 bytes), and itself."""

    seq: int
    id: bytes
    entry: bytes = b""


@dataclass(frozen=True, slots=True)
class Pushed:
    """Answer to a push: the journal's head at the hub, log indexes of what was sent."""

    head: Head
    indexes: list[int]


@dataclass(frozen=True, slots=True)
class Pulled:
    """Answer to a pull. `entries` are (log index, entry bytes), `place` is the next cursor."""

    checkpoint: str
    size: int
    consistency: list[bytes]
    place: tuple[int, int]
    more: bool
    entries: list[tuple[int, bytes]]
    nodes: dict[Place, bytes]
    head: Head | None


def pushed(value: dict[str, Any]) -> Pushed:
    """Read the answer to a push. Raises Misread."""
    head = head_of(value.get("head"))
    if head is None:
        raise Misread("head")
    return Pushed(head, indexes_of(value.get("indexes")))


def pulled(value: dict[str, Any]) -> Pulled:
    """Read the answer to a pull. Raises Misread."""
    note = value.get("checkpoint")
    if not isinstance(note, str):
        raise Misread("checkpoint")
    entries = [
        (_whole(index, "entries"), bytes_of(text))
        for index, text in _pairs(value.get("entries"), 2, "entries")
    ]
    if any(left[0] >= right[0] for left, right in pairwise(entries)):
        raise Misread("entries")
    nodes = {
        (_whole(level, "nodes"), _whole(index, "nodes")): hash_of(text, "nodes")
        for level, index, text in _pairs(value.get("nodes"), 3, "nodes")
    }
    more = value.get("more")
    if not isinstance(more, bool):
        raise Misread("more")
    return Pulled(
        note,
        _whole(value.get("size"), "size"),
        [hash_of(one, "consistency") for one in _list(value.get("consistency"), "consistency")],
        (_whole(value.get("until"), "until"), _whole(value.get("next"), "next")),
        more,
        entries,
        nodes,
        head_of(value.get("head")),
    )


def head_of(value: Any) -> Head | None:
    """Read a journal's head; None for null. Raises Misread."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Misread("head")
    return Head(
        _whole(value.get("seq"), "head"),
        hash_of(value.get("id"), "head"),
        bytes_of(value.get("entry", "")),
    )


def indexes_of(value: Any) -> list[int]:
    """Read a list of log indexes. Raises Misread."""
    return [_whole(one, "indexes") for one in _list(value, "indexes")]


def hash_of(value: Any, what: str) -> bytes:
    """Read 32 bytes in hex. Raises Misread."""
    try:
        found = bytes.fromhex(value)
    except (ValueError, TypeError) as wrong:
        raise Misread(what) from wrong
    if len(found) != 32 or found.hex() != value:
        raise Misread(what)
    return found


def _whole(value: Any, what: str) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        raise Misread(what)
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > _MOST_NODES:
        raise Misread(what)
    return value


def _pairs(value: Any, width: int, what: str) -> list[list[Any]]:
    rows = _list(value, what)
    if any(not isinstance(row, list) or len(row) != width for row in rows):
        raise Misread(what)
    return rows


def bytes_of(text: Any) -> bytes:
    """Read an entry's base64. Raises Misread."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as wrong:
        raise Misread("entries") from wrong
