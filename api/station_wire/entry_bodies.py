"""The body of a push: entries one after the other, each after its length (docs/station-wire.md)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence

from api.station_wire.errors import WireRefused

ENTRIES_TYPE = "application/vnd.ocop-ledger.entries"
MOST_BYTES = 4 * 1024 * 1024
MOST_ENTRIES = 400
_LENGTH_BYTES = 2


def packed_entries(entries: Sequence[bytes]) -> bytes:
    """The body for these entries: each after its length as 16 bits, big-endian."""
    return b"".join(len(raw).to_bytes(_LENGTH_BYTES, "big") + raw for raw in entries)


def zipped(body: bytes) -> bytes:
    """The body under content coding gzip; the same bytes each time."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def unpacked_entries(body: bytes) -> list[bytes]:
    """1 to 400 entries' bytes of a decoded body; what they are is not looked at.

    Raises:
        WireRefused: `body-malformed`.
    """
    found: list[bytes] = []
    at = 0
    while at < len(body):
        start = at + _LENGTH_BYTES
        end = start + int.from_bytes(body[at:start], "big")
        if start > len(body) or end > len(body) or end == start:
            raise WireRefused("body-malformed", why=f"entry {len(found)} is cut")
        if len(found) == MOST_ENTRIES:
            raise WireRefused("body-malformed", why=f"more than {MOST_ENTRIES} entries")
        found.append(body[start:end])
        at = end
    if not found:
        raise WireRefused("body-malformed", why="no entries")
    return found


def decoded(body: bytes, coding: str | None, most: int = MOST_BYTES) -> bytes:
    """The body without its content coding, never more than `most` bytes of it in memory.

    Raises:
        WireRefused: `media-coding`, `too-large`, `body-malformed`.
    """
    if len(body) > most:
        raise WireRefused("too-large", most=most)
    if coding is None or coding == "identity":
        return body
    if coding != "gzip":
        raise WireRefused("media-coding", found=coding[:40])
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        plain = reader.decompress(body, most + 1)
    except zlib.error as wrong:
        raise WireRefused("body-malformed", why="gzip") from wrong
    if len(plain) > most:
        raise WireRefused("too-large", most=most)
    if not reader.eof or reader.unused_data:
        raise WireRefused("body-malformed", why="gzip")
    return plain
