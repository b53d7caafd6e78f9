from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from printers.bitmap import Bitmap
from printers.design.laid import Laid, Patch, QrPatch
from printers.design.qr import qr_matrix
from printers.design.render import lay_out
from printers.design.template import Template
from printers.encoders.choose import Encoded, encode_label
from printers.errors import EncodingError
from printers.profile import SHIPPED, Profile
from tests.printers import escpos_reference
from tests.printers.escpos_reference import dots
from tests.printers.readers import read_qr
from tests.printers.sample_labels import label, qr_text

LINE_BYTES_A_SECOND = 11_520  # 115200 baud, ten bits a byte
ABLE = [name for name in SHIPPED if "changes" in Profile.shipped(name).sends]
ESCPOS = [name for name in ABLE if Profile.shipped(name).language == "escpos"]
FAST = Template.shipped("tron-58-nhanh")


def agree(laid: Laid, encoded: Encoded, width: int) -> escpos_reference.Printed:
    """What the reference printer printed: every dot but those inside the code is the bitmap's."""
    (printed,) = escpos_reference.read(encoded.prologue + encoded.payload, width)
    same_outside_the_code(laid, printed)
    return printed


def same_outside_the_code(laid: Laid, printed: escpos_reference.Printed) -> None:
    whole, qr = laid.bitmap(), laid.qr
    assert qr is not None
    want = dots(whole.rows, whole.width, whole.height)
    (code,) = printed.codes
    assert (code.x, code.y, code.module) == (qr.x, qr.y, qr.module_dots)
    assert code.side == qr.size * qr.module_dots
    assert (code.text, "LMQH"[code.level - 48]) == (qr.text, qr.level)
    assert len(printed.rows) == whole.height
    for y, (row, line) in enumerate(zip(printed.rows, want, strict=True)):
        got, should = list(row), line + [0] * (len(row) - len(line))
        if qr.y <= y < qr.y + code.side:
            got[qr.x : qr.x + code.side] = should[qr.x : qr.x + code.side] = []
        assert got == should, y


@pytest.mark.parametrize("name", ESCPOS)
def test_background_kept_in_the_printer_and_its_own_code_print_the_same_label(name: str) -> None:
    profile = Profile.shipped(name)
    laid = lay_out(FAST, label(3, FAST.name))
    printed = agree(laid, encode_label(laid, profile, "changes"), profile.dots_wide)
    packed = b"".join(
        int("".join(map(str, row)), 2).to_bytes(len(row) // 8, "big") for row in printed.rows
    )
    picture = Bitmap(profile.dots_wide, len(printed.rows), packed)
    assert read_qr(picture) == qr_text(3)


@pytest.mark.parametrize("name", ESCPOS)
def test_a_roll_of_labels_needs_the_background_once(name: str) -> None:
    profile = Profile.shipped(name)
    printer = escpos_reference.Printer(profile.dots_wide)
    first = encode_label(lay_out(FAST, label(1, FAST.name)), profile, "changes")
    stream = first.prologue
    laids = [lay_out(FAST, label(n, FAST.name)) for n in range(1, 6)]
    for laid in laids:
        encoded = encode_label(laid, profile, "changes")
        assert encoded.prologue == first.prologue
        assert b"\x1b@" not in encoded.payload
        stream += encoded.payload
    for laid, printed in zip(laids, printer.feed(stream), strict=True):
        same_outside_the_code(laid, printed)


def test_four_labels_a_second_fit_through_a_serial_line() -> None:
    for name in ESCPOS:
        laid = lay_out(FAST, label(12, FAST.name))
        encoded = encode_label(laid, Profile.shipped(name), "changes")
        assert len(encoded.payload) <= LINE_BYTES_A_SECOND / 4
        assert len(encoded.payload) * 4 < len(encode_label(laid, Profile.shipped(name)).payload)


@pytest.mark.parametrize("name", [name for name in SHIPPED if name not in ABLE])
def test_a_printer_not_known_to_keep_a_background_is_refused(name: str) -> None:
    laid = lay_out(FAST, label(3, FAST.name))
    with pytest.raises(EncodingError) as refused:
        encode_label(laid, Profile.shipped(name), "changes")
    sheet = Profile.shipped(name).language == "sheet"
    assert refused.value.code == ("encoding.sheet" if sheet else "encoding.changes-unknown")
    if not sheet:
        assert "send=whole" in refused.value.say("vi")


@pytest.mark.parametrize("name", ["goi-50x40", "tron-58"])
def test_a_template_not_made_for_it_is_refused_and_the_fast_one_named(name: str) -> None:
    laid = lay_out(Template.shipped(name), label(3, name))
    with pytest.raises(EncodingError) as refused:
        encode_label(laid, Profile.shipped("virtual"), "changes")
    assert refused.value.code in ("encoding.changes-beside-qr", "encoding.changes-mixed")
    assert "tron-58-nhanh" in refused.value.say("vi")


def test_a_code_that_the_printer_may_draw_in_another_size_is_refused() -> None:
    laid = lay_out(FAST, label(3, FAST.name))
    assert laid.qr is not None
    for qr in (replace(laid.qr, text="https://truyxuat.vn/1"), replace(laid.qr, version=7)):
        with pytest.raises(EncodingError) as refused:
            encode_label(replace(laid, qr=qr), Profile.shipped("virtual"), "changes")
        assert refused.value.code == "encoding.changes-qr-size"


def made_up(shared: Bitmap, patches: tuple[Patch, ...] = (), text: str = "A" * 60) -> Laid:
    """Any ink around the code of the fast template, which stays in the middle of its place."""
    matrix, place = qr_matrix(text, "M"), FAST.qr.box
    inset = (place.width - matrix.size * 4) // 2
    x, y = place.x + inset, place.y + inset
    qr = QrPatch(text, "M", matrix.version, matrix.mask, matrix.size, 4, x, y)
    return Laid(FAST, shared, patches, qr)


def speckled(noise: Random, top: int, bottom: int, left: int, right: int, ink: float) -> Bitmap:
    rows = bytearray(48 * 340)
    for _ in range(int((bottom - top) * (right - left) * ink) + 1):
        x, y = noise.randrange(left, right), noise.randrange(top, bottom)
        rows[y * 48 + x // 8] |= 128 >> x % 8
    return Bitmap(384, 340, bytes(rows))


@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    top=st.integers(0, 150),
    high=st.integers(1, 140),
    left=st.integers(0, 300),
    ink=st.sampled_from([0.0, 0.005, 0.02]),
    noise=st.randoms(use_true_random=False),
)
def test_any_background_is_printed_dot_for_dot(
    top: int, high: int, left: int, ink: float, noise: Random
) -> None:
    shared = speckled(noise, top, min(top + high, FAST.qr.box.y), left, 384, ink)
    laid = made_up(shared, (Patch(Bitmap(40, 2, b"\xff" * 10), 16, 320, "x"),))
    try:
        encoded = encode_label(laid, Profile.shipped("virtual"), "changes")
    except EncodingError as refused:
        # Noise, unlike text, can hold a command at every one of the eight ways to lay it out.
        assume(refused.code != "encoding.changes-live")
        raise
    agree(laid, encoded, 384)


def test_a_low_background_just_above_the_code_that_cannot_be_laid_out_is_refused() -> None:
    """Below the only layout that ends in time, and is a command, no row of ink is left."""
    shared = speckled(Random(1255), 146, FAST.qr.box.y, 99, 384, 0.02)
    with pytest.raises(EncodingError) as refused:
        encode_label(made_up(shared), Profile.shipped("virtual"), "changes")
    assert refused.value.code == "encoding.changes-live"


@pytest.mark.parametrize("second", [0x04, 0x05, 0x14])
@pytest.mark.parametrize("top", [0, 1, 16, 31])
def test_a_stored_column_that_would_be_a_command_is_laid_out_otherwise(
    top: int, second: int
) -> None:
    rows = bytearray(48 * 340)
    column = f"{0x10:08b}{second:08b}"
    for n, bit in enumerate("1" * 8 + column):  # rows of ink above fix where the image begins
        rows[(top + n) * 48] |= 0x80 if n < 8 or bit == "1" else 0
        rows[(top + n) * 48 + 1] |= 0x01 if bit == "1" and n >= 8 else 0
    laid = made_up(Bitmap(384, 340, bytes(rows)))
    agree(laid, encode_label(laid, Profile.shipped("virtual"), "changes"), 384)


def test_a_background_higher_than_the_printers_memory_is_refused_with_both_numbers() -> None:
    shared = speckled(Random(1), 0, 150, 0, 384, 0.5)
    small = replace(Profile.shipped("virtual"), download_area=480)
    with pytest.raises(EncodingError, match="is 150 rows high, expected at most 80"):
        encode_label(made_up(shared), small, "changes")


def test_a_lot_whose_codes_differ_in_size_has_one_background() -> None:
    shared = speckled(Random(5), 3, 140, 0, 384, 0.004)
    printer = escpos_reference.Printer(384)
    first, second = made_up(shared), made_up(shared, text="A" * 30)
    assert first.qr is not None and second.qr is not None
    assert first.qr.size > second.qr.size
    one, two = (encode_label(x, Profile.shipped("virtual"), "changes") for x in (first, second))
    assert one.prologue == two.prologue
    printed = printer.feed(one.prologue + one.payload + two.payload)
    same_outside_the_code(first, printed[0])
    same_outside_the_code(second, printed[1])


def test_nothing_shared_and_shared_ink_on_both_sides_are_refused() -> None:
    for ink, code in (((), "nothing-shared"), ((0, 339), "mixed")):
        rows = bytearray(48 * 340)
        for y in ink:
            rows[y * 48] = 0x80
        with pytest.raises(EncodingError) as refused:
            encode_label(
                made_up(Bitmap(384, 340, bytes(rows))), Profile.shipped("virtual"), "changes"
            )
        assert refused.value.code == f"encoding.changes-{code}"
