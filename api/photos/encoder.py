"""A picture made small and clean: a program of its own, since what it reads is hostile.

Standard input is the file, standard output one line of JSON and then the two JPEG files, the large
form first; `api.photos.encoding` starts it with limits on time and memory. The line holds `width`
and `height` of the large form and the lengths `large` and `small`, or `refused`, a code of PhotoError.
"""

from __future__ import annotations

import io
import json
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from api.photos.limits import LARGE_BYTES, LARGE_SIDE, MOST_PIXELS, SMALL_BYTES, SMALL_SIDE

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_LARGE_STEPS: Final = (82, 74, 66, 58, 50, 40)
_SMALL_STEPS: Final = (76, 68, 60, 52, 44, 36)
_SHRINK: Final = 4, 5  # once no quality is low enough
_WHITE: Final = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Forms:
    """The two JPEG files of one photo, and the size of the large one in pixels."""

    large: bytes
    small: bytes
    width: int
    height: int


class Unfit(Exception):
    """The picture is not taken: a code of PhotoError, and what its sentence names."""

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def forms_of(raw: bytes) -> Forms:
    """Both forms of a picture: turned upright, in sRGB, without metadata. Raises Unfit."""
    # Judged below by what the file says of its size, before a pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as found:
            return _forms(found)
    except UnidentifiedImageError as wrong:
        raise Unfit("photo-kind") from wrong
    # Pillow's decoders raise nearly anything at damaged files.
    except (OSError, ValueError, SyntaxError, LookupError, TypeError, AttributeError) as wrong:
        raise Unfit("photo-broken") from wrong
    except (EOFError, ArithmeticError, struct.error, MemoryError) as wrong:
        raise Unfit("photo-broken") from wrong


def _forms(found: Image.Image) -> Forms:
    width, height = found.size
    if width * height > MOST_PIXELS:
        raise Unfit("photo-pixels", width=width, height=height, most=MOST_PIXELS // 1_000_000)
    # A JPEG is decoded at a part of its size where that is enough: a telephone's 12 million pixels
    # take a tenth of the memory.
    found.draft("RGB", (LARGE_SIDE * 2, LARGE_SIDE * 2))
    picture = _upright(_in_srgb(found))
    large = picture.copy()
    large.thumbnail((LARGE_SIDE, LARGE_SIDE), Image.Resampling.LANCZOS)
    written, large = _within(large, _LARGE_STEPS, LARGE_BYTES)
    small = large.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    return Forms(written, _within(small, _SMALL_STEPS, SMALL_BYTES)[0], *large.size)


def _in_srgb(found: Image.Image) -> Image.Image:
    """The first picture of the file as RGB; see-through parts become white."""
    profile = found.info.get("icc_profile")
    found.load()
    if profile and found.mode in {"RGB", "CMYK", "L"}:
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            found = _converted(found, profile)
    if found.mode.startswith("I") or found.mode == "F":
        # 16 bits a pixel: their upper half.
        found = found.convert("I").point(lambda value: value / 256).convert("L")
    if found.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in found.info:
        seen = found.convert("RGBA")
        page = Image.new("RGB", seen.size, _WHITE)
        page.paste(seen, mask=seen.getchannel("A"))
        page.getexif().update(found.getexif())
        return page
    made = found.convert("RGB")
    made.getexif().update(found.getexif())
    return made


def _converted(found: Image.Image, profile: bytes) -> Image.Image:
    turned = ImageCms.profileToProfile(
        found,
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        outputMode="RGB",
    )
    if turned is None:
        return found
    turned.getexif().update(found.getexif())
    return turned


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as its camera was held, onto a fresh page: nothing of the file but its pixels is left."""
    with suppress(ValueError, TypeError, KeyError, SyntaxError, struct.error):
        picture = ImageOps.exif_transpose(picture)
    clean = Image.new("RGB", picture.size, _WHITE)
    clean.paste(picture)
    return clean


def _within(picture: Image.Image, steps: tuple[int, ...], most: int) -> tuple[bytes, Image.Image]:
    """The JPEG of at most `most` bytes, and the picture it is of: of less quality, then smaller."""
    while True:
        for quality in steps:
            made = io.BytesIO()
            picture.save(made, "JPEG", quality=quality, optimize=True, progressive=True)
            if made.tell() <= most:
                return made.getvalue(), picture
        part, of = _SHRINK
        width, height = (max(side * part // of, 1) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)


def main() -> int:
    """Read one file, write its forms; the exit status says nothing."""
    try:
        made = forms_of(sys.stdin.buffer.read())
    except Unfit as unfit:
        said: dict[str, object] = {"refused": unfit.code, **unfit.params}
        body = b""
    else:
        lengths = {"large": len(made.large), "small": len(made.small)}
        said = {"width": made.width, "height": made.height, **lengths}
        body = made.large + made.small
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + body)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
