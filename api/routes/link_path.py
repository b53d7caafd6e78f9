"""The path of a label's address, read from the raw bytes so that `%2F` stays inside a lot code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import unquote_to_bytes

from ledger.domain.codes import Gtin, LotCode
from ledger.domain.errors import DomainError

LONGEST_PATH = 512


class PathRefused(DomainError):
    """An address below /01/ that no label of ours carries."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "not-a-label": (
            "The address “{found}” is not /01/GTIN/10/LOT with or without /21/SERIAL; scan the"
            " label again.",
            "Địa chỉ “{found}” không có dạng /01/GTIN/10/LÔ, có hoặc không có /21/SỐ-TEM; hãy quét"
            " lại tem.",
        ),
    }


@dataclass(frozen=True, slots=True)
class LabelPath:
    """GTIN as 14 digits, lot code, and the serial as scanned (unchecked) or None."""

    gtin14: str
    lot: str
    serial: str | None


def read_label_path(raw_path: bytes) -> LabelPath:
    """Read `/01/{gtin}/10/{lot}[/21/{serial}]`; DomainError for anything else.

    GTINs of 8, 12, 13 and 14 digits are taken, as GS1 Digital Link asks of a resolver.
    """
    try:
        text = raw_path.decode("ascii")
        parts = text.split("/")
        if "%" in text:
            parts = [unquote_to_bytes(part).decode("ascii") for part in parts]
    except UnicodeDecodeError:
        raise PathRefused("not-a-label", found=raw_path[:80]) from None
    if parts[-1] == "":
        parts.pop()
    if len(text) > LONGEST_PATH or len(parts) not in (5, 7) or parts[3] != "10":
        raise PathRefused("not-a-label", found=text)
    serial = None
    if len(parts) == 7:
        if parts[5] != "21" or not 1 <= len(parts[6]) <= 20:
            raise PathRefused("not-a-label", found=text)
        serial = parts[6]
    return LabelPath(Gtin(parts[2]).gtin14, LotCode(parts[4]).text, serial)
