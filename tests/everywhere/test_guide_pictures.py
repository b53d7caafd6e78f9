"""The pictures of docs/huong-dan: taken from the real pages, each named by the guide and there.

`make guide-pictures` takes them and puts them into docs/huong-dan/hinh.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import Browser

from api.access.table import TABLE
from tests.everywhere.addresses import MACHINE, STRANGER
from tests.everywhere.village import Village
from tests.pages.cooperative import GTIN, LOT, RAW, RAW_LOT
from tests.pages.packing_table import silent_printer
from tests.pages.watched_page import assert_fits, served, watched_page

ROOT: Final = Path(__file__).resolve().parents[2]
GUIDE: Final = ROOT / "docs" / "huong-dan"
KEPT: Final = GUIDE / "hinh"
TAKE: Final = "OCOP_GUIDE_PICTURES"
WIDTH, HEIGHT = 900, 760
MOST_BYTES: Final = 60_000

HIGH: Final = {"che-bien": 1040}
"""Pages whose point stands further down."""
RUN: Final = f"in_lot_1={RAW}+{RAW_LOT}&in_amount_1=20&out_item_1={RAW}&out_amount_1=12,5&loss=7,5&site=XCB-01"

PICTURES: Final = {
    # Name: who, which page, and how wide the screen is.
    "tram": (MACHINE, "/tram", WIDTH),
    "che-bien": (MACHINE, f"/tram/che-bien?{RUN}", WIDTH),
    "nhanh": (MACHINE, "/tram/nhanh", WIDTH),
    "in-tem": (MACHINE, f"/tram/in-tem/lo?item={GTIN}&lot={LOT}", WIDTH),
    "phieu": (MACHINE, "/tram/phieu/{entry}", WIDTH),
    "gui": (MACHINE, "/tram/gui", WIDTH),
    "quan-ly": ("manager", "/quan-ly", WIDTH),
    "bang": (MACHINE, "/quan-ly/bang/{upload}", WIDTH),
    "so-lieu": ("manager", "/quan-ly/so-lieu", WIDTH),
    "dien-tap": ("manager", f"/quan-ly/dien-tap/lo?item={GTIN}&lot=L-THU-HOI", WIDTH),
    "nguoi-mua": (STRANGER, f"/01/{GTIN}/10/{LOT}/21/{{serial}}", 390),
    "kiem-tra": ("inspector", "/kiem-tra?tim=mien+dong", WIDTH),
    "ho-so": ("inspector", f"/lo/{GTIN}/L-THU-HOI", WIDTH),
    "tinh": ("officer", "/tinh?tinh=quang-ninh", WIDTH),
}


def named_by_the_guide() -> set[str]:
    text = "".join(path.read_text("utf-8") for path in GUIDE.glob("*.md"))
    return set(re.findall(r"!\[[^\]]+\]\(hinh/([a-z-]+)\.png\)", text))


def test_every_picture_that_the_guide_shows_is_there_and_is_one_that_is_taken() -> None:
    assert named_by_the_guide() == set(PICTURES) == {path.stem for path in KEPT.glob("*.png")}
    assert [path.name for path in KEPT.iterdir() if path.stat().st_size > MOST_BYTES] == []


def test_every_page_that_the_guide_names_is_a_page() -> None:
    named: set[str] = set()
    for path in GUIDE.glob("*.md"):
        named |= set(re.findall(r"`(/[a-z/-]+)`", path.read_text("utf-8")))
    assert len(named) > 6
    assert named - {template for template, method in TABLE if method == "GET"} == set()


@pytest.mark.browser
def test_the_pages_of_the_guide_look_as_a_reader_will_find_them(
    village: Village, chromium: Browser, tmp_path: Path
) -> None:
    # Only when asked for: a picture of the same page differs a little from machine to machine.
    folder = KEPT if os.environ.get(TAKE) else tmp_path
    silent_printer(village.services, "may-in-kho")
    with served(village.services) as base:
        for name, (role, address, width) in PICTURES.items():
            cookies = village.cookies(role, base)
            high = HIGH.get(name, HEIGHT)
            with watched_page(chromium, base, width=width, height=high, cookies=cookies) as page:
                answer = page.goto(village.filled(address))
                assert answer is not None and answer.status == 200, address
                assert_fits(page)
                page.screenshot(path=folder / f"{name}.png")
            small(folder / f"{name}.png")
    for path in folder.glob("*.png"):
        with Image.open(path) as taken:
            assert len(taken.convert("RGB").getcolors(1 << 24) or ()) > 20, f"{path.stem} is empty"


def small(path: Path) -> None:
    """The same picture in 64 colours: a page is flat, and the repository stays light."""
    with Image.open(path) as taken:
        fewer = taken.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    fewer.save(path, optimize=True)
