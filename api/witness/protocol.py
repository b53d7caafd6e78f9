"""C2SP tlog-witness on the wire: the body of `add-checkpoint`, written and read."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.verify.checkpoint import strict_decimal
from ledger.verify.merkle import HASH_BYTES
from ledger.verify.note import strict_base64

MOST_BODY = 64 * 1024
MOST_PROOF = 63
PATH = "/add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"


class Malformed(ValueError):
    """A body that is no add-checkpoint request; its text says what is wrong."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: size of the checkpoint co-signed last, consistency proof, the new checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    @classmethod
    def parse(cls, body: bytes) -> AddCheckpoint:
        """Read a request; raises Malformed. The note is not looked at."""
        try:
            head, blank, note = body.decode("utf-8").partition("\n\n")
        except UnicodeError:
            raise Malformed("the body is not UTF-8") from None
        first, *hashes = head.split("\n")
        if not blank or not note:
            raise Malformed("no empty line with a checkpoint after it")
        if len(hashes) > MOST_PROOF:
            raise Malformed(f"more than {MOST_PROOF} consistency proof lines")
        word, space, size = first.partition(" ")
        try:
            if (word, space) != ("old", " "):
                raise Malformed("the first line is not “old” and a size")
            old = strict_decimal(size)
            proof = tuple(strict_base64(one) for one in hashes)
        except Malformed:
            raise
        except ValueError:
            raise Malformed("a size or hash line is not in its one spelling") from None
        if any(len(one) != HASH_BYTES for one in proof):
            raise Malformed("a consistency proof line is not a 32-byte hash")
        return cls(old, proof, note)

    def format(self) -> bytes:
        """The request's body."""
        lines = [f"old {self.old}", *_lines(self.proof)]
        return ("\n".join(lines) + "\n\n" + self.note).encode()


def _lines(proof: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode("ascii") for one in proof]
