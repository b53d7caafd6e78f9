"""C2SP tlog-proof@v1: one text that shows offline that an entry is in the log."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from ledger.verify.checkpoint import Checkpoint, open_checkpoint, strict_decimal
from ledger.verify.merkle import HASH_BYTES, MAX_SIZE, ProofRefused, verify_inclusion
from ledger.verify.note import MAX_NOTE, NoteKey, strict_base64

HEADER = "c2sp.org/tlog-proof@v1"
# A tree of less than 2^63 leaves has no longer path.
MAX_HASHES = 63
# One largest note, a largest path, and as much extra data as a note may have.
MAX_TEXT = 2 * MAX_NOTE + 4096


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Index (from 0), inclusion path (32 bytes each, leaf to root), and a signed checkpoint.

    extra: opaque bytes or None; nothing vouches for them. checkpoint_text: a signed note,
    verbatim and unchecked here. Raises ProofRefused.
    """

    extra: bytes | None
    index: int
    hashes: tuple[bytes, ...]
    checkpoint_text: str

    def __post_init__(self) -> None:
        if self.extra == b"":
            raise ProofRefused("extra", found="")
        if not 0 <= self.index <= MAX_SIZE:
            raise ProofRefused("index_line", found=self.index)
        if len(self.hashes) > MAX_HASHES:
            raise ProofRefused("too_many_hashes", limit=MAX_HASHES)
        for value in self.hashes:
            if len(value) != HASH_BYTES:
                raise ProofRefused("hash_length", what="proof", found=len(value))
        if not self.checkpoint_text.endswith("\n"):
            raise ProofRefused("no_checkpoint")

    @classmethod
    def parse(cls, text: str | bytes) -> TlogProof:
        """Return the proof that `text` spells, at most about 2 MiB; raises ProofRefused."""
        head, blank, checkpoint_text = _decoded(text).partition("\n\n")
        lines = head.split("\n", MAX_HASHES + 4)
        if lines[0] != HEADER:
            raise ProofRefused("header", found=lines[0])
        if not blank or not checkpoint_text:
            raise ProofRefused("no_checkpoint")
        rest = lines[1:]
        extra = None
        if rest and rest[0].startswith("extra "):
            extra = _extra(rest.pop(0))
        index = _index(rest.pop(0) if rest else "")
        if len(rest) > MAX_HASHES:
            raise ProofRefused("too_many_hashes", limit=MAX_HASHES)
        return cls(extra, index, tuple(_hash(line) for line in rest), checkpoint_text)

    def format(self) -> str:
        """Return the text; `parse` gives this proof back."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append("extra " + base64.b64encode(self.extra).decode("ascii"))
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(value).decode("ascii") for value in self.hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint_text


def verify_tlog_proof(
    proof_text: str | bytes, entry_leaf_hash: bytes, log_key: NoteKey
) -> Checkpoint:
    """Return the checkpoint under which the entry is shown to be in the log of `log_key`.

    entry_leaf_hash: 32 bytes, `leaf_hash` of the entry's own bytes (its id). Raises ProofRefused
    for the proof and its text, NoteRefused for the checkpoint in it. Witnesses are not counted.
    """
    proof = TlogProof.parse(proof_text)
    checkpoint = open_checkpoint(proof.checkpoint_text, log_key)
    verify_inclusion(entry_leaf_hash, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint


def _decoded(text: str | bytes) -> str:
    if len(text) > MAX_TEXT:
        raise ProofRefused("text_too_long", found=len(text), limit=MAX_TEXT)
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        raise ProofRefused("text_not_utf8") from None


def _extra(line: str) -> bytes:
    try:
        return strict_base64(line.removeprefix("extra "))
    except ValueError:
        raise ProofRefused("extra", found=line) from None


def _index(line: str) -> int:
    word, space, number = line.partition(" ")
    try:
        value = strict_decimal(number)
    except ValueError:
        raise ProofRefused("index_line", found=line) from None
    if word != "index" or not space:
        raise ProofRefused("index_line", found=line)
    return value


def _hash(line: str) -> bytes:
    try:
        value = strict_base64(line)
    except ValueError:
        raise ProofRefused("hash_line", found=line) from None
    if len(value) != HASH_BYTES:
        raise ProofRefused("hash_line", found=line)
    return value
