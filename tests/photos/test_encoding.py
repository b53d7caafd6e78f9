"""What comes in is hostile; what is kept is pixels and nothing else."""

from __future__ import annotations

import io
import subprocess
import sys
import time

import pytest
from PIL import Image, ImageCms

from api.photos import encoding
from api.photos.encoding import encoded
from api.photos.errors import PhotoError
from api.photos.jpeg import plain_size
from api.photos.limits import LARGE_BYTES, MOST_UPLOADED, SMALL_BYTES
from tests.photos.pictures import drawn, png_that_claims, segments, telephone


def code_of(raw: bytes, seconds: float = 25.0) -> str:
    with pytest.raises(PhotoError) as refused:
        encoded(raw, seconds)
    assert refused.value.say("vi") != refused.value.say("en")
    return refused.value.code


def test_a_telephones_photo_loses_place_camera_and_comment_and_stands_upright() -> None:
    raw = telephone()
    assert b"Exif" in raw
    assert b"Phuong" in raw
    photo = encoded(raw)
    assert (photo.width, photo.height) == (960, 1280)  # was lying on its side
    for form in (photo.large, photo.small):
        markers = [marker for marker, _ in segments(form)]
        assert set(markers) <= {0xE0, 0xDB, 0xC2, 0xC4}, [hex(one) for one in markers]
        for word in (b"Exif", b"MAKER", b"Phuong", b"GPS", b"ICC", b"http"):
            assert word not in form
        assert dict(Image.open(io.BytesIO(form)).getexif()) == {}
    assert len(photo.large) <= LARGE_BYTES
    assert len(photo.small) <= SMALL_BYTES
    assert max(Image.open(io.BytesIO(photo.small)).size) == 480


def test_the_same_file_gives_the_same_bytes() -> None:
    raw = telephone(900, 700)
    assert encoded(raw) == encoded(raw)


def test_noise_that_no_jpeg_makes_small_still_fits() -> None:
    noise = Image.effect_noise((1500, 1500), 120).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "PNG")
    photo = encoded(written.getvalue())
    assert len(photo.large) <= LARGE_BYTES
    assert len(photo.small) <= SMALL_BYTES


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *(("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA")),
    ],
)
def test_every_kind_of_picture_becomes_a_plain_jpeg(kind: str, mode: str) -> None:
    photo = encoded(drawn(kind, mode))
    assert plain_size(photo.large) == (60, 40)
    assert plain_size(photo.small) == (60, 40)


def test_see_through_parts_become_white() -> None:
    photo = encoded(drawn("PNG", "RGBA", colour=(0, 0, 0, 0)))
    pixel = Image.open(io.BytesIO(photo.large)).getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert min(pixel) > 250


def test_another_colour_space_is_brought_to_srgb() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = encoded(drawn("PNG", colour=(200, 30, 30), icc_profile=lab))
    pixel = Image.open(io.BytesIO(photo.large)).getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert abs(pixel[0] - 200) < 8


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "photo-none"),
        (b"hello", "photo-kind"),
        (b"%PDF-1.7\n%%EOF", "photo-kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo-kind"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "photo-kind"),
        (drawn("GIF", "P"), "photo-kind"),
        (drawn("TIFF"), "photo-kind"),
        (telephone()[:3000], "photo-broken"),
        (telephone()[:-2000], "photo-broken"),
        (drawn("PNG")[:-30], "photo-broken"),
        (png_that_claims(60_000, 60_000), "photo-pixels"),
        (png_that_claims(6_400, 6_400), "photo-pixels"),
        (png_that_claims(0, 10), "photo-kind"),
        (bytes(MOST_UPLOADED + 1), "photo-too-large"),
    ],
    ids=lambda given: given if isinstance(given, str) else f"{len(given)} bytes",
)
def test_what_is_no_picture_or_too_much_of_one_is_refused_in_one_sentence(
    raw: bytes, code: str
) -> None:
    assert code_of(raw) == code


def test_a_picture_that_is_a_script_as_well_leaves_the_script_behind() -> None:
    photo = encoded(telephone(600, 400) + b"<script>alert(1)</script>PK\x05\x06")
    assert b"script" not in photo.large
    assert photo.large.endswith(b"\xff\xd9")


def test_a_bomb_is_refused_before_a_pixel_is_decoded() -> None:
    began = time.monotonic()
    assert code_of(png_that_claims(60_000, 60_000)) == "photo-pixels"
    assert time.monotonic() - began < 5


def test_what_takes_too_long_is_ended() -> None:
    assert code_of(telephone(), seconds=0.01) == "photo-slow"


def test_few_photos_wait_for_one_another() -> None:
    taken = [encoding._room.acquire(blocking=False) for _ in range(4)]
    try:
        assert all(taken) and code_of(telephone()) == "photo-busy"
    finally:
        for _ in taken:
            encoding._room.release()
    assert encoded(telephone(64, 48)).height == 64


def test_the_encoder_gets_no_more_memory_than_it_was_given() -> None:
    raw = drawn("PNG", "RGB", (6_000, 6_000))
    words = [sys.executable, "-P", "-m", "api.photos.encoder_process", str(220 * 1024 * 1024), "20"]
    done = subprocess.run(
        words, input=raw, capture_output=True, timeout=60, check=False
    )  # our own module
    assert not done.stdout.startswith(b'{"width"')


def test_a_plain_jpeg_is_told_from_one_with_something_in_it() -> None:
    photo = encoded(telephone(600, 400, turn=1))
    assert plain_size(photo.large) == (600, 400)
    comment = photo.large[:2] + b"\xff\xfe\x00\x06note" + photo.large[2:]
    exif = photo.large[:2] + b"\xff\xe1\x00\x08Exif\x00\x00" + photo.large[2:]
    for other in (comment, exif, photo.large + b"x", photo.large[:-2], telephone(), b"", b"GIF89a"):
        assert plain_size(other) is None
