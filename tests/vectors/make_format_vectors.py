"""Writes format/*.json: our own vectors of format v1, for people who write another program.

Everything follows from the fixed keys and texts below, so running it again must change nothing;
the tests in tests/verify compare. Run: python -m tests.vectors.make_format_vectors
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.verify import canonical, entry, merkle
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.note import COSIGNATURE, NoteKey, cosign_note, sign_note
from ledger.verify.signature import PublicKey
from ledger.verify.tlog_proof import TlogProof
from tests.vectors.index_vectors import index_vectors

FOLDER = Path(__file__).resolve().parent / "format"
LOG_NAME = "ledger.example/cao-bang"
WITNESS_NAME = "witness.example/son-la"
WITNESS_TIME = 1763600000
STATION_SEED, LOG_SEED, WITNESS_SEED = bytes([1] * 32), bytes([2] * 32), bytes([3] * 32)
TREE_SIZES = 21

STATEMENT: dict[str, Any] = {
    "type": "packed",
    "party": "htx-che-ba-vi",
    "seq": 1,
    "prev": None,
    "time": "2025-11-20T08:30:00+07:00",
    "in": [],
    "anchor": None,
    "body": {"lot_code": "L2025-11", "quantity": "12.500", "unit": "kg", "note": "Chè xanh Ba Vì"},
}

CANONICAL_OK: dict[str, str] = {
    "empty object": "{}",
    "sorted keys": '{"a":1,"a-b":2,"a_b":3,"b":4}',
    "Vietnamese text": '{"note":"Chè xanh Ba Vì"}',
    "largest and smallest integer": '{"a":9007199254740991,"b":-9007199254740991}',
    "literals and nesting": '{"a":[true,false,null,{"b":[]}]}',
    "escapes": '{"a":"\\b\\t\\n\\f\\r\\"\\\\/\\u001f"}',
    "decimal as text": '{"quantity":"12.500"}',
    "16 levels": '{"a":' + "[" * 15 + "]" * 15 + "}",
}

CANONICAL_REFUSED: dict[str, tuple[bytes, str]] = {
    "no object": (b"[1]", "not_an_object"),
    "empty": (b"", "not_json"),
    "byte order mark": (b"\xef\xbb\xbf{}", "not_json"),
    "trailing newline": (b"{}\n", "not_canonical"),
    "white space": (b'{"a": 1}', "not_canonical"),
    "unsorted keys": (b'{"b":1,"a":2}', "not_canonical"),
    "duplicate key": (b'{"a":1,"a":1}', "duplicate_key"),
    "upper-case key": (b'{"A":1}', "bad_key"),
    "empty key": (b'{"":1}', "bad_key"),
    "key beyond ASCII": ('{"chè":1}'.encode(), "bad_key"),
    "float": (b'{"a":1.0}', "not_an_integer"),
    "exponent": (b'{"a":1e5}', "not_an_integer"),
    "NaN": (b'{"a":NaN}', "not_an_integer"),
    "Infinity": (b'{"a":-Infinity}', "not_an_integer"),
    "minus zero": (b'{"a":-0}', "not_canonical"),
    "leading zero": (b'{"a":01}', "not_json"),
    "2^53": (b'{"a":9007199254740992}', "integer_too_large"),
    "5,000 digits": (b'{"a":' + b"9" * 5000 + b"}", "integer_too_large"),
    "needless escape": (b'{"a":"\\u0041"}', "not_canonical"),
    "escaped slash": (b'{"a":"\\/"}', "not_canonical"),
    "upper-case hex escape": (b'{"a":"\\u001F"}', "not_canonical"),
    "U+0000": (b'{"a":"\\u0000"}', "bad_character"),
    "lone surrogate": (b'{"a":"\\ud800"}', "bad_character"),
    "surrogate bytes": (b'{"a":"\xed\xa0\x80"}', "not_utf8"),
    "not NFC": ('{"a":"Che\u0300"}'.encode(), "not_nfc"),
    "17 levels": (b'{"a":' + b"[" * 16 + b"]" * 16 + b"}", "too_deep"),
    "recursion bomb": (b"[" * 16000, "too_deep"),
    "too long": (b'{"a":"' + b"x" * 16384 + b'"}', "too_long"),
}


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _tree(size: int) -> tuple[list[bytes], dict[tuple[int, int], bytes]]:
    leaves = [merkle.leaf_hash(bytes([i])) for i in range(size)]
    grown = merkle.CompactRange()
    nodes: dict[tuple[int, int], bytes] = {}
    for index, leaf in enumerate(leaves):
        levels = merkle.new_complete_nodes(index)
        for level, value in zip(levels, grown.append(leaf), strict=True):
            nodes[level, index >> level] = value
    return leaves, nodes


def canonical_vectors() -> dict[str, Any]:
    """Payloads that are their own canonical form, and payloads with the code of their refusal."""
    return {
        "ok": [{"what": what, "payload": text} for what, text in CANONICAL_OK.items()],
        "refused": [
            {"what": what, "payload_b64": _b64(payload), "code": code}
            for what, (payload, code) in CANONICAL_REFUSED.items()
        ],
    }


def entry_vectors() -> dict[str, Any]:
    """One statement from its fields to its stored bytes and its id."""
    key = Ed25519PrivateKey.from_private_bytes(STATION_SEED)
    public = key.public_key().public_bytes_raw()
    payload = canonical.encode(STATEMENT)
    signed = entry.pae(entry.PAYLOAD_TYPE, payload)
    made = entry.make_entry(payload, entry.keyid_of(public), key.sign(signed))
    return {
        "seed": STATION_SEED.hex(),
        "public_key": public.hex(),
        "statement": STATEMENT,
        "payload": payload.decode(),
        "keyid": made.keyid.hex(),
        "signature": made.signature.hex(),
        "entry_b64": _b64(made.raw),
        "id": made.id.hex(),
    }


def label_vectors() -> dict[str, Any]:
    """Payloads of `labels-issued` with and without `law`, and what `law` may not be."""
    body = {"lot": {"item": "08938501000125", "code": "P1"}, "tag": "A2", "first": 1, "count": 20}
    law = {"rules": "vn-2026", "warnings": ["ingredients-missing", "marks-small"]}
    wrong: dict[str, Any] = {
        "null": None,
        "text": "vn-2026",
        "no warnings": {"rules": "vn-2026"},
        "no rules": {"warnings": []},
        "one field more": {**law, "errors": []},
        "space in a code": {"rules": "vn 2026", "warnings": []},
        "code too long": {"rules": "v" * 33, "warnings": []},
        "warning empty": {"rules": "vn-2026", "warnings": [""]},
        "41 warnings": {"rules": "vn-2026", "warnings": ["w"] * 41},
    }

    def payload(of: dict[str, Any]) -> str:
        labels = {**STATEMENT, "type": "labels-issued", "party": "CTY-B", "body": of}
        return canonical.encode(labels).decode()

    return {
        "ok": [
            {"what": "without law", "payload": payload(body)},
            {"what": "no warning", "payload": payload({**body, "law": {**law, "warnings": []}})},
            {"what": "two warnings", "payload": payload({**body, "law": law})},
        ],
        "refused": [
            {"what": what, "payload": payload({**body, "law": one}), "code": "field-wrong"}
            for what, one in wrong.items()
        ],
    }


def merkle_vectors() -> dict[str, Any]:
    """Roots of the trees over the leaves 00, 01, 02 ...; every proof between the sizes 0 to 20."""
    leaves, nodes = _tree(TREE_SIZES - 1)

    def node(level: int, index: int) -> bytes:
        return nodes[level, index]

    return {
        "roots": [merkle.root_of(leaves[:size]).hex() for size in range(TREE_SIZES)],
        "inclusion": [
            {
                "index": index,
                "size": size,
                "proof": [value.hex() for value in merkle.inclusion_proof(index, size, node)],
            }
            for size in range(1, TREE_SIZES)
            for index in range(size)
        ],
        "consistency": [
            {
                "size1": first,
                "size2": size,
                "proof": [value.hex() for value in merkle.consistency_proof(first, size, node)],
            }
            for size in range(1, TREE_SIZES)
            for first in range(1, size + 1)
        ],
    }


def note_vectors() -> dict[str, Any]:
    """A checkpoint, its note, the same with a cosignature, and a tlog-proof."""
    log = Ed25519PrivateKey.from_private_bytes(LOG_SEED)
    witness = Ed25519PrivateKey.from_private_bytes(WITNESS_SEED)
    log_key = NoteKey(LOG_NAME, PublicKey(log.public_key().public_bytes_raw()))
    witness_key = NoteKey(
        WITNESS_NAME, PublicKey(witness.public_key().public_bytes_raw()), COSIGNATURE
    )
    leaves, nodes = _tree(11)
    body = Checkpoint(LOG_NAME, 11, merkle.root_of(leaves)).format()
    note = sign_note(body, LOG_NAME, log)
    cosigned = cosign_note(note, WITNESS_NAME, witness, WITNESS_TIME)
    hashes = merkle.inclusion_proof(7, 11, lambda level, index: nodes[level, index])
    return {
        "log_seed": LOG_SEED.hex(),
        "log_key": log_key.format(),
        "witness_seed": WITNESS_SEED.hex(),
        "witness_key": witness_key.format(),
        "witness_time": WITNESS_TIME,
        "checkpoint": body,
        "note": note,
        "cosigned_note": cosigned,
        "leaf_hash": leaves[7].hex(),
        "tlog_proof": TlogProof(None, 7, tuple(hashes), cosigned).format(),
        "tlog_proof_extra": TlogProof(b"extra", 7, tuple(hashes), cosigned).format(),
    }


def files() -> dict[str, str]:
    """Return file name -> text of every vector file."""
    made = {
        "canonical.json": canonical_vectors(),
        "entry.json": entry_vectors(),
        "merkle.json": merkle_vectors(),
        "note.json": note_vectors(),
        "labels.json": label_vectors(),
        "index.json": index_vectors(),
    }
    return {
        name: json.dumps(value, ensure_ascii=False, indent=1) + "\n" for name, value in made.items()
    }


def pinned(name: str) -> dict[str, Any]:
    """Return the pinned vectors in the file `name`."""
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text("utf-8"))
    return loaded


if __name__ == "__main__":
    for file_name, text in files().items():
        (FOLDER / file_name).write_text(text, "utf-8")
