"""How long an ESC/POS command is, from its first bytes (public command reference)."""

from __future__ import annotations

# ESC, GS and DLE commands of a fixed length, the two bytes of their name included.
_FIXED = {
    b"\x1b@": 2, b"\x1b2": 2, b"\x1bL": 2, b"\x1bS": 2, b"\x1d\x0c": 2,
    b"\x1b!": 3, b"\x1b-": 3, b"\x1b3": 3, b"\x1b=": 3, b"\x1bE": 3, b"\x1bG": 3, b"\x1bJ": 3,
    b"\x1bM": 3, b"\x1bR": 3, b"\x1bV": 3, b"\x1ba": 3, b"\x1bd": 3, b"\x1bt": 3, b"\x1b{": 3,
    b"\x1b ": 3, b"\x1d!": 3, b"\x1d/": 3, b"\x1dB": 3, b"\x1dH": 3, b"\x1dI": 3, b"\x1da": 3,
    b"\x1df": 3, b"\x1dh": 3, b"\x1dr": 3, b"\x1dw": 3,
    b"\x1b$": 4, b"\x1b\\": 4, b"\x1dL": 4, b"\x1dP": 4, b"\x1dW": 4,
    b"\x1bp": 5,
    b"\x10\x04": 3, b"\x10\x05": 3, b"\x10\x14": 5,
}  # fmt: skip
_INTRODUCERS = (0x10, 0x1B, 0x1C, 0x1D)


def command_length(b: bytes) -> int:
    """Bytes of the command at the start of `b`, 0 when not yet known. A character is one byte."""
    if not b:
        return 0
    if b[0] not in _INTRODUCERS:
        return 1
    if len(b) < 2:
        return 0
    pair = b[:2]
    if pair in (b"\x1d(", b"\x1c("):
        return 5 + b[3] + 256 * b[4] if len(b) >= 5 else 0
    if pair == b"\x1dv":
        return 8 + (b[4] + 256 * b[5]) * (b[6] + 256 * b[7]) if len(b) >= 8 else 0
    if pair == b"\x1d*":
        return 4 + b[2] * b[3] * 8 if len(b) >= 4 else 0
    if pair == b"\x1b*":
        columns = 3 if len(b) >= 3 and b[2] in (32, 33) else 1
        return 5 + (b[3] + 256 * b[4]) * columns if len(b) >= 5 else 0
    if pair == b"\x1dV":
        if len(b) < 3:
            return 0
        return 4 if b[2] in (65, 66, 97, 98, 103, 104) else 3
    return _FIXED.get(pair, 2)
