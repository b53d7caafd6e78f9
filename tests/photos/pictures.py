"""Pictures as telephones send them and as attackers do, made here; and a reader of JPEG of our own."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import Any

from PIL import Image

from api.bootstrap import Services
from api.photos.encoding import Photo, encoded
from api.photos.recording import Said, add_photo
from tests.pages.cooperative import PARTY

GPS = b"\x15\x00\x00\x00"


@cache
def telephone(width: int = 1600, height: int = 1200, turn: int = 6, shade: int = 90) -> bytes:
    """A JPEG with EXIF: its camera was held upright (`turn`), and it knows where it was."""
    picture = Image.effect_mandelbrot((width, height), (-2.0, -1.5, 1.0, 1.5), shade).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = "MAKER-OF-CAMERAS"
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 20.0, 11.0), 3: "E", 4: (107.0, 21.0, 9.0)})
    written = io.BytesIO()
    picture.save(written, "JPEG", exif=exif, quality=88, comment=b"chup boi chi Phuong")
    return written.getvalue()


def drawn(kind: str, mode: str = "RGB", size: tuple[int, int] = (60, 40), **how: Any) -> bytes:
    """A picture of one colour as a file of a kind."""
    written = io.BytesIO()
    Image.new(mode, size, how.pop("colour", 0)).save(written, kind, **how)
    return written.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has so many pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 1000, 9)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def segments(raw: bytes) -> list[tuple[int, bytes]]:
    """(marker, body) of a JPEG up to its first scan: read anew here, without a library."""
    assert raw[:2] == b"\xff\xd8", "no JPEG"
    found, at = [], 2
    while raw[at + 1] != 0xDA:
        assert raw[at] == 0xFF
        length = struct.unpack(">H", raw[at + 2 : at + 4])[0]
        found.append((raw[at + 1], raw[at + 4 : at + 2 + length]))
        at += 2 + length
    return found


@cache
def some_photo(shade: int = 90) -> Photo:
    """A photo as the encoder makes it."""
    return encoded(telephone(560, 420, turn=1, shade=shade))


def hang(services: Services, photo: Photo, caption: str = "Phơi miến", **shows: Any) -> str:
    """Record a photo of the cooperative; the id of its statement."""
    answer: Any = add_photo(services, PARTY, photo, Said(caption, shows))
    return str(answer.id)
