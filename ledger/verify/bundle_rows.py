"""Rows of the completeness index as a lot bundle carries them (docs/format.md, sections 10, 17)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from ledger.verify import strict_json
from ledger.verify.map_proof import PlacedRow
from ledger.verify.sparse_map import HASH_BYTES, KEY_BITS, row_key, row_name, value_digest

MAX_ROWS = 20_000
_WHAT = "bundle"
_NAME = re.compile(r"[\x20-\x7e]{1,80}")
_FIELDS: dict[str, tuple[str, ...]] = {
    "lot": ("count", "head"),
    "key": ("enrolled", "ended", "last_good"),
    "papers": ("count", "head"),
}
_PARTS = 3
RowName = tuple[str, ...]
"""("lot", item, lot code), ("key", party, key id in hex) or ("papers", owner, subject)."""


@dataclass(frozen=True, slots=True)
class BundleRow:
    """One row: its name, its value (None: there is none), and where its place is in the map."""

    name: RowName
    value: dict[str, Any] | None
    depth: int
    other: tuple[bytes, bytes] | None = None

    def placed(self) -> PlacedRow:
        """What the proof needs of it."""
        digest = None if self.value is None else value_digest(self.value)
        return PlacedRow(row_key(self.name), digest, self.depth, self.other)

    def as_json(self) -> dict[str, Any]:
        """Its object in the file."""
        other = None
        if self.other is not None:
            other = {"key": self.other[0].hex(), "value": self.other[1].hex()}
        return {"row": list(self.name), "value": self.value, "depth": self.depth, "other": other}


@dataclass(frozen=True, slots=True)
class BundleIndex:
    """Log index of an index-committed entry, rows in order of their names, hashes beside them."""

    entry: int
    rows: tuple[BundleRow, ...]
    nodes: tuple[bytes, ...]


def parse_index(value: Any) -> BundleIndex | None:
    """The `index` of a bundle. Raises strict_json.FileRefused."""
    if value is None:
        return None
    fields = strict_json.object_of(value, ("entry", "rows", "nodes"), "index", _WHAT)
    rows: list[BundleRow] = []
    for at, one in enumerate(strict_json.list_of(fields["rows"], "index.rows", _WHAT, MAX_ROWS)):
        where = f"index.rows[{at}]"
        row = _row(one, where)
        if rows and row_name(row.name) <= row_name(rows[-1].name):
            _refuse(where, row.name, "rows in ascending order, each once")
        rows.append(row)
    return BundleIndex(
        strict_json.whole_of(fields["entry"], "index.entry", _WHAT),
        tuple(rows),
        parse_nodes(fields["nodes"], "index.nodes"),
    )


def parse_nodes(value: Any, where: str) -> tuple[bytes, ...]:
    """Hashes, one after the other in one base64 text. Raises strict_json.FileRefused."""
    try:
        raw = base64.b64decode(value, validate=True) if isinstance(value, str) else b"?"
    except ValueError:
        raw = b"?"
    if len(raw) % HASH_BYTES or base64.b64encode(raw).decode() != value:
        _refuse(where, value, "base64 of hashes of 32 bytes")
    return tuple(raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES))


def format_nodes(nodes: Iterable[bytes]) -> str:
    """What `parse_nodes` reads."""
    return base64.b64encode(b"".join(nodes)).decode()


def _row(value: Any, where: str) -> BundleRow:
    fields = strict_json.object_of(value, ("row", "value", "depth", "other"), where, _WHAT)
    name = tuple(strict_json.list_of(fields["row"], where, _WHAT, _PARTS))
    if not all(isinstance(part, str) and _NAME.fullmatch(part) for part in name):
        _refuse(where, fields["row"], "a list of codes")
    if len(name) != _PARTS or name[0] not in _FIELDS:
        _refuse(where, fields["row"], "lot, key or papers, its owner and what it is of")
    depth = strict_json.whole_of(fields["depth"], f"{where}.depth", _WHAT)
    if depth > KEY_BITS:
        _refuse(f"{where}.depth", depth, f"at most {KEY_BITS}")
    content = None if fields["value"] is None else _value(name[0], fields["value"], where)
    other = None
    if fields["other"] is not None:
        if content is not None:
            _refuse(where, fields["other"], "null beside a value")
        found = strict_json.object_of(fields["other"], ("key", "value"), f"{where}.other", _WHAT)
        key = strict_json.hex_of(found["key"], 32, f"{where}.other", _WHAT)
        other = key, strict_json.hex_of(found["value"], 32, f"{where}.other", _WHAT)
    return BundleRow(name, content, depth, other)


def _value(kind: str, value: Any, where: str) -> dict[str, Any]:
    fields = strict_json.object_of(value, _FIELDS[kind], f"{where}.value", _WHAT)
    for field, content in fields.items():
        if field == "head":
            strict_json.hex_of(content, 32, f"{where}.value", _WHAT)
        elif content is not None or field not in {"ended", "last_good"}:
            strict_json.whole_of(content, f"{where}.value", _WHAT)
    return fields


def _refuse(where: str, found: object, expected: str) -> NoReturn:
    raise strict_json.FileRefused(
        "value-wrong", where=where, what=_WHAT, found=found, expected=expected
    )
