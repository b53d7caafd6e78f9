from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from printers.bitmap import Bitmap
from printers.design.render import render
from printers.design.template import Template
from printers.encoders.sheet import compose_pdf, compose_png
from printers.encoders.sheet_layout import SHIPPED, SheetLayout
from printers.errors import EncodingError, ProfileError
from printers.profile import Profile
from tests.printers.escpos_reference import dots
from tests.printers.sample_labels import label

ROOM = Path(__file__).parents[2] / "printers"


def labels(count: int) -> list[Bitmap]:
    template = Template.shipped("goi-50x40")
    return [render(template, label(n)) for n in range(1, count + 1)]


def cut_out(page: Image.Image, layout: SheetLayout, place: int, of: Bitmap) -> list[list[int]]:
    """The dots of one place as 0/1, black is 1, by the page's pixels alone."""
    row, column = divmod(place - 1, layout.columns)
    middle = (layout.label_width_mm * 8 - of.width) / 2
    left = round((layout.left_mm + column * layout.pitch_x_mm) * 8 + middle)
    top = round((layout.top_mm + row * layout.pitch_y_mm) * 8)
    return [
        [int(page.getpixel((left + x, top + y)) == 0) for x in range(of.width)]
        for y in range(of.height)
    ]


def test_every_dot_of_every_label_is_on_its_place_of_the_page() -> None:
    layout = SheetLayout.shipped("a4-50x40")
    made = labels(30)
    pages = [Image.open(io.BytesIO(png)) for png in compose_png(made, layout)]
    assert [page.size for page in pages] == [(1680, 2376)] * 2
    for n in (0, 3, 4, 27, 28, 29):
        page, place = divmod(n, layout.places)
        want = dots(made[n].rows, made[n].width, made[n].height)
        assert cut_out(pages[page].convert("L"), layout, place + 1, made[n]) == want
    ink = sum(sum(map(int.bit_count, one.rows)) for one in made)
    assert sum(page.convert("L").histogram()[0] for page in pages) == ink


def test_a_used_first_sheet_begins_at_the_first_free_place() -> None:
    layout = SheetLayout.shipped("a4-50x40")
    made = labels(3)
    pages = compose_png(made, layout, first_place=27)
    assert len(pages) == 2
    first = Image.open(io.BytesIO(pages[0])).convert("L")
    assert cut_out(first, layout, 27, made[0]) == dots(made[0].rows, 384, 320)
    assert not any(map(any, cut_out(first, layout, 26, made[0])))
    second = Image.open(io.BytesIO(pages[1])).convert("L")
    assert cut_out(second, layout, 1, made[2]) == dots(made[2].rows, 384, 320)


def test_the_pdf_has_pages_of_exactly_a4_with_black_and_white_pictures() -> None:
    pdf = compose_pdf(labels(29), SheetLayout.shipped("a4-50x40"))
    assert pdf.startswith(b"%PDF-")
    boxes = re.findall(rb"/MediaBox \[ ?0 0 ([0-9.]+) ([0-9.]+) ?\]", pdf)
    assert len(boxes) == 2
    for width, height in boxes:
        assert float(width) == pytest.approx(210 / 25.4 * 72, abs=0.01)
        assert float(height) == pytest.approx(297 / 25.4 * 72, abs=0.01)
    assert len(re.findall(rb"/BitsPerComponent 1\b", pdf)) == 2


def test_another_program_reads_the_dots_back_from_the_pdf(tmp_path: Path) -> None:
    program = shutil.which("pdfimages")
    assert program, "pdfimages is missing; run: sudo apt-get install poppler-utils"
    layout = SheetLayout.shipped("a4-50x40")
    made = labels(29)
    (tmp_path / "t.pdf").write_bytes(compose_pdf(made, layout))
    subprocess.run([program, "-png", "t.pdf", "p"], cwd=tmp_path, check=True, timeout=60)
    for found, png in zip(sorted(tmp_path.glob("p-*.png")), compose_png(made, layout), strict=True):
        with Image.open(found) as back, Image.open(io.BytesIO(png)) as page:
            assert back.convert("L").tobytes() == page.convert("L").tobytes()


def test_an_offset_moves_every_label_and_nothing_else() -> None:
    layout = SheetLayout.shipped("a4-50x40")
    moved = replace(layout, offset_x_mm=-1.5, offset_y_mm=2)
    made = labels(2)
    plain = Image.open(io.BytesIO(compose_png(made, layout)[0])).convert("L")
    shifted = Image.open(io.BytesIO(compose_png(made, moved)[0])).convert("L")
    box = (40, 40, 1600, 2300)
    assert (
        plain.crop(box).tobytes()
        == shifted.crop((box[0] - 12, box[1] + 16, box[2] - 12, box[3] + 16)).tobytes()
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_layout_has_its_profile_and_places_on_the_page(name: str) -> None:
    layout, profile = SheetLayout.shipped(name), Profile.shipped(name)
    assert (layout.name, profile.sheet, profile.language) == (name, name, "sheet")
    assert profile.dots_wide == layout.page_dots[0]
    width, height = layout.label_dots
    corners = [layout.corner(place) for place in range(1, layout.places + 1)]
    assert len(set(corners)) == layout.places
    for x, y in corners:
        assert 0 <= x <= x + width <= layout.page_dots[0]
        assert 0 <= y <= y + height <= layout.page_dots[1]
        for other_x, other_y in corners:
            assert (
                (x, y) == (other_x, other_y)
                or abs(x - other_x) >= width
                or (abs(y - other_y) >= height)
            )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("columns = 4", "columns = 5", "sheet.outside"),
        ("top_mm = 8.5", "top_mm = 9.0", None),
        ("top_mm = 8.5", "top_mm = 18", "sheet.outside"),
        ("pitch_x_mm = 50", "pitch_x_mm = 49", "sheet.overlap"),
        ("rows = 7", "", "profile.missing-key"),
        ("rows = 7", "rows = 7\nzoom = 2", "profile.unknown-key"),
    ],
)
def test_a_wrong_layout_is_refused(old: str, new: str, code: str | None) -> None:
    good = (ROOM / "sheets" / "a4-50x40.toml").read_text(encoding="utf-8")
    assert old in good
    if code is None:
        assert SheetLayout.from_bytes(good.replace(old, new).encode()).top_mm == 9
        return
    with pytest.raises(ProfileError) as refused:
        SheetLayout.from_bytes(good.replace(old, new).encode())
    assert refused.value.code == code


def test_what_does_not_fit_a_sheet_is_refused_with_the_numbers() -> None:
    small = SheetLayout.shipped("a4-30x20")
    with pytest.raises(EncodingError, match=r"48 x 40 mm, expected at most 30 x 20 mm"):
        compose_pdf(labels(1), small)
    with pytest.raises(EncodingError, match="first place is 79, expected 1 to 78"):
        compose_png(labels(1), small, first_place=79)
    with pytest.raises(EncodingError, match="no labels"):
        compose_pdf([], small)
    with pytest.raises(ProfileError, match="no sheet layout"):
        SheetLayout.shipped("../a4-50x40")
