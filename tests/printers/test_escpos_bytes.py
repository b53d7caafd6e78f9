from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printers.bitmap import Bitmap
from printers.design.render import render
from printers.design.template import SHIPPED, Template
from printers.design.template_parts import Media
from printers.dialogue.process_id import answer_of, request_answer
from printers.encoders.escpos import encode
from printers.errors import EncodingError
from printers.profile import SHIPPED as PRINTERS
from printers.profile import Profile
from tests.examples import examples
from tests.printers.escpos_reference import decode, dots
from tests.printers.sample_labels import label

GAP = Media(50, 40, 48, "gap", 2)
ROLL = Media(58, 40, 48, "continuous", 0)
REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")
PROFILES = ("virtual", "escpos-58")
ESCPOS = [name for name in PRINTERS if Profile.shipped(name).language == "escpos"]


def agree(bitmap: Bitmap, profile: str, media: Media = GAP) -> bytes:
    payload = encode(bitmap, Profile.shipped(profile), media)
    assert decode(payload, bitmap.width) == [dots(bitmap.rows, bitmap.width, bitmap.height)]
    assert not REAL_TIME.search(payload)
    return payload


@pytest.mark.parametrize("profile", ESCPOS)
@pytest.mark.parametrize("name", SHIPPED)
def test_the_reference_decoder_gives_every_template_back_dot_for_dot(
    name: str, profile: str
) -> None:
    template, printer = Template.shipped(name), Profile.shipped(profile)
    bitmap = render(template, label(3, name))
    wide = bitmap.width > printer.dots_wide
    if wide or (printer.media and template.media.kind not in printer.media):
        with pytest.raises(EncodingError) as refused:
            encode(bitmap, printer, template.media)
        assert refused.value.code == ("encoding.too-wide" if wide else "encoding.media")
    else:
        agree(bitmap, profile, template.media)


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=examples(20), deadline=None)
@given(
    width=st.integers(1, 200),
    height=st.integers(1, 300),
    fill=st.sampled_from([0.0, 0.02, 0.3]),
    noise=st.randoms(use_true_random=False),
)
def test_any_bitmap_with_a_blank_left_margin_survives(
    profile: str, width: int, height: int, fill: float, noise: Random
) -> None:
    stride, total = (width + 7 + 16) // 8, width + 16
    rows = bytearray(stride * height)
    for _ in range(int(width * height * fill)):
        x, y = 16 + noise.randrange(width), noise.randrange(height)
        rows[y * stride + x // 8] |= 128 >> x % 8
    agree(Bitmap(total, height, bytes(rows)), profile)


@pytest.mark.parametrize("second", [0x04, 0x05, 0x14])
@pytest.mark.parametrize("profile", PROFILES)
def test_a_real_time_sequence_inside_a_row_is_moved_away(profile: str, second: int) -> None:
    row = b"\x00\x00\x10" + bytes([second]) + b"\x00\x01"
    payload = agree(Bitmap(48, 5, row * 5), profile)
    assert b"\x1dL" in payload


@pytest.mark.parametrize("second", [0x04, 0x05, 0x14])
@pytest.mark.parametrize("profile", PROFILES)
def test_a_real_time_sequence_across_two_rows_is_split(profile: str, second: int) -> None:
    rows = b"\x00\x80\x10" + bytes([second]) + b"\x00\x01"
    payload = agree(Bitmap(24, 2, rows), profile)
    assert payload.count(b"\x1dv0") == 2
    assert b"\x1dL\x01" not in payload


def test_a_sequence_that_cannot_be_moved_is_refused_with_its_row() -> None:
    rows = b"\x80\x00\x00\x00" + b"\x80\x10\x04\x00"
    with pytest.raises(EncodingError) as refused:
        encode(Bitmap(32, 2, rows), Profile.shipped("virtual"), GAP)
    assert refused.value.code == "encoding.real-time"
    assert refused.value.params["row"] == 1


def test_a_label_wider_than_the_printer_is_refused_with_both_widths() -> None:
    with pytest.raises(EncodingError, match="400 dots wide, expected at most 384"):
        encode(Bitmap(400, 1, bytes(50)), Profile.shipped("escpos-58"), GAP)


def test_a_blank_label_is_still_a_label_of_its_length() -> None:
    for profile in PROFILES:
        agree(Bitmap(384, 320, bytes(48 * 320)), profile)


def test_bands_have_at_most_255_rows() -> None:
    payload = agree(Bitmap(16, 600, b"\x00\x01" * 600), "escpos-58")
    assert payload.count(b"\x1dv0") == 3


def test_gap_stock_ends_with_form_feed_and_a_roll_with_a_cut() -> None:
    bitmap = Bitmap(8, 1, b"\x01")
    assert encode(bitmap, Profile.shipped("virtual"), GAP).endswith(b"\x0c")
    assert encode(bitmap, Profile.shipped("virtual"), ROLL).endswith(b"\x1dVB\x00")
    assert encode(bitmap, Profile.shipped("escpos-80"), ROLL).endswith(b"\x1bd\x04")


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 95**4 - 1))
def test_process_ids_are_four_printable_characters(number: int) -> None:
    request = request_answer(number)
    assert request[:7] == bytes.fromhex("1d284806003030")
    assert all(32 <= b <= 126 for b in request[7:])
    assert answer_of(number) == b"\x37\x22" + request[7:] + b"\x00"


def test_a_number_past_the_last_process_id_is_refused() -> None:
    with pytest.raises(EncodingError):
        request_answer(95**4)
