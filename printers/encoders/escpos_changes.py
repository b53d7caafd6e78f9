"""ESC/POS for slow links: the lot's background is kept in the printer, the QR code drawn by it.

Prologue: ESC @ and GS * with what all labels of the lot share. Label: GS / prints that, GS ( k
draws the code, and the little that is left goes as raster (public ESC/POS reference). A label
never starts with ESC @, which would clear the stored image. The paper moves exactly as for the
whole bitmap, and every dot is the same except inside the QR code, whose mask the printer chooses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from printers.bitmap import Bitmap
from printers.design.laid import Laid, QrPatch
from printers.design.template import Template
from printers.encoders.encoded import Encoded
from printers.encoders.escpos import bands, ending, opening, require_media, require_width
from printers.encoders.live_bytes import ESCPOS, assert_no_real_time
from printers.encoders.native_qr import draw_qr, require_same_size
from printers.errors import EncodingError
from printers.profile import Profile

_GS = b"\x1d"
_PRINT_STORED = _GS + b"/\x00"
# Largest y of GS * among the references (TM-L90: 46); x is a byte. Area: a connection lost inside
# GS * leaves the printer waiting for its rest, and the next one must be able to end it quickly.
_MOST_Y, _MOST_X, _MOST_AREA = 46, 255, 912


@dataclass(frozen=True, slots=True)
class _Stored:
    """Rows top..bottom-1 of the label, kept in the printer by `definition` (GS *)."""

    definition: bytes
    top: int
    bottom: int


def encode(laid: Laid, profile: Profile) -> Encoded:
    """Prologue and label.

    Raises EncodingError where the template is not made for it: the QR code must be alone in its
    rows, and what the labels share must lie together, above or below everything else, and fit the
    printer's memory for downloaded images.
    """
    require_width(laid.shared.width, profile)
    require_media(laid.template.media, profile)
    qr = laid.qr
    if qr is None:
        raise EncodingError("encoding.changes-no-qr", template=laid.template.name)
    require_same_size(qr)
    whole = laid.bitmap()
    rows = [whole.row(y) for y in range(whole.height)]
    qr_end = qr.y + qr.size * qr.module_dots
    _require_alone(rows, qr, qr_end, laid)
    kept = _stored(laid.shared, laid.template, profile)
    if any(rows[y] != laid.shared.row(y) for y in range(kept.top, kept.bottom) if y < len(rows)):
        raise EncodingError("encoding.changes-mixed", template=laid.template.name)
    parts: list[bytes] = []
    done = 0
    steps = [(kept.top, kept.bottom, [_PRINT_STORED]), (qr.y, qr_end, draw_qr(qr))]
    for top, bottom, commands in sorted(steps, key=lambda step: step[0]):
        parts += [*bands(rows[done:top], done, profile), *commands]
        done = bottom
    parts += [*bands(rows[done:], done, profile), ending(profile, laid.template.media)]
    payload = b"".join(parts)
    assert_no_real_time(payload)
    return Encoded(opening(profile) + kept.definition, payload)


def _require_alone(rows: list[bytes], qr: QrPatch, qr_end: int, laid: Laid) -> None:
    side = qr.size * qr.module_dots
    bits = len(rows[0]) * 8
    code = ((1 << side) - 1) << (bits - qr.x - side)
    if any(int.from_bytes(row, "big") & ~code for row in rows[qr.y : qr_end]):
        raise EncodingError("encoding.changes-beside-qr", template=laid.template.name)


@lru_cache(maxsize=16)
def _stored(shared: Bitmap, layout: Template, profile: Profile) -> _Stored:
    """The shared ink as one downloaded image.

    Nothing of a single label is asked, since the image is sent once for a whole lot.
    """
    template, place = layout.name, layout.qr.box
    qr_top, qr_end = place.y, place.y + place.height
    inked = [y for y in range(shared.height) if any(shared.row(y))]
    if not inked:
        raise EncodingError("encoding.changes-nothing-shared", template=template)
    first, last = inked[0], inked[-1]
    if first < qr_end and last >= qr_top:
        raise EncodingError("encoding.changes-mixed", template=template)
    width = max(len(shared.row(y).rstrip(b"\0")) for y in inked)
    area = min(profile.download_area, _MOST_AREA)
    most = min(area // width, _MOST_Y) if width <= _MOST_X else 0
    if last + 1 - first > most * 8:
        raise EncodingError(
            "encoding.changes-too-large",
            template=template,
            found=last + 1 - first,
            most=most * 8,
            profile=profile.name,
        )
    bottom_limit = qr_top if last < qr_top else shared.height
    for top in _tops(first, qr_end if first >= qr_end else 0):
        strips = (last + 1 - top + 7) // 8
        bottom = top + strips * 8
        if not 0 < strips <= most or bottom > bottom_limit:
            continue
        definition = _GS + b"*" + bytes([width, strips]) + _columns(shared, top, bottom, width)
        if not ESCPOS.search(definition):
            return _Stored(definition, top, bottom)
    raise EncodingError("encoding.changes-live", template=template)


def _tops(first: int, least: int) -> Iterator[int]:
    """Row numbers to start the image at: which dots share a byte depends on it, so that one of
    them keeps real-time sequences out. Rows left above it go as raster."""
    yield from range(first, max(first - 8, least - 1), -1)
    yield from range(first + 1, first + 8)


def _columns(shared: Bitmap, top: int, bottom: int, width: int) -> bytes:
    """Column format of GS *: column by column from the left, eight dots a byte, topmost first."""
    bits = width * 8
    rows = [
        f"{int.from_bytes(shared.row(y)[:width], 'big'):0{bits}b}"
        if y < shared.height
        else "0" * bits
        for y in range(top, bottom)
    ]
    columns = "".join(["".join(column) for column in zip(*rows, strict=True)])
    return int(columns, 2).to_bytes(len(columns) // 8, "big")
