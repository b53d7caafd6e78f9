from __future__ import annotations

import pytest
from PIL import Image

from printers.bitmap import Bitmap
from printers.design.laid import Laid
from printers.design.render import lay_out, render
from printers.design.template import SHIPPED, Template
from printers.label import Label
from tests.printers.sample_labels import FIELDS, SSCC, label, qr_text, serial


def ink(bitmap: Bitmap) -> Image.Image:
    return Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.rows)


def by_pasting(laid: Laid) -> bytes:
    """The pieces put together by Pillow, not by integers."""
    canvas = ink(laid.shared)
    for patch in laid.patches:
        canvas.paste(255, (patch.x, patch.y), ink(patch.bitmap))
    if laid.qr is not None:
        canvas.paste(255, (laid.qr.x, laid.qr.y), ink(laid.qr.bitmap()))
    return canvas.tobytes()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_pieces_put_together_are_the_label(name: str) -> None:
    template = Template.shipped(name)
    for n in range(3):
        laid = lay_out(template, label(n, name))
        assert laid.bitmap() == render(template, label(n, name))
        assert laid.bitmap().rows == by_pasting(laid)


@pytest.mark.parametrize("name", SHIPPED)
def test_labels_of_one_lot_share_one_object_and_other_lots_do_not(name: str) -> None:
    template = Template.shipped(name)
    one, two = lay_out(template, label(1, name)), lay_out(template, label(2, name))
    other = lay_out(template, Label(serial(1), qr_text(1), {**FIELDS[name], "lot": "PH-2"}, 4))
    assert one.shared is two.shared
    assert other.shared is not one.shared
    assert one.bitmap() != two.bitmap()


def test_what_differs_is_said_in_words_and_as_a_code() -> None:
    laid = lay_out(Template.shipped("tron-58-nhanh"), label(3, "tron-58-nhanh"))
    assert [patch.text for patch in laid.patches] == [f"Số: {serial(3)}"]
    assert laid.qr is not None
    assert (laid.qr.text, laid.qr.size) == (qr_text(3), laid.qr.matrix().size)


def test_a_turned_text_is_not_offered_as_words() -> None:
    laid = lay_out(Template.shipped("nho-30x20"), label(3, "nho-30x20"))
    assert [patch.text for patch in laid.patches] == [""]
    turned = ink(laid.patches[0].bitmap).getbbox()
    assert turned is not None
    assert turned[3] - turned[1] > turned[2] - turned[0]


def test_two_cartons_of_the_same_goods_share_their_background() -> None:
    template = Template.shipped("thung-100x100")
    fields = FIELDS["thung-100x100"]
    one = lay_out(template, Label(SSCC, "A", fields))
    two = lay_out(template, Label("1", "A", {**fields, "sscc": "189360123456789020"}))
    assert one.shared is two.shared
    assert len(one.patches) == 3  # the number twice in words and once in bars
    assert all(a.bitmap != b.bitmap for a, b in zip(one.patches, two.patches, strict=True))


def test_the_quick_58_mm_label_can_be_stored_in_a_printer() -> None:
    """`GS *` keeps at most 912 x 8 bytes: 48 columns of 8 dots by 19 rows of 8 dots."""
    template = Template.shipped("tron-58-nhanh")
    laid = lay_out(template, label(1, "tron-58-nhanh"))
    box = ink(laid.shared).getbbox()
    assert box is not None
    assert box[3] <= 152
    assert (template.width // 8) * 19 <= 912
    assert laid.qr is not None
    # The code alone in its rows, then the serial alone in its rows.
    assert laid.qr.y >= 152
    assert laid.patches[0].y >= laid.qr.y + laid.qr.size * laid.qr.module_dots
