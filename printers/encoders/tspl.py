"""TSPL encoder: a bitmap becomes the commands of one label (TSC TSPL/TSPL2 programming manual).

Commands are lines of ASCII; BITMAP carries packed rows after its last comma, where a cleared bit is
ink and mode 0 overwrites what is there. Only ink is sent: runs of inked rows, cropped to whole
bytes on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator

from printers.bitmap import DOTS_PER_MM, Bitmap
from printers.design.template_parts import Media
from printers.encoders.escpos import require_media, require_width
from printers.encoders.live_bytes import TSPL, assert_no_real_time
from printers.profile import Profile

_INVERTED = bytes(255 - value for value in range(256))
_END = b"\r\n"
# Blank rows between two pieces of ink that are worth a further BITMAP header.
_SPLIT_FROM_ROWS = 4


def encode(bitmap: Bitmap, profile: Profile, media: Media) -> bytes:
    """The bytes that print `bitmap` as one label on `media`.

    Raises EncodingError for a label wider than the printer or stock it cannot feed.
    """
    left = left_edge(bitmap.width, profile, media)
    commands = (
        *setting_up(profile, media),
        b"CLS",
        *pieces(bitmap, 0, bitmap.height, left),
        b"PRINT 1,1",
        b"",
    )
    payload = _END.join(commands)
    assert_no_real_time(payload, TSPL)
    return payload


def left_edge(width: int, profile: Profile, media: Media) -> int:
    """Dots from where printing can begin to the print area, which lies in the stock's middle.

    Where the stock is wider than the head, the head is taken to lie in the stock's middle.
    """
    require_media(media, profile)
    room = min(round(media.width_mm * DOTS_PER_MM), profile.dots_wide)
    left = max(0, (room - round(media.print_width_mm * DOTS_PER_MM)) // 2)
    require_width(left + width, profile)
    return left


def setting_up(profile: Profile, media: Media) -> Iterator[bytes]:
    """Stock and orientation, told for every label since a person may have changed them."""
    yield b"SIZE %s mm,%s mm" % (_mm(media.width_mm), _mm(media.height_mm))
    if media.kind == "mark":
        yield b"BLINE %s mm,0 mm" % _mm(media.gap_mm)
    else:
        yield b"GAP %s mm,0 mm" % _mm(media.gap_mm)
    yield b"DIRECTION 0"
    yield b"REFERENCE 0,0"
    # After paper out many models print the broken label once more by themselves: a serial twice.
    yield b"SET REPRINT OFF"
    if media.kind == "continuous" and profile.cutter in ("partial", "full"):
        yield b"SET CUTTER 1"


def pieces(bitmap: Bitmap, top: int, bottom: int, left: int) -> Iterator[bytes]:
    """BITMAP commands for the ink of rows top..bottom-1, shifted right by `left` dots."""
    start: int | None = None
    blank = 0
    for y in range(top, bottom):
        if any(bitmap.row(y)):
            start = y if start is None else start
            blank = 0
        elif start is not None:
            blank += 1
            if blank == _SPLIT_FROM_ROWS:
                yield from _cropped(bitmap, start, y + 1 - blank, left)
                start = None
    if start is not None:
        yield from _cropped(bitmap, start, bottom - blank, left)


def area(bitmap: Bitmap, first: int, top: int, end: int, bottom: int, left: int) -> Iterator[bytes]:
    """BITMAP commands that overwrite byte columns first..end-1 of rows top..bottom-1."""
    data = b"".join([bitmap.row(y)[first:end] for y in range(top, bottom)]).translate(_INVERTED)
    found = TSPL.search(data)
    if not found:
        head = b"BITMAP %d,%d,%d,%d,0," % (left + first * 8, top, end - first, bottom - top)
        yield head + data
        return
    # Cut between the two bytes of the sequence: by rows where it crosses them, else by columns.
    width = end - first
    row, column = divmod(found.start() + 1, width)
    if column == 0:
        yield from area(bitmap, first, top, end, top + row, left)
        yield from area(bitmap, first, top + row, end, bottom, left)
    else:
        yield from area(bitmap, first, top, first + column, bottom, left)
        yield from area(bitmap, first + column, top, end, bottom, left)


def _cropped(bitmap: Bitmap, top: int, bottom: int, left: int) -> Iterator[bytes]:
    rows = [bitmap.row(y) for y in range(top, bottom)]
    end = max(len(row.rstrip(b"\0")) for row in rows)
    first = min(len(row) - len(row.lstrip(b"\0")) for row in rows)
    yield from area(bitmap, first, top, end, bottom, left)


def _mm(value: float) -> bytes:
    return f"{value:g}".encode("ascii")
