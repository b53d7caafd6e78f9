"""What is the same on every lot's page: rendered once for a language, and packed once.

A crowd opens many lots, of which only the middle differs: the style that the page carries in itself
is neither rendered nor compressed again for each of them.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from api.pages.rendering import render

_TITLE: Final = b"<title><!--title--></title>"
_MAIN: Final = b"<!--main-->"
_HEAD_ENDS: Final = b"</head>"
# RFC 1952: deflate, no name, no time, fastest, unknown system.
_GZIP: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
_RAW: Final = -15


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes before the title, between title and main part, and after it."""

    opening: bytes
    between: bytes
    closing: bytes


@cache
def frame(lang: str) -> Frame:
    """The frame in one language. The title comes last in the head, so that the rest can be packed."""
    before, found, after = render("consumer/frame.html", lang).partition(_TITLE)
    head, ends, rest = after.partition(_HEAD_ENDS)
    between, main, closing = rest.partition(_MAIN)
    assert found and ends and main
    return Frame(before + head, ends + between, closing)


def packed(body: bytes, opening: bytes = b"") -> bytes:
    """The body as gzip (RFC 1952), where `opening` is a beginning of it that many bodies share.

    Level 1: the stronger levels save a few hundred bytes and cost the page's budget.
    """
    rest = zlib.compressobj(1, zlib.DEFLATED, _RAW)
    size = len(body) & 0xFFFFFFFF
    return b"".join(
        (
            _GZIP,
            _packed_opening(opening) if opening else b"",
            rest.compress(memoryview(body)[len(opening) :]),
            rest.flush(),
            zlib.crc32(body).to_bytes(4, "little"),
            size.to_bytes(4, "little"),
        )
    )


def digest(body: bytes, opening: bytes = b"") -> str:
    """SHA-256 of the body in hex, with the same `opening`."""
    found = _digest_of_opening(opening).copy()
    found.update(memoryview(body)[len(opening) :])
    return found.hexdigest()


@lru_cache(maxsize=8)
def _digest_of_opening(opening: bytes) -> hashlib._Hash:
    return hashlib.sha256(opening)


@lru_cache(maxsize=8)
def _packed_opening(opening: bytes) -> bytes:
    """Blocks that end at a whole byte and that nothing after them looks back into."""
    once = zlib.compressobj(9, zlib.DEFLATED, _RAW)
    return once.compress(opening) + once.flush(zlib.Z_FULL_FLUSH)
