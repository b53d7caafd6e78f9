"""Byte sequences that a printer obeys the moment they arrive, even inside picture data."""

from __future__ import annotations

import re

from printers.errors import EncodingError

# DLE EOT, DLE ENQ and DLE DC4: an ESC/POS printer answers, clears its buffer or opens the cash
# drawer (public ESC/POS reference, notes of these commands).
ESCPOS = re.compile(rb"\x10[\x04\x05\x14]")
# <ESC>! and a letter or question mark: status, reset, pause (TSPL programming manual).
TSPL = re.compile(rb"\x1b!")


def assert_no_real_time(payload: bytes, live: re.Pattern[bytes] = ESCPOS) -> None:
    """Raise EncodingError when such a sequence is anywhere in `payload`."""
    if found := live.search(payload):
        raise EncodingError("encoding.real-time", row=0, found=found[0].hex(" "))
