"""How large a photo may be, coming in and kept, and what it is known by (docs/format.md, section 19)."""

from __future__ import annotations

import hashlib
from typing import Final

MOST_UPLOADED: Final = 12 * 1024 * 1024
"""Bytes of a file as a telephone sends it."""
MOST_PIXELS: Final = 40_000_000
LARGE_SIDE: Final = 1280
"""Pixels of the longest side, as of `SMALL_SIDE`."""
SMALL_SIDE: Final = 480
LARGE_BYTES: Final = 300_000
SMALL_BYTES: Final = 30_000
LONGEST_CAPTION: Final = 200
MOST_OF_PARTY: Final = 5_000
"""Photos of one party that stand at a time: 1.7 GB at most."""


def digest_of(raw: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(raw).hexdigest()
