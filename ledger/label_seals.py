"""Sealing labels: a station's signature over what a label says of its pack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.signing import Signer
from ledger.verify.keys import KeyRecord
from ledger.verify.label_seal import (
    HINT_BYTES,
    SEAL_DIGITS,
    SEAL_NAME,
    LabelSeal,
    sealed_bytes,
)
from ledger.verify.wording import Refusal

Seal = Callable[[str, str, str], str]
"""(GTIN of 14 digits, lot code, serial) -> what is set behind the label's address."""


class SealingRefused(Refusal):
    """Labels with a seal cannot be made here."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "seal-key-ended": (
            "The station key of {party} has ended, and a seal by it would be worth nothing; set up the "
            "station's new key first, or choose a template without a seal.",
            "Khóa trạm của {party} đã hết hiệu lực nên chữ ký trên tem không còn giá trị; hãy cài khóa "
            "mới của trạm trước, hoặc chọn mẫu tem không có chữ ký.",
        ),
    }


@dataclass(frozen=True, slots=True)
class LabelSealer:
    """Seals labels of one ledger with one station's key."""

    origin: str
    private: Ed25519PrivateKey
    keyid: bytes

    @classmethod
    def of(cls, origin: str, signer: Signer, record: KeyRecord) -> LabelSealer:
        """The key is unlocked at once, so that a refusal comes before any serial is issued.

        Raises:
            SealingRefused: the key has ended.
            KeyFileError: `key-locked`, `passphrase-wrong`, `key-swapped`.
        """
        if record.ended is not None:
            raise SealingRefused("seal-key-ended", party=record.party)
        return cls(origin, signer.private, signer.keyid)

    def __call__(self, gtin14: str, lot_code: str, serial: str) -> str:
        """`?S=` and the seal's digits."""
        message = sealed_bytes(self.origin, gtin14, lot_code, serial)
        seal = LabelSeal(self.keyid[:HINT_BYTES], self.private.sign(message))
        return f"?{SEAL_NAME}={seal.text}"


def no_seal(_gtin14: str, _lot_code: str, _serial: str) -> str:
    """In the place of a seal where nothing is printed: as long, and good for nothing."""
    return f"?{SEAL_NAME}={'0' * SEAL_DIGITS}"
