"""The address in a label's QR code as an inspector reads it: what it says of the pack, and its seal.

Only the form that this system prints, and nothing is looked up: whoever resolves addresses reads them
in all their forms in `ledger/domain/digital_link.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from ledger.verify.label_seal import SEAL_NAME
from ledger.verify.wording import Refusal

LONGEST = 2048
_PART = r"[!\"$-.0->@-~]+"  # printable ASCII without # / ?
_ADDRESS = re.compile(
    rf"(?:http|https|HTTP|HTTPS)://{_PART}(?:/{_PART})*?/01/([0-9]{{14}})/10/({_PART})/21/({_PART})"
    r"(?:\?([!\"$-~]*))?(?:#[!-~]*)?"
)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})", re.ASCII)
_LOT = re.compile(r"[\x21-\x7e]{1,20}", re.ASCII)
_SERIAL = re.compile(
    r"([0-9A-HJKMNP-TV-Z]{2})(?:[0-9]{6}|[1-9][0-9]{6,8})[0-9A-HJKMNP-TV-Z]{4}", re.ASCII
)


class AddressRefused(Refusal):
    """The text is not the address of a label of this system."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "address-wrong": (
            "“{found}” is not the address of a label (https://HOST/01/GTIN/10/LOT/21/SERIAL); scan the "
            "code on the pack again.",
            "“{found}” không phải địa chỉ trên tem (https://MÁY-CHỦ/01/GTIN/10/LÔ/21/SỐ-TEM); hãy quét "
            "lại mã trên gói.",
        ),
        "seal-twice": (
            "The address carries more than one seal; a label has one, so this code was put together by "
            "somebody else.",
            "Địa chỉ mang nhiều chữ ký; tem thật chỉ có một, nên mã này do người khác ghép.",
        ),
    }


@dataclass(frozen=True, slots=True)
class LabelAddress:
    """GTIN of 14 digits, lot code, serial, and the digits of the seal (None: the label has none)."""

    gtin14: str
    lot_code: str
    serial: str
    seal: str | None

    @property
    def label(self) -> tuple[str, int]:
        """(station tag, counter) of the serial."""
        return self.serial[:2], int(self.serial[2:-4])

    @classmethod
    def read(cls, text: str) -> LabelAddress:
        """What was scanned, pasted or typed by a scanner. Raises AddressRefused."""
        stripped = text.strip(" \t\r\n")
        found = _ADDRESS.fullmatch(stripped) if len(stripped) <= LONGEST else None
        if found is None:
            raise AddressRefused("address-wrong", found=stripped)
        lot_code, serial = _unescaped(found[2]), _unescaped(found[3])
        if _LOT.fullmatch(lot_code) is None or _SERIAL.fullmatch(serial) is None:
            raise AddressRefused("address-wrong", found=stripped)
        pairs = [part.partition("=") for part in (found[4] or "").split("&")]
        seals = [value for name, _, value in pairs if name.upper() == SEAL_NAME]
        if len(seals) > 1:
            raise AddressRefused("seal-twice")
        return cls(found[1], lot_code, serial, seals[0] if seals else None)


def _unescaped(part: str) -> str:
    return _ESCAPE.sub(lambda one: chr(int(one[1], 16)), part)
