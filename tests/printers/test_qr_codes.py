from __future__ import annotations

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from qrcode import QRCode, constants, util

from printers.design.qr import QrMatrix, qr_matrix
from printers.design.qr_masks import penalties
from printers.design.qr_segments import segments
from tests.printers.sample_labels import qr_text


def grid(matrix: QrMatrix) -> list[list[bool]]:
    return [[bool(r >> (matrix.size - 1 - x) & 1) for x in range(matrix.size)] for r in matrix.rows]


@pytest.mark.parametrize("text", [qr_text(1), "A", "12345678", "https://a.vn/x?y=1", "aB3" * 66])
def test_every_module_is_as_the_library_places_it(text: str) -> None:
    matrix = qr_matrix(text)
    wide = matrix.version > 9
    library = QRCode(
        version=matrix.version,
        error_correction=constants.ERROR_CORRECT_M,
        mask_pattern=matrix.mask,
    )
    for mode, part in segments(text, wide):
        library.add_data(util.QRData(part.encode(), mode))
    library.make(fit=False)
    assert grid(matrix) == [[bool(m) for m in row] for row in library.modules]


@pytest.mark.parametrize("n", range(1, 6))
def test_penalty_points_are_those_of_the_library(n: int) -> None:
    matrix = qr_matrix(qr_text(n))
    whole = int("".join("1" if c else "0" for row in grid(matrix) for c in row), 2)
    assert penalties([whole], matrix.size)[0] == util.lost_point(grid(matrix))


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=300))
def test_zxing_reads_any_text_back(text: str) -> None:
    matrix = qr_matrix(text)
    side = matrix.size + 8
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(grid(matrix)):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x + 4, y + 4), 0)
    found = zxingcpp.read_barcodes(image.resize((side * 4, side * 4), Image.Resampling.NEAREST))
    assert [f.text for f in found] == [text]


def test_a_70_character_address_is_version_4() -> None:
    assert qr_matrix(qr_text(1) + "ABCD").version == 4


def test_digits_inside_an_address_take_the_numeric_mode() -> None:
    assert [mode for mode, _ in segments("HTTPS://A/01/" + "1" * 30)] == [
        util.MODE_ALPHA_NUM,
        util.MODE_NUMBER,
    ]


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from("0123456789AB:/abc"), min_size=1, max_size=60))
def test_segments_give_the_text_back(text: str) -> None:
    assert "".join(part for _, part in segments(text)) == text
