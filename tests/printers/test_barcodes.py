"""GS1-128 on the carton label: well formed by the standard, and read by two decoders."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
import zxingcpp
from barcode.charsets import code128
from PIL import Image

from printers.design.barcode import QUIET_MODULES, gs1_128_modules
from printers.design.render import lay_out, render
from printers.design.template import Template
from printers.errors import TemplateError
from printers.label import Label
from tests.printers.phone_scan import photograph, read_by_zbar
from tests.printers.sample_labels import FIELDS, SSCC, label

CARTON = "thung-100x100"


def sscc(chance: Random) -> str:
    number = f"{chance.randrange(10**17):017}"
    total = sum(int(digit) * (3 if n % 2 == 0 else 1) for n, digit in enumerate(number))
    return f"{number}{-total % 10}"


def carton(number: str) -> Image.Image:
    fields = {**FIELDS[CARTON], "sscc": number}
    made = Label("1", f"HTTPS://TRUYXUAT.VN/00/{number}", fields)
    return render(Template.shipped(CARTON), made).image().convert("L")


def test_the_symbol_begins_as_gs1_128_and_counts_its_modules() -> None:
    modules = gs1_128_modules(Template.shipped(CARTON).barcodes[0], {"sscc": SSCC})
    codes = [modules[at : at + 11] for at in range(0, len(modules) - 13, 11)]
    values = [code128.CODES.index(code) for code in codes]
    # Start C, FNC1 (value 102), ten pairs of digits, the check character, stop.
    assert values[:2] == [105, 102]
    assert "".join(f"{value:02}" for value in values[2:12]) == "00" + SSCC
    assert values[12] == (105 + sum(n * v for n, v in enumerate(values[1:12], 1))) % 103
    assert len(modules) == 156


def test_bars_are_as_high_and_as_wide_as_the_standard_asks_with_their_margins_white() -> None:
    template = Template.shipped(CARTON)
    place = template.barcodes[0]
    assert place.module_dots / 8 >= 0.495
    assert place.box.height / 8 >= 31.75
    box = place.box
    picture = carton(SSCC).crop((box.x, box.y, box.x + box.width, box.y + box.height))
    ink = picture.point([255 - v for v in range(256)]).getbbox()
    assert ink is not None
    left, top, right, bottom = ink
    assert (right - left, bottom - top) == (156 * place.module_dots, box.height)
    assert min(left, box.width - right) >= QUIET_MODULES * place.module_dots


def test_two_decoders_read_random_cartons_clean_and_as_a_camera_sees_them(tmp_path: Path) -> None:
    chance = Random(7)
    numbers = [sscc(chance) for _ in range(12)]
    clean = [carton(number) for number in numbers]
    # A hand scanner looks along the bars; the tilt of the photograph is across them.
    band = [one.crop((0, 440, 800, 780)) for one in clean]
    for way, pictures in (("clean", clean), ("scan", [photograph(p, chance) for p in band])):
        found = [one for p in pictures for one in zxingcpp.read_barcodes(p)]
        codes = {one.text for one in found if "128" in str(one.format)}
        seen = read_by_zbar(pictures, tmp_path)
        wanted = {"00" + number for number in numbers}
        zxing = {text.replace("(", "").replace(")", "") for text in codes} & wanted
        print(f"\nGS1-128 {way}: zxing {len(zxing)}, zbar {len(seen & wanted)} of {len(numbers)}")
        assert zxing == wanted
        # Of a tilted photograph zbar, made for straight scan lines, reads what it can.
        assert way == "scan" or seen >= wanted


def test_zxing_says_that_it_is_gs1() -> None:
    found = [f for f in zxingcpp.read_barcodes(carton(SSCC)) if "128" in str(f.format)]
    assert [f.symbology_identifier for f in found] == ["]C1"]
    assert found[0].content_type == zxingcpp.ContentType.GS1


@pytest.mark.parametrize("wrong", ["", SSCC[:-1], SSCC[:-1] + "0", "A" * 18, SSCC + "1"])
def test_a_number_that_is_no_sscc_prints_no_carton(wrong: str) -> None:
    with pytest.raises(TemplateError) as refused:
        lay_out(Template.shipped(CARTON), Label("1", "A", {**FIELDS[CARTON], "sscc": wrong or "–"}))
    assert refused.value.code == "template.barcode-value"


def test_the_number_stands_in_words_under_the_bars() -> None:
    patches = lay_out(Template.shipped(CARTON), label(1, CARTON)).patches
    assert f"(00) {SSCC}" in [patch.text for patch in patches]
