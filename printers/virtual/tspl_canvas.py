"""The image buffer of a TSPL printer: what PRINT puts on the label."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

_MOST_PIXELS = 16_000_000


class Canvas:
    """`height` rows of `width` dots, 1 is ink; each row is one integer, leftmost dot highest."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self._rows = [0] * height

    def clear(self) -> None:
        """No ink anywhere."""
        self._rows = [0] * len(self._rows)

    def put(self, x: int, y: int, width: int, rows: list[bytes], mode: int) -> None:
        """Packed rows of `width` dots at x, y: mode 0 replaces, 1 adds ink, 2 inverts under ink."""
        whole = (1 << self.width) - 1
        for n, row in enumerate(rows):
            if not 0 <= y + n < len(self._rows):
                continue
            shift = self.width - x - width
            ink = _moved(int.from_bytes(row, "big") >> (len(row) * 8 - width), shift) & whole
            if mode == 0:
                place = _moved((1 << width) - 1, shift) & whole
                self._rows[y + n] = self._rows[y + n] & ~place | ink
            elif mode == 1:
                self._rows[y + n] |= ink
            else:
                self._rows[y + n] ^= ink

    def rows(self, mirror: bool) -> list[bytes]:
        """Packed rows from top to bottom; mirrored left to right when asked."""
        spare = -self.width % 8
        size = (self.width + 7) // 8
        found = []
        for row in self._rows:
            dots = int(f"{row:0{self.width}b}"[::-1], 2) if mirror and self.width else row
            found.append((dots << spare).to_bytes(size, "big"))
        return found


def picture(raw: bytes) -> tuple[int, list[bytes]]:
    """Width and packed rows (1 is ink) of a BMP or PCX file; dark is ink.

    Raises ValueError for anything else.
    """
    try:
        with Image.open(io.BytesIO(raw), formats=["BMP", "PCX"]) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise ValueError("too large")
            dark = image.convert("L").point(lambda level: 255 if level < 128 else 0).convert("1")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as wrong:
        raise ValueError(str(wrong)) from wrong
    stride, packed = (dark.width + 7) // 8, dark.tobytes()
    return dark.width, [packed[at : at + stride] for at in range(0, len(packed), stride)]


def _moved(value: int, shift: int) -> int:
    return value << shift if shift >= 0 else value >> -shift
