"""The seal in a label's address: a station's signature that a phone checks without a network.

`HTTPS://HOST/01/{gtin14}/10/{lot}/21/{serial}?S={digits}` (docs/format.md, section 18). Digits, because
a QR code packs them best (3.33 bits a digit, so 547 bits for 68 bytes where base64 takes 728), and
because no keyboard of a scanner and no change of case spoils them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from ledger.verify.signature import PublicKey
from ledger.verify.wording import Refusal

SEAL_NAME = "S"
HINT_BYTES = 4
SIGNATURE_BYTES = 64
SEAL_DIGITS = 164  # the fewest that hold 68 bytes
_DOMAIN = b"ocop-ledger/label/v1\n"
_MOST_OF_PART = 200
_PART = re.compile(rf"[\x21-\x7e]{{1,{_MOST_OF_PART}}}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{164}", re.ASCII)
_LEAST_BEYOND = 1 << 8 * (HINT_BYTES + SIGNATURE_BYTES)


class SealRefused(Refusal):
    """The seal of a label's address is none."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "seal-length": (
            "The seal in the code has {found} characters where exactly 164 digits were expected; scan "
            "the whole code again.",
            "Chữ ký trong mã có {found} ký tự trong khi cần đúng 164 chữ số; hãy quét lại toàn bộ mã.",
        ),
        "seal-range": (
            "The seal in the code is a number too large to be one; it was altered or mistyped.",
            "Chữ ký trong mã là số lớn quá mức có thể có; mã đã bị sửa hoặc gõ sai.",
        ),
        "seal-part": (
            "{found} cannot stand in what a label's seal covers; one line of at most {most} printable "
            "ASCII characters was expected.",
            "{found} không thể nằm trong nội dung mà chữ ký trên tem bao trùm; cần một dòng tối đa "
            "{most} ký tự ASCII in được.",
        ),
    }


@dataclass(frozen=True, slots=True)
class LabelSeal:
    """`hint`: the first 4 bytes of the key id of whoever signed; `signature`: Ed25519, 64 bytes."""

    hint: bytes
    signature: bytes

    @classmethod
    def read(cls, text: str) -> LabelSeal:
        """The seal that 164 digits spell. Raises SealRefused; one seal has one text."""
        if _DIGITS.fullmatch(text) is None:
            raise SealRefused("seal-length", found=len(text))
        number = int(text)
        if number >= _LEAST_BEYOND:
            raise SealRefused("seal-range")
        raw = number.to_bytes(HINT_BYTES + SIGNATURE_BYTES, "big")
        return cls(raw[:HINT_BYTES], raw[HINT_BYTES:])

    @property
    def text(self) -> str:
        """164 digits: hint and signature as one big-endian number."""
        return f"{int.from_bytes(self.hint + self.signature, 'big'):0{SEAL_DIGITS}d}"

    def hints_at(self, public: PublicKey) -> bool:
        """Whether this key may be the one; 4 bytes are no proof."""
        return public.keyid[:HINT_BYTES] == self.hint

    def made_by(self, public: PublicKey, message: bytes) -> bool:
        """Whether this key signed `message` (see `sealed_bytes`), and the hint is its own."""
        return self.hints_at(public) and public.accepts(self.signature, message)


def sealed_bytes(origin: str, gtin14: str, lot_code: str, serial: str) -> bytes:
    """What a station signs for one label: which ledger, product, lot and serial, a line each.

    Not the host: a label stays good when its resolver moves. Raises SealRefused for a part that
    would make two labels one.
    """
    for part in (origin, gtin14, lot_code, serial):
        if _PART.fullmatch(part) is None:
            raise SealRefused("seal-part", found=part, most=_MOST_OF_PART)
    return _DOMAIN + "".join(f"{part}\n" for part in (origin, gtin14, lot_code, serial)).encode()
