"""Merkle tree hashing and proofs: RFC 6962 section 2.1, verification as in RFC 9162.

Trees are named by their size (number of leaves); indices count from 0. A *complete* node
(level, index) covers the leaves [index * 2^level, (index + 1) * 2^level) and never changes once
those exist, so a store may keep complete nodes in a plain table; everything else is computed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import ClassVar

from ledger.verify.wording import Refusal

HASH_BYTES = 32
# C2SP tlog-tiles and RFC 6962 hold sizes in 64 bits, databases in 63.
MAX_SIZE = 2**63 - 1

Node = Callable[[int, int], bytes]


class ProofRefused(Refusal):
    """A Merkle proof, or the text that carries one, does not show what it should."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "hash_length": (
            "A {what} has {found} bytes instead of 32; fetch the proof again.",
            "Giá trị băm ({what}) có {found} byte thay vì 32; hãy lấy lại bằng chứng.",
        ),
        "index_outside": (
            "Leaf {index} does not exist in a tree of {size} leaves; ask for a proof in a newer"
            " checkpoint.",
            "Lá số {index} không có trong cây {size} lá; hãy xin bằng chứng theo điểm niêm phong"
            " mới hơn.",
        ),
        "sizes": (
            "Sizes {size1} and {size2} cannot be compared; the first must be from 1 up to the"
            " second, so ask for a proof between other checkpoints.",
            "Không so sánh được kích thước {size1} và {size2}; số thứ nhất phải từ 1 đến số thứ"
            " hai, hãy xin bằng chứng giữa hai điểm niêm phong khác.",
        ),
        "proof_length": (
            "The proof has {found} hashes where {expected} are needed; it was cut or lengthened,"
            " fetch it again.",
            "Bằng chứng có {found} giá trị băm trong khi cần {expected}; nó đã bị cắt hoặc nối"
            " thêm, hãy lấy lại.",
        ),
        "not_included": (
            "The proof for leaf {index} does not lead to the sealed root of {size} leaves; the"
            " entry is not in this log, so do not rely on it.",
            "Bằng chứng của lá số {index} không dẫn tới gốc đã niêm phong của {size} lá; bản ghi"
            " không có trong sổ này, đừng tin vào nó.",
        ),
        "not_consistent": (
            "The tree of {size2} leaves does not continue the tree of {size1}; the log was"
            " rewritten, so keep both checkpoints and report it.",
            "Cây {size2} lá không nối tiếp cây {size1} lá; sổ đã bị ghi lại, hãy giữ cả hai điểm"
            " niêm phong và báo cáo.",
        ),
        "text_too_long": (
            "The proof text has {found} bytes; at most {limit} are allowed, so fetch it again.",
            "Văn bản bằng chứng có {found} byte; chỉ cho phép tối đa {limit}, hãy lấy lại.",
        ),
        "text_not_utf8": (
            "The proof text is not UTF-8; fetch it again without converting it.",
            "Văn bản bằng chứng không phải UTF-8; hãy lấy lại mà không chuyển mã.",
        ),
        "header": (
            "The first line is “{found}” instead of c2sp.org/tlog-proof@v1; give a tlog-proof"
            " file.",
            "Dòng đầu là “{found}” thay vì c2sp.org/tlog-proof@v1; hãy đưa tệp tlog-proof.",
        ),
        "extra": (
            "The extra line “{found}” is not non-empty standard base64; fetch the proof again.",
            "Dòng extra “{found}” không phải base64 chuẩn và không rỗng; hãy lấy lại bằng chứng.",
        ),
        "index_line": (
            "The line “{found}” is not “index” and a decimal without leading zeros; fetch the"
            " proof again.",
            "Dòng “{found}” không phải “index” và một số thập phân không có số 0 ở đầu; hãy lấy"
            " lại bằng chứng.",
        ),
        "hash_line": (
            "The line “{found}” is not the base64 form of a 32-byte hash; fetch the proof again.",
            "Dòng “{found}” không phải dạng base64 của giá trị băm 32 byte; hãy lấy lại bằng"
            " chứng.",
        ),
        "too_many_hashes": (
            "The proof has more than {limit} hash lines, which no tree needs; fetch it again.",
            "Bằng chứng có hơn {limit} dòng băm, không cây nào cần đến; hãy lấy lại.",
        ),
        "no_checkpoint": (
            "No checkpoint follows the hashes; expected an empty line and a signed checkpoint, so"
            " fetch the proof again.",
            "Không có điểm niêm phong sau các giá trị băm; cần một dòng trống rồi điểm niêm phong"
            " có chữ ký, hãy lấy lại bằng chứng.",
        ),
    }


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ entry), 32 bytes: RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right), 32 bytes: RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


EMPTY_ROOT = hashlib.sha256(b"").digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root (32 bytes) over the given leaf hashes; EMPTY_ROOT over none."""
    if not leaf_hashes:
        return EMPTY_ROOT
    level = list(leaf_hashes)
    while len(level) > 1:
        # An odd last node moves up unchanged: the same tree as RFC 6962's split at a power of 2.
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)] + odd
    return level[0]


class CompactRange:
    """The O(log n) state of a growing tree: the roots of its complete subtrees, widest first.

    `CompactRange.at(size, node)` resumes from a store of complete nodes.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._peaks: list[bytes] = []

    @classmethod
    def at(cls, size: int, node: Node) -> CompactRange:
        """Return the state after `size` leaves; `node(level, index)` gives complete nodes."""
        check_size(size)
        resumed = cls()
        resumed._size = size
        resumed._peaks = [node(level, index) for level, index in complete_nodes_of(0, size)]
        return resumed

    @property
    def size(self) -> int:
        """Number of leaves appended so far."""
        return self._size

    def append(self, leaf: bytes) -> list[bytes]:
        """Append a leaf hash; return the hashes of the nodes it completes, level 0 first.

        They belong to `new_complete_nodes(index)` level by level. Raises ProofRefused when
        `leaf` is not 32 bytes.
        """
        if len(leaf) != HASH_BYTES:
            raise ProofRefused("hash_length", what="leaf", found=len(leaf))
        completed = [leaf]
        rest = self._size
        while rest & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            completed.append(leaf)
            rest >>= 1
        self._peaks.append(leaf)
        self._size += 1
        return completed

    def root(self) -> bytes:
        """Return the root of the leaves appended so far (EMPTY_ROOT when there are none)."""
        return _fold(self._peaks)


TreeHead = CompactRange


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Return when `proof` shows leaf hash `leaf` at `index` under `root` of `size` leaves.

    RFC 9162 section 2.1.3.2. Raises ProofRefused. A node passed as a leaf is not told apart here:
    `leaf` must come from `leaf_hash` of the entry's bytes, never from the proof's sender.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofRefused("index_outside", index=index, size=size)
    _check_hashes(proof, leaf=leaf, root=root)
    expected = len(_sibling_ranges(index, size))
    if len(proof) != expected:
        raise ProofRefused("proof_length", found=len(proof), expected=expected)
    position, last, found = index, size - 1, leaf
    for sibling in proof:
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        position >>= 1
        last >>= 1
    if found != root:
        raise ProofRefused("not_included", index=index, size=size)


def verify_consistency(
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes
) -> None:
    """Return when `proof` shows that the tree (size2, root2) continues the tree (size1, root1).

    RFC 9162 section 2.1.4.2. Raises ProofRefused. size1 = 0 is refused: every tree continues the
    empty one, so such a proof would say nothing while looking like evidence.
    """
    if not 1 <= size1 <= size2 <= MAX_SIZE:
        raise ProofRefused("sizes", size1=size1, size2=size2)
    expected = len(_consistency_ranges(size1, size2))
    if len(proof) != expected:
        raise ProofRefused("proof_length", found=len(proof), expected=expected)
    if size1 == size2:
        # Nothing is hashed, so the length of the roots is not looked at: a published vector
        # (sizes-are-equal-one-and-proof-is-empty) has roots that are no hashes.
        if root1 != root2:
            raise ProofRefused("not_consistent", size1=size1, size2=size2)
        return
    _check_hashes(proof, root1=root1, root2=root2)
    path = list(proof)
    if size1 & (size1 - 1) == 0:
        # The first tree is itself a complete subtree; its root opens the path instead of a hash.
        path.insert(0, root1)
    position, last = size1 - 1, size2 - 1
    while position & 1:
        position >>= 1
        last >>= 1
    first = second = path[0]
    for sibling in path[1:]:
        if position & 1 or position == last:
            first = node_hash(sibling, first)
            second = node_hash(sibling, second)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        position >>= 1
        last >>= 1
    if first != root1 or second != root2:
        raise ProofRefused("not_consistent", size1=size1, size2=size2)


def inclusion_nodes(index: int, size: int) -> list[tuple[int, int]]:
    """Return the complete nodes (level, index) that `inclusion_proof` will ask for, in order.

    A store can fetch them in one query. There are at most about 2 * log2(size) of them, because
    the sibling at the right edge of the tree is folded from several.
    """
    _check_index(index, size)
    return [node for lo, hi in _sibling_ranges(index, size) for node in complete_nodes_of(lo, hi)]


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """Return the inclusion proof (leaf to root) of leaf `index` in the tree of `size` leaves.

    RFC 6962 section 2.1.1. `node(level, index)` gives the 32-byte hash of a complete subtree.
    Raises ProofRefused when the leaf lies outside the tree.
    """
    _check_index(index, size)
    return [_range_hash(lo, hi, node) for lo, hi in _sibling_ranges(index, size)]


def consistency_proof(size1: int, size2: int, node: Node) -> list[bytes]:
    """Return the proof that the tree of size2 leaves continues that of size1 (1 <= size1 <= size2).

    RFC 6962 section 2.1.2. `node` as in `inclusion_proof`. Raises ProofRefused on other sizes.
    """
    if not 1 <= size1 <= size2 <= MAX_SIZE:
        raise ProofRefused("sizes", size1=size1, size2=size2)
    return [_range_hash(lo, hi, node) for lo, hi in _consistency_ranges(size1, size2)]


def root_from_nodes(size: int, node: Node) -> bytes:
    """Return the root of the first `size` leaves out of complete nodes (EMPTY_ROOT for 0)."""
    check_size(size)
    return _range_hash(0, size, node)


def new_complete_nodes(index: int) -> list[int]:
    """Return the levels of the nodes that appending leaf `index` completes, from 0 upwards.

    At level v the completed node is (v, index >> v); there are as many as index + 1 has trailing
    zero bits, and one for the leaf itself.
    """
    after = index + 1
    return list(range((after & -after).bit_length()))


def _sibling_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The leaf ranges [lo, hi) beside the path from leaf `index` to the root, leaf first."""
    ranges: list[tuple[int, int]] = []
    lo, hi = 0, size
    while hi - lo > 1:
        middle = lo + _split(hi - lo)
        if index < middle:
            ranges.append((middle, hi))
            hi = middle
        else:
            ranges.append((lo, middle))
            lo = middle
    return ranges[::-1]


def _consistency_ranges(size1: int, size2: int) -> list[tuple[int, int]]:
    """The leaf ranges of PROOF(size1, D[size2]) in the order of RFC 6962 section 2.1.2."""
    ranges: list[tuple[int, int]] = []
    lo, hi = 0, size2
    while hi != size1:
        middle = lo + _split(hi - lo)
        if size1 <= middle:
            ranges.append((middle, hi))
            hi = middle
        else:
            ranges.append((lo, middle))
            lo = middle
    # SUBPROOF's flag b: the subtree at the left edge is the first tree, whose root is known.
    if lo:
        ranges.append((lo, hi))
    return ranges[::-1]


def _split(width: int) -> int:
    """The largest power of two below `width` (width >= 2)."""
    return 1 << ((width - 1).bit_length() - 1)


def complete_nodes_of(lo: int, hi: int) -> list[tuple[int, int]]:
    """The complete nodes that make up leaves [lo, hi), widest first; lo is aligned to the widest."""
    nodes: list[tuple[int, int]] = []
    while lo < hi:
        level = (hi - lo).bit_length() - 1
        nodes.append((level, lo >> level))
        lo += 1 << level
    return nodes


def _range_hash(lo: int, hi: int, node: Node) -> bytes:
    return _fold([node(level, index) for level, index in complete_nodes_of(lo, hi)])


def _fold(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    found = peaks[-1]
    for left in reversed(peaks[:-1]):
        found = node_hash(left, found)
    return found


def _check_hashes(proof: Sequence[bytes], **named: bytes) -> None:
    for what, value in named.items():
        if len(value) != HASH_BYTES:
            raise ProofRefused("hash_length", what=what, found=len(value))
    for value in proof:
        if len(value) != HASH_BYTES:
            raise ProofRefused("hash_length", what="proof", found=len(value))


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofRefused("index_outside", index=index, size=size)


def check_size(size: int) -> None:
    """Raise ProofRefused unless a tree can have `size` leaves."""
    if not 0 <= size <= MAX_SIZE:
        raise ProofRefused("sizes", size1=size, size2=MAX_SIZE)
