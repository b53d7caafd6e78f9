"""TSPL for slow links: the lot's background is kept in the printer as a picture file.

Prologue: DOWNLOAD of a 1-bit BMP. Label: PUTBMP draws it, then BITMAP overwrites only what differs
from it (TSC TSPL/TSPL2 programming manual). The file is named after its content: when the printer
has lost it, the background is missing, but it is never another lot's.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from functools import lru_cache

from printers.bitmap import DOTS_PER_MM, Bitmap
from printers.design.laid import Laid
from printers.encoders.encoded import Encoded
from printers.encoders.live_bytes import TSPL, assert_no_real_time
from printers.encoders.tspl import area, left_edge, setting_up
from printers.profile import Profile

_END = b"\r\n"
_HEADER_BYTES = 62
_INVERTED = bytes(255 - value for value in range(256))


@dataclass(frozen=True, slots=True)
class _Stored:
    """The BMP's name and DOWNLOAD command; `holes` are (byte column, row) left out of it."""

    name: bytes
    download: bytes
    holes: tuple[tuple[int, int], ...]


def encode(laid: Laid, profile: Profile) -> Encoded:
    """Prologue and label. Raises EncodingError as for the whole bitmap."""
    media = laid.template.media
    left = left_edge(laid.shared.width, profile, media)
    kept = _stored(laid.shared)
    whole = laid.bitmap()
    commands = [*setting_up(profile, media), b"CLS", b'PUTBMP %d,0,"%s"' % (left, kept.name)]
    for first, top, end, bottom in _differing(laid):
        commands += area(whole, first, top, end, bottom, left)
    for column, row in kept.holes:
        commands += area(whole, column, row, column + 1, row + 1, left)
    payload = _END.join([*commands, b"PRINT 1,1", b""])
    assert_no_real_time(payload, TSPL)
    return Encoded(kept.download, payload)


def _differing(laid: Laid) -> list[tuple[int, int, int, int]]:
    """Boxes (first byte column, top row, end column, bottom row) that hold per-label dots."""
    boxes = [(p.x, p.y, p.bitmap.width, p.bitmap.height) for p in laid.patches]
    if laid.qr is not None:
        side = laid.qr.size * laid.qr.module_dots
        boxes.append((laid.qr.x, laid.qr.y, side, side))
    return [(x // 8, y, (x + width + 7) // 8, y + height) for x, y, width, height in boxes]


@lru_cache(maxsize=16)
def _stored(shared: Bitmap) -> _Stored:
    rows = bytearray(shared.rows)
    holes: list[tuple[int, int]] = []
    # Ink is a cleared bit; the first byte of a sequence that would act at once is left blank and
    # overwritten by the label instead. Blank is 0xFF and begins none.
    # ...which is looked for in the file itself, since its rows lie bottom up and are padded.
    while found := TSPL.search(picture := _bmp(bytes(rows), shared.width, shared.height)):
        line, column = divmod(found.start() - _HEADER_BYTES, _line_bytes(shared.width))
        row = shared.height - 1 - line
        if line < 0 or column >= shared.stride:
            break
        rows[row * shared.stride + column] = 0
        holes.append((column, row))
    name = hashlib.sha256(picture).hexdigest()[:8].upper().encode("ascii") + b".BMP"
    download = b'DOWNLOAD "%s",%d,' % (name, len(picture)) + picture + _END
    assert_no_real_time(download, TSPL)
    return _Stored(name, download, tuple(holes))


def _line_bytes(width: int) -> int:
    return (width + 31) // 32 * 4


def _bmp(rows: bytes, width: int, height: int) -> bytes:
    """A monochrome BMP as Windows writes it: rows bottom up, each padded to 4 bytes, 0 is black."""
    stride, line = (width + 7) // 8, _line_bytes(width)
    lines = [
        rows[y * stride : (y + 1) * stride].translate(_INVERTED).ljust(line, b"\xff")
        for y in range(height - 1, -1, -1)
    ]
    per_metre = DOTS_PER_MM * 1000
    size = line * height
    head = struct.pack("<2sIHHI", b"BM", _HEADER_BYTES + size, 0, 0, _HEADER_BYTES)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 1, 0, size, per_metre, per_metre, 2, 0)
    return head + info + b"\x00\x00\x00\x00\xff\xff\xff\x00" + b"".join(lines)
