"""GS ( k: the printer draws the QR code itself (public ESC/POS reference, cn = 49)."""

from __future__ import annotations

from functools import lru_cache

from qrcode import QRCode, constants, util

from printers.design.laid import QrPatch
from printers.design.template_parts import Level
from printers.errors import EncodingError

_GS = b"\x1d"
_LEVELS: dict[Level, tuple[int, int]] = {
    "L": (48, constants.ERROR_CORRECT_L),
    "M": (49, constants.ERROR_CORRECT_M),
    "Q": (50, constants.ERROR_CORRECT_Q),
    "H": (51, constants.ERROR_CORRECT_H),
}
_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def draw_qr(qr: QrPatch) -> list[bytes]:
    """Commands that draw the code `qr.x` dots from the left edge and feed by its height.

    The printer leaves no quiet zone by itself; the template keeps it. GS L holds for this symbol
    only and is set back.
    """
    level = _LEVELS[qr.level][0]
    data = qr.text.encode("ascii")
    size = len(data) + 3
    return [
        _GS + b"L" + qr.x.to_bytes(2, "little"),
        _function(65, b"\x32\x00"),  # model 2
        _function(67, bytes([qr.module_dots])),
        _function(69, bytes([level])),
        _GS + b"(k" + size.to_bytes(2, "little") + b"\x31\x50\x30" + data,
        _function(81, b"\x30"),
        _GS + b"L\x00\x00",
    ]


def require_same_size(qr: QrPatch) -> None:
    """Raise EncodingError where the printer's code may differ in size from the template's.

    The printer chooses the mode by itself; text of the alphanumeric set has one densest mode, so
    its version is known, and then it must be the one that the template was laid out with.
    """
    if set(qr.text) <= _ALPHANUMERIC:
        version = _version(len(qr.text), qr.level)
        if version == qr.version:
            return
    raise EncodingError("encoding.changes-qr-size", version=qr.version)


@lru_cache(maxsize=256)
def _version(length: int, level: Level) -> int:
    code = QRCode(error_correction=_LEVELS[level][1])
    code.add_data(util.QRData("A" * length, mode=util.MODE_ALPHA_NUM))
    return int(code.best_fit(start=1))


def _function(number: int, parameters: bytes) -> bytes:
    size = len(parameters) + 2
    return _GS + b"(k" + size.to_bytes(2, "little") + b"\x31" + bytes([number]) + parameters
