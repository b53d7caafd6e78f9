"""The completeness index as a map: a compact sparse Merkle tree (docs/format.md, section 17).

Keys are of 256 bits out of SHA-256, and bit i of a key, the most significant first, chooses the child at depth
i. A subtree without a leaf is EMPTY, one with exactly one leaf is that leaf's hash, any other is the
hash of its two halves: so a map of n rows is about log2(n) deep, and each key has one place in it,
whose content a short proof shows, be it a value or nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from ledger.verify import canonical
from ledger.verify.wording import Refusal

HASH_BYTES = 32
KEY_BITS = 256
OWNER_BYTES = 2
EMPTY = bytes(HASH_BYTES)
"""Of a subtree without a leaf; no hash of anything that is known."""

Other = tuple[bytes, bytes]
"""(key, value digest) of the one leaf that stands where an absent key would."""


class MapRefused(Refusal):
    """A proof of a row of the completeness index does not show what it should."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "map-hash-length": (
            "The proof of an index row holds a hash of {found} bytes instead of 32; fetch it again.",
            "Bằng chứng của một dòng mục lục có giá trị băm dài {found} byte thay vì 32; hãy lấy lại.",
        ),
        "map-path-length": (
            "The proof of an index row has {found} hashes, and at most {expected} are possible; "
            "fetch it again.",
            "Bằng chứng của một dòng mục lục có {found} giá trị băm, nhiều nhất chỉ có thể là "
            "{expected}; hãy lấy lại.",
        ),
        "map-not-compact": (
            "The proof of an index row begins with an empty place, which no map has there; it was "
            "made up, so do not rely on it.",
            "Bằng chứng của một dòng mục lục bắt đầu bằng chỗ trống mà không mục lục nào có; nó là "
            "bịa đặt, đừng tin vào nó.",
        ),
        "map-other-elsewhere": (
            "The row shown in place of the missing one does not stand there; the proof was made up.",
            "Dòng nêu ra thay cho dòng không có lại không nằm ở chỗ đó; bằng chứng là bịa đặt.",
        ),
    }


def row_key(parts: Sequence[str]) -> bytes:
    """Key of a row (32 bytes): where it stands in the map.

    `parts` are kind, owner, and what it is about: ("lot", item, lot code). The first two bytes are
    those of the owner's SHA-256, the others those of the SHA-256 of the whole name: rows of one owner
    stand side by side, and a proof of several of them shares most of its hashes.
    """
    owner = hashlib.sha256(parts[1].encode()).digest()
    return owner[:OWNER_BYTES] + hashlib.sha256(row_name(parts)).digest()[OWNER_BYTES:]


def row_name(parts: Sequence[str]) -> bytes:
    """A row's name, a JSON list of strings in RFC 8785 form: the bytes that are hashed.

    The parts are ASCII without control characters, quotes and backslashes, as all codes of format v1
    are, so that no two serialisers differ. Rows are put in order by it.
    """
    return json.dumps(list(parts), ensure_ascii=False, separators=(",", ":")).encode()


def value_digest(value: Mapping[str, object]) -> bytes:
    """SHA-256 (32 bytes) of a row's value in RFC 8785 form."""
    return hashlib.sha256(canonical.encode(value)).digest()


def leaf_hash(key: bytes, digest: bytes) -> bytes:
    """Hash of the leaf of a key (32 bytes) whose value has this digest (32 bytes)."""
    return hashlib.sha256(b"\x00" + key + digest).digest()


def branch_hash(left: bytes, right: bytes) -> bytes:
    """Hash of a subtree of at least two leaves, of those of its halves."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def bit(key: bytes, depth: int) -> int:
    """Which child of a node at `depth` leads to the key: 0 left, 1 right."""
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


def shared_bits(one: bytes, other: bytes) -> int:
    """How many leading bits two keys have in common."""
    return KEY_BITS - (int.from_bytes(one) ^ int.from_bytes(other)).bit_length()


def root_of_proof(
    key: bytes, digest: bytes | None, path: Sequence[bytes], other: Other | None = None
) -> bytes:
    """Root of the map that a proof leads to; it proves its row when that is the committed root.

    Args:
        key: of the row, 32 bytes.
        digest: of its value, 32 bytes; None to show that the map has no such row.
        path: hashes of the siblings from the leaf upwards, EMPTY among them.
        other: only without `digest`: the one leaf that stands at the place, if there is one.

    Raises:
        MapRefused: no map gives such a proof.
    """
    for one in (key, digest, *path, *(other or ())):
        if one is not None and len(one) != HASH_BYTES:
            raise MapRefused("map-hash-length", found=len(one))
    depth = len(path)
    if depth > KEY_BITS:
        raise MapRefused("map-path-length", found=depth, expected=KEY_BITS)
    if path and path[0] == EMPTY:
        # A leaf beside nothing would stand one higher, and so would a place beside nothing.
        raise MapRefused("map-not-compact")
    node = EMPTY
    if digest is not None:
        if other is not None:
            raise MapRefused("map-other-elsewhere")
        node = leaf_hash(key, digest)
    elif other is not None:
        if other[0] == key or shared_bits(key, other[0]) < depth:
            raise MapRefused("map-other-elsewhere")
        node = leaf_hash(*other)
    for at, sibling in zip(range(depth - 1, -1, -1), path, strict=True):
        node = branch_hash(sibling, node) if bit(key, at) else branch_hash(node, sibling)
    return node


class SparseMap:
    """A map in memory, made by the definition alone: what faster ones are tested by."""

    def __init__(self, leaves: Mapping[bytes, bytes] | None = None) -> None:
        """`leaves` maps keys to value digests, 32 bytes each."""
        self._leaves = dict(leaves or {})

    def __len__(self) -> int:
        return len(self._leaves)

    def put(self, key: bytes, digest: bytes) -> None:
        """Give a row this value."""
        self._leaves[key] = digest

    def root(self) -> bytes:
        """Root over all rows."""
        return _root(sorted(self._leaves.items()), 0)

    def proof(self, key: bytes) -> tuple[bytes | None, tuple[bytes, ...], Other | None]:
        """(value digest or None, path, other) for `root_of_proof`."""
        path: list[bytes] = []
        leaves = sorted(self._leaves.items())
        while len(leaves) > 1:
            left, right = _halves(leaves, len(path))
            leaves, beside = (right, left) if bit(key, len(path)) else (left, right)
            path.append(_root(beside, len(path) + 1))
        path.reverse()
        if not leaves:
            return None, tuple(path), None
        (found, digest) = leaves[0]
        return (digest, tuple(path), None) if found == key else (None, tuple(path), (found, digest))


_Leaves = Iterable[tuple[bytes, bytes]]


def _halves(leaves: _Leaves, depth: int) -> tuple[list[Other], list[Other]]:
    left: list[Other] = []
    right: list[Other] = []
    for leaf in leaves:
        (right if bit(leaf[0], depth) else left).append(leaf)
    return left, right


def _root(leaves: list[Other], depth: int) -> bytes:
    if len(leaves) < 2:
        return leaf_hash(*leaves[0]) if leaves else EMPTY
    left, right = _halves(leaves, depth)
    return branch_hash(_root(left, depth + 1), _root(right, depth + 1))
