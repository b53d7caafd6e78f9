"""Whether a file is a plain JPEG such as this program writes: pixels, and nothing beside them.

Read by its segments (ITU-T T.81, annex B), without a decoder: no comment, no application segment
but JFIF, nothing after the end. So no place, no camera and no second file can travel in it.
"""

from __future__ import annotations

from typing import Final

_SOI, _EOI, _SOS, _DNL = 0xD8, 0xD9, 0xDA, 0xDC
_JFIF: Final = b"JFIF\0"
_JFIF_LENGTH: Final = 16  # without a thumbnail
_APP0: Final = 0xE0
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_TABLES: Final = frozenset({0xDB, 0xC4, 0xDD})  # quantisation, Huffman, restart interval
_RESTARTS: Final = range(0xD0, 0xD8)


def plain_size(raw: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a plain JPEG; None for anything else."""
    if raw[:2] != bytes([0xFF, _SOI]) or raw[-2:] != bytes([0xFF, _EOI]):
        return None
    at, size = 2, None
    while at + 4 <= len(raw):
        if raw[at] != 0xFF:
            return None
        marker = raw[at + 1]
        if marker == _EOI:
            return None  # with something after it
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        body = raw[at + 4 : at + 2 + length]
        if length < 2 or len(body) != length - 2:
            return None
        at += 2 + length
        if marker in _FRAMES and size is None and len(body) >= 6:
            size = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
        elif marker == _SOS:
            at = _after_scan(raw, at)
        elif marker == _APP0:
            if length != _JFIF_LENGTH or not body.startswith(_JFIF):
                return None
        elif marker not in _TABLES:
            return None
    if at != len(raw) - 2 or size is None or 0 in size:
        return None
    return size[1], size[0]


def _after_scan(raw: bytes, at: int) -> int:
    """Where the next marker stands after the pixels of a scan."""
    while True:
        at = raw.find(b"\xff", at)
        if at < 0 or at + 1 >= len(raw):
            return len(raw)
        following = raw[at + 1]
        if following != 0 and following not in _RESTARTS:
            return at
        at += 2
