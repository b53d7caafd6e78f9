"""ESC/POS encoder: a bitmap becomes the bytes of one label (public ESC/POS command reference).

Bytes of a label: ESC @, optionally GS P, then raster bands (GS v 0) and feeds from top to bottom
so that every row lies where the bitmap has it, then the end of the label.
"""

from __future__ import annotations

from collections.abc import Iterator

from printers.bitmap import Bitmap
from printers.design.template_parts import Media
from printers.encoders.live_bytes import ESCPOS, assert_no_real_time
from printers.errors import EncodingError
from printers.profile import Profile

_ESC, _GS = b"\x1b", b"\x1d"
_INIT = _ESC + b"@"
_MOTION_UNIT_DOTS = _GS + b"P\xcb\xcb"  # 203 units an inch both ways
_FORM_FEED = b"\x0c"
_CUTS = {"partial": _GS + b"V\x42\x00", "full": _GS + b"V\x41\x00"}

_RASTER_HEAD = 8  # bytes of GS v 0 before its data; none of them can begin a sequence
# Below this many blank rows a feed command and a new band header save nothing.
_FEED_FROM_ROWS = 8


def encode(bitmap: Bitmap, profile: Profile, media: Media) -> bytes:
    """The bytes that print `bitmap` as one label on `media`, without acknowledgement request.

    Bands are cropped to their ink on the right and split between rows or moved by a left margin
    where a real-time command would otherwise arise. Raises EncodingError for a label wider than
    the printer, stock it cannot feed, or a real-time sequence that cannot be avoided.
    """
    require_width(bitmap.width, profile)
    require_media(media, profile)
    stride, raw = bitmap.stride, bitmap.rows
    rows = [raw[at : at + stride] for at in range(0, len(raw), stride)]
    payload = b"".join((opening(profile), *bands(rows, 0, profile), ending(profile, media)))
    assert_no_real_time(payload)
    return payload


def require_width(dots: int, profile: Profile) -> None:
    """Raise EncodingError when the printer's line is shorter than `dots`."""
    if dots > profile.dots_wide:
        raise EncodingError(
            "encoding.too-wide", found=dots, most=profile.dots_wide, profile=profile.name
        )


def require_media(media: Media, profile: Profile) -> None:
    """Raise EncodingError when the printer is known not to stop at this kind of stock."""
    if profile.media is not None and media.kind not in profile.media:
        raise EncodingError(
            "encoding.media",
            found=media.kind,
            profile=profile.name,
            expected=", ".join(profile.media),
        )


def opening(profile: Profile) -> bytes:
    """ESC @ and, where the profile says so, the unit of feeds and margins."""
    return _INIT + _MOTION_UNIT_DOTS if profile.sets_motion_unit else _INIT


def ending(profile: Profile, media: Media) -> bytes:
    """What brings the paper to the next label: gap feed, cut, or lines to tear it off."""
    if media.kind != "continuous":
        if profile.gap_feed == "form-feed":
            return _FORM_FEED
        if profile.gap_feed == "gs-form-feed":
            return _GS + _FORM_FEED
    elif profile.cutter in _CUTS:
        return _CUTS[profile.cutter]
    # Nothing known feeds to the gap or cuts: feed lines, so that the label can be torn off.
    return _ESC + b"d" + bytes([profile.tear_lines])


def bands(rows: list[bytes], first: int, profile: Profile) -> Iterator[bytes]:
    """Raster bands and feeds that move the paper by exactly len(rows) dots.

    `rows` are packed rows of one length; `first` is the label's row number of rows[0], for
    sentences.
    """
    blank = bytes(len(rows[0])) if rows else b""
    start = 0
    while start < len(rows):
        empty = start
        while empty < len(rows) and rows[empty] == blank:
            empty += 1
        if profile.feed_in_dots and (empty - start >= _FEED_FROM_ROWS or empty == len(rows)):
            yield from _feed(empty - start)
            start = empty
            continue
        end = empty
        gap = 0
        while end < len(rows) and not (profile.feed_in_dots and gap >= _FEED_FROM_ROWS):
            gap = gap + 1 if rows[end] == blank else 0
            end += 1
        end -= gap if profile.feed_in_dots else 0
        for top in range(start, end, profile.band_rows):
            piece = rows[top : min(top + profile.band_rows, end)]
            yield from _band(piece, first + top, profile)
        start = end


def _feed(dots: int) -> Iterator[bytes]:
    for left in range(dots, 0, -255):
        yield _ESC + b"J" + bytes([min(left, 255)])


def _raster(rows: list[bytes], width: int) -> bytes:
    data = b"".join([row[:width] for row in rows])
    return _GS + b"v0\x00" + bytes([width & 255, width >> 8, len(rows), 0]) + data


def _ink_bytes(rows: list[bytes]) -> int:
    """Bytes of the widest row up to its last ink, at least 1 (GS v 0 takes no empty raster)."""
    return max(1, *[len(row.rstrip(b"\0")) for row in rows])


def _band(rows: list[bytes], top: int, profile: Profile) -> Iterator[bytes]:
    width = _ink_bytes(rows)
    whole = _raster(rows, width)
    found = ESCPOS.search(whole, _RASTER_HEAD)
    if not found:
        yield whole
        return
    # Most labels come here: thin strokes make 10 04 and 10 14 in rows of text. Each part is looked
    # at again, since its narrower crop makes other neighbours.
    first, second = ((found.start() + n - _RASTER_HEAD) // width for n in (0, 1))
    if first < second:  # across a row's end: a new band between the two
        yield from _band(rows[:second], top, profile)
    else:
        if first:
            yield from _band(rows[:first], top, profile)
        yield _moved(rows[first], top + first, profile)
    if len(rows) > first + 1:
        yield from _band(rows[first + 1 :], top + first + 1, profile)


def _moved(row: bytes, y: int, profile: Profile) -> bytes:
    """One row printed with a left margin that makes its bytes harmless; margin set back after."""
    bits = int.from_bytes(row, "big")
    blank_left = len(row) * 8 - bits.bit_length()
    if profile.margin_in_dots:
        for margin in range(1, min(blank_left, 255) + 1):
            moved = (bits << margin).to_bytes(len(row), "big")
            line = (_GS + b"L" + bytes([margin, 0]) + _raster([moved], _ink_bytes([moved]))) + (
                _GS + b"L\x00\x00"
            )
            if not ESCPOS.search(line):
                return line
    found = ESCPOS.search(row)
    raise EncodingError("encoding.real-time", row=y, found=found[0].hex(" ") if found else "")
