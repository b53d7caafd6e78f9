"""An answer's body unpacked as it comes, and never more of it than is bounded."""

from __future__ import annotations

import zlib

MOST_ANSWER = 48 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class Unpacked:
    """Takes a body in parts, plain or as one gzip member."""

    def __init__(self, coding: str) -> None:
        """`coding` is the answer's Content-Encoding. Raises ValueError: nobody asked for it."""
        if coding.strip().lower() not in {"", "identity", "gzip"}:
            raise ValueError(f"content-encoding {coding[:40]}")
        packed = coding.strip().lower() == "gzip"
        self._unpack = zlib.decompressobj(_GZIP) if packed else None
        self._parts: list[bytes] = []
        self._size = 0

    def take(self, part: bytes) -> None:
        """The next bytes as sent. Raises ValueError: too large, or not what it says to be."""
        if self._unpack is not None:
            if self._unpack.eof and part:
                # Python keeps what follows the end, and copies all of it with every part.
                raise ValueError("more than one gzip member")
            try:
                part = self._unpack.decompress(part, MOST_ANSWER + 1 - self._size)
            except zlib.error as wrong:
                raise ValueError("gzip") from wrong
        self._size += len(part)
        if self._size > MOST_ANSWER:
            raise ValueError("too large")
        if part:
            self._parts.append(part)

    def whole(self) -> bytes:
        """The body. Raises ValueError: its end is missing."""
        if self._unpack is not None and (not self._unpack.eof or self._unpack.unused_data):
            raise ValueError("gzip cut off or too long")
        return b"".join(self._parts)
