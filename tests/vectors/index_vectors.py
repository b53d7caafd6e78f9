"""Vectors of the completeness index: names, keys, leaves, roots, proofs and their refusals."""

from __future__ import annotations

import hashlib
from typing import Any

from ledger.verify import canonical
from ledger.verify.completeness import Row
from ledger.verify.sparse_map import (
    EMPTY,
    SparseMap,
    leaf_hash,
    row_key,
    row_name,
    value_digest,
)

GTIN = "08938501000125"


def _id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


ROWS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("key", "LEDGER", _id("root")), {"enrolled": 0, "ended": None, "last_good": None}),
    (("key", "HTX-A", _id("station")), {"enrolled": 6, "ended": 41, "last_good": 30}),
    (("lot", GTIN, "P1"), {"count": 5, "head": _id("shipped")}),
    (("lot", "HTX-A/la-tuoi", "H%1-'(2)*"), {"count": 1, "head": _id("harvested")}),
    (("papers", GTIN, f"product:{GTIN}"), {"count": 2, "head": _id("withdrawn")}),
    (("papers", "HTX-A", "site:HTX-A/VT-1"), {"count": 1, "head": _id("recorded")}),
    *((("lot", "HTX-A/che-kho", f"K{n}"), {"count": n, "head": _id(f"K{n}")}) for n in range(1, 7)),
]
_ABSENT = [("lot", "HTX-A/che-kho", f"K{number}") for number in range(7, 40)]


def index_vectors() -> dict[str, Any]:
    """Rows one after the other into a map; then proofs against the last root."""
    made = SparseMap()
    roots = [made.root().hex()]
    rows = []
    for name, value in ROWS:
        made.put(row_key(name), value_digest(value))
        roots.append(made.root().hex())
        rows.append(
            {
                "name": row_name(name).decode(),
                "key": row_key(name).hex(),
                "value": canonical.encode(value).decode(),
                "leaf": leaf_hash(row_key(name), value_digest(value)).hex(),
            }
        )
    absent = [_row(made, name, None) for name in _ABSENT]
    nothing = next(one for one in absent if one.other is None)
    other = next(one for one in absent if one.other is not None)
    proved = [*(_row(made, name, value) for name, value in ROWS), nothing, other]
    statement = {
        "type": "index-committed",
        "party": "LEDGER",
        "seq": 2,
        "prev": _id("before"),
        "time": "2026-11-20T08:30:00Z",
        "in": [],
        "anchor": None,
        "body": {"size": 42, "root": roots[-1], "rows": len(ROWS)},
    }
    return {
        "rows": rows,
        "roots": roots,
        "proofs": [one.form() for one in proved],
        "refused": _refused(proved[2], nothing, other),
        "statement": canonical.encode(statement).decode(),
    }


def _row(made: SparseMap, name: tuple[str, ...], value: dict[str, Any] | None) -> Row:
    _, path, other = made.proof(row_key(name))
    return Row(name, value, path, other)


def _refused(present: Row, nothing: Row, other: Row) -> list[dict[str, Any]]:
    """Proofs that no map gives, with the code; without one, they lead to another root."""
    assert other.other is not None
    zeros = EMPTY.hex()
    one, none, beside = present.form(), nothing.form(), other.form()
    own = {"key": row_key(present.key).hex(), "value": zeros}
    far = {"key": bytes(b ^ 0xFF for b in row_key(other.key)).hex(), "value": zeros}
    return [
        {"what": "another value", "code": None, **one, "value": {**one["value"], "count": 4}},
        {"what": "a row hidden", "code": None, **one, "value": None},
        {"what": "a row made up", "code": None, **none, "value": one["value"]},
        {"what": "path cut", "code": None, **one, "path": one["path"][:-1]},
        {"what": "path backwards", "code": None, **one, "path": one["path"][::-1]},
        {"what": "too deep", "code": "map-not-compact", **one, "path": [zeros, *one["path"]]},
        {"what": "too long", "code": "map-path-length", **one, "path": (one["path"] * 257)[:257]},
        {"what": "short hash", "code": "map-hash-length", **one, "path": ["00" * 31]},
        {
            "what": "itself as other",
            "code": "map-other-elsewhere",
            **one,
            "value": None,
            "other": own,
        },
        {"what": "other from elsewhere", "code": "map-other-elsewhere", **beside, "other": far},
        {"what": "value and other", "code": "map-other-elsewhere", **beside, "value": one["value"]},
    ]
