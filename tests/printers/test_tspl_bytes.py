from __future__ import annotations

import re
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printers.bitmap import Bitmap
from printers.design.laid import Laid, Patch
from printers.design.render import lay_out
from printers.design.template import SHIPPED as TEMPLATES
from printers.design.template import Template
from printers.design.template_parts import Media
from printers.encoders.choose import encode_label
from printers.encoders.tspl import encode
from printers.errors import EncodingError
from printers.profile import SHIPPED, Profile, Send
from tests.examples import examples
from tests.printers import tspl_reference
from tests.printers.escpos_reference import dots
from tests.printers.sample_labels import label

GAP = Media(50, 40, 48, "gap", 2)
PRINTERS = [name for name in SHIPPED if Profile.shipped(name).language == "tspl"]
CASES = [(profile, send) for profile in PRINTERS for send in Profile.shipped(profile).sends]


def same(laid: Laid, printed: tspl_reference.Printed, dots_wide: int = 832) -> None:
    whole, media = laid.bitmap(), laid.template.media
    left = (min(int(media.width_mm * 8), dots_wide) - whole.width) // 2
    assert (len(printed.rows[0]), len(printed.rows)) == (media.width_mm * 8, media.height_mm * 8)
    assert printed.stock == media.kind
    assert [row[left : left + whole.width] for row in printed.rows] == dots(
        whole.rows, whole.width, whole.height
    )
    assert not any(any(row[:left]) or any(row[left + whole.width :]) for row in printed.rows)


@pytest.mark.parametrize(("profile", "send"), CASES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_the_reference_decoder_gives_every_template_back_dot_for_dot(
    name: str, profile: str, send: Send
) -> None:
    template, printer = Template.shipped(name), tspl_reference.Printer()
    spoken = Profile.shipped(profile)
    if template.media.print_width_mm * 8 > spoken.dots_wide:
        with pytest.raises(EncodingError, match="dots wide, expected at most"):
            encode_label(lay_out(template, label(1, name)), spoken, send)
        return
    for n in (1, 2):
        laid = lay_out(template, label(n, name))
        encoded = encode_label(laid, spoken, send)
        if n == 1:
            assert printer.feed(encoded.prologue) == []
        (printed,) = printer.feed(encoded.payload)
        same(laid, printed, spoken.dots_wide)
        assert encoded.payload.endswith(b"\r\nPRINT 1,1\r\n")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_stored_background_saves_most_of_the_bytes(name: str) -> None:
    laid = lay_out(Template.shipped(name), label(3, name))
    profile = Profile.shipped("tsc-te200")
    stored = encode_label(laid, profile, "changes")
    assert len(stored.payload) < len(encode_label(laid, profile).payload)
    if name != "thung-100x100":
        assert len(stored.payload) < 5000


def speckled(noise: Random, width: int, height: int, ink: float) -> Bitmap:
    stride = (width + 7) // 8
    rows = bytearray(stride * height)
    for _ in range(int(width * height * ink)):
        x, y = noise.randrange(width), noise.randrange(height)
        rows[y * stride + x // 8] |= 128 >> x % 8
    return Bitmap(width, height, bytes(rows))


@settings(max_examples=examples(25), deadline=None)
@given(
    width=st.integers(1, 384),
    height=st.integers(1, 120),
    ink=st.sampled_from([0.0, 0.005, 0.3]),
    noise=st.randoms(use_true_random=False),
)
def test_any_bitmap_survives(width: int, height: int, ink: float, noise: Random) -> None:
    bitmap = speckled(noise, width, height, ink)
    payload = encode(bitmap, Profile.shipped("tsc-te200"), GAP)
    (printed,) = tspl_reference.Printer().feed(payload)
    got = [row[8 : 8 + width] for row in printed.rows[:height]]
    assert got == dots(bitmap.rows, width, height)


# Inverted these are 1B 21, which the printer would take as the start of an immediate command.
LIVE = bytes((0xFF - 0x1B, 0xFF - 0x21))


@pytest.mark.parametrize(
    ("width", "rows"),
    [
        (48, b"\x80" + LIVE + b"\x00\x00\x01"),
        (16, LIVE * 4),
        (8, LIVE * 3),
        (24, b"\x80\x00" + LIVE[:1] + LIVE[1:] + b"\x00\x01"),
    ],
)
def test_bytes_that_would_act_at_once_are_cut_in_two(width: int, rows: bytes) -> None:
    bitmap = Bitmap(width, len(rows) // ((width + 7) // 8), rows)
    payload = encode(bitmap, Profile.shipped("tsc-te200"), GAP)
    assert b"\x1b!" not in payload
    assert payload.count(b"BITMAP") > 1
    (printed,) = tspl_reference.Printer().feed(payload)
    got = [row[8 : 8 + width] for row in printed.rows[: bitmap.height]]
    assert got == dots(rows, width, bitmap.height)


def test_a_background_with_such_bytes_is_mended_by_the_label() -> None:
    template = Template.shipped("goi-50x40")
    rows = bytearray(48 * 320)
    for y, x in ((5, 0), (5, 46), (6, 20), (319, 46)):
        rows[y * 48 + x : y * 48 + x + 2] = LIVE
    shared = Bitmap(384, 320, bytes(rows))
    laid = Laid(template, shared, (Patch(Bitmap(13, 9, b"\xff\xf8" * 9), 101, 200, "x"),), None)
    encoded = encode_label(laid, Profile.shipped("tsc-te200"), "changes")
    assert b"\x1b!" not in encoded.prologue + encoded.payload
    printer = tspl_reference.Printer()
    printer.feed(encoded.prologue)
    (printed,) = printer.feed(encoded.payload)
    same(laid, printed)


@settings(max_examples=examples(12), deadline=None)
@given(
    x=st.integers(0, 300),
    y=st.integers(0, 250),
    width=st.integers(1, 80),
    ink=st.sampled_from([0.0, 0.01, 0.3]),
    noise=st.randoms(use_true_random=False),
)
def test_any_background_and_any_piece_survive(
    x: int, y: int, width: int, ink: float, noise: Random
) -> None:
    template = Template.shipped("goi-50x40")
    piece = Patch(speckled(noise, width, 40, 0.3), x, y, "x")
    laid = Laid(template, speckled(noise, 384, 320, ink), (piece,), None)
    encoded = encode_label(laid, Profile.shipped("tsc-te200"), "changes")
    printer = tspl_reference.Printer()
    printer.feed(encoded.prologue)
    (printed,) = printer.feed(encoded.payload)
    same(laid, printed)


def test_another_lots_background_has_another_name() -> None:
    profile = Profile.shipped("tsc-te200")
    names = set()
    for stars in (3, 4, 5):
        laid = lay_out(Template.shipped("goi-50x40"), label(1, stars=stars))
        encoded = encode_label(laid, profile, "changes")
        (name,) = re.findall(rb'PUTBMP 8,0,"([0-9A-F]{8}\.BMP)"', encoded.payload)
        assert b'DOWNLOAD "' + name + b'",' in encoded.prologue
        names.add(name)
    assert len(names) == 3


@pytest.mark.parametrize(
    ("media", "told"),
    [
        (GAP, b"\r\nGAP 2 mm,0 mm\r\n"),
        (Media(50, 40, 48, "mark", 3), b"\r\nBLINE 3 mm,0 mm\r\n"),
        (Media(58, 40.5, 48, "continuous", 0), b"\r\nGAP 0 mm,0 mm\r\n"),
    ],
)
def test_the_stock_is_told_with_every_label(media: Media, told: bytes) -> None:
    payload = encode(Bitmap(8, 1, b"\x80"), Profile.shipped("tsc-te200"), media)
    assert payload.startswith(b"SIZE %g mm,%g mm\r\n" % (media.width_mm, media.height_mm))
    assert told in payload


def test_a_label_that_reaches_past_the_head_is_refused_with_both_widths() -> None:
    profile = replace(Profile.shipped("xprinter-xp-365b"), dots_wide=576)
    wide = Media(100, 100, 96, "gap", 3)
    with pytest.raises(EncodingError, match="is 768 dots wide, expected at most 576"):
        encode(Bitmap(768, 1, bytes(96)), profile, wide)
