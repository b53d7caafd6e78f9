"""The printer's own QR symbols, by the `qrcode` library: version and mask are its choice."""

from __future__ import annotations

import qrcode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

_LEVELS = {48: ERROR_CORRECT_L, 49: ERROR_CORRECT_M, 50: ERROR_CORRECT_Q, 51: ERROR_CORRECT_H}


def qr_rows(text: bytes, level: int, module_dots: int) -> list[bytes]:
    """The symbol without quiet zone as packed rows of dots, [] for a text that fits none.

    `level` is 48 to 51 for L, M, Q, H as in GS ( k function 69.
    """
    code = qrcode.QRCode(error_correction=_LEVELS.get(level, ERROR_CORRECT_L), border=0)
    # One segment in the densest mode for the whole text, as simple firmware does it.
    code.add_data(text, optimize=0)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        return []
    rows: list[bytes] = []
    for line in code.modules:
        bits = "".join(("1" if dark else "0") * module_dots for dark in line)
        packed = int(bits + "0" * (-len(bits) % 8), 2).to_bytes((len(bits) + 7) // 8, "big")
        rows.extend([packed] * module_dots)
    return rows
