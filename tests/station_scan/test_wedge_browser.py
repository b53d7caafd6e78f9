"""The station in a real Chromium with a simulated wedge scanner, keyboard only, in both languages."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.bootstrap import Services
from tests.pages.cooperative import GTIN, LOT, RAW, RAW_LOT, serial
from tests.pages.packing_table import on_paper, pack, printed, printer_named, silent_printer
from tests.pages.watched_page import (
    PHONE,
    assert_fits,
    assert_kind,
    picture,
    served,
    watched_page,
)
from tests.station_scan.wedge import keys, scan

pytestmark = pytest.mark.browser
EAN = "8938501000125"


@pytest.fixture
def base(services: Services) -> Iterator[str]:
    with served(services) as address:
        yield address


def ready(page: Page) -> Page:
    """The page hears scanners."""
    page.wait_for_selector("html[data-wedge=on]")
    return page


def test_from_harvest_to_printed_labels_in_three_screens_by_keyboard_and_scanner(
    services: Services, base: str, chromium: Browser
) -> None:
    with (
        printer_named(services, "kho", speed_mm_s=2000),
        watched_page(chromium, base) as page,
    ):
        screens: list[str] = []
        page.on("framenavigated", lambda frame: screens.append(frame.url.removeprefix(base)))
        page.goto("/tram")
        ready(page)
        way = page.get_by_role("link", name="Thu hoạch đến tem")
        for _ in range(60):
            page.keyboard.press("Tab")
            if way.evaluate("one => one === document.activeElement"):
                break
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("Thu hoạch đến tem")
        ready(page)
        expect(page.locator("#amount")).to_be_focused()
        keys(page, "12,5", delay=120)
        scan(page, EAN)  # the pack's own bar code chooses the product, wherever the cursor is
        expect(page.locator("#wedge p")).to_contain_text("Miến dong Đồng Tâm")
        expect(page.locator("#amount")).to_have_value("12,5")
        expect(page.locator("#product")).to_have_value(GTIN)
        expect(page.locator("#packs")).to_be_focused()
        keys(page, "20", delay=120)
        for _ in range(3):  # past the number of labels to the button, and press it
            page.keyboard.press("Enter")
        expect(page.locator(".ending")).to_have_text("Lượt này: 20 tem đã in ra.")
        # The page of the print reloads itself once, when it has ended.
        shown = dict.fromkeys(re.sub(r"\d+$", "N", one) for one in screens)
        assert [*shown] == ["/tram", "/tram/nhanh", "/tram/in-tem/N"]
    assert len(set(on_paper(services, "kho"))) == 20


def test_a_scan_finds_its_field_wherever_the_cursor_is_and_typing_is_left_alone(
    services: Services, base: str, chromium: Browser
) -> None:
    pack(services, "L260924B", "2026-09-24", 4)
    with watched_page(chromium, base) as page:
        page.goto("/tram/dong-goi")
        ready(page)
        page.locator("#packs").focus()
        keys(page, "35", delay=90)
        scan(page, RAW_LOT)
        expect(page.locator("#in_lot_1")).to_have_value(f"{RAW} {RAW_LOT}")
        expect(page.locator("#packs")).to_have_value("35")
        expect(page.locator("#in_amount_1")).to_be_focused()
        # The second lot goes to the next row, a lot that is there is not put in twice.
        scan(page, "BD-L260924B", end="Tab")
        expect(page.locator("#in_lot_2")).to_have_value(f"{RAW} BD-L260924B")
        scan(page, RAW_LOT)
        expect(page.locator("#wedge p")).to_have_text(f"{RAW_LOT} đã có trong phiếu này rồi.")
        expect(page.locator("#in_lot_3")).to_have_value("")
        # A slow scanner, and one that sends FNC1 as a key.
        scan(page, EAN, delay=45)
        expect(page.locator("#product")).to_have_value(GTIN)
        page.locator("#packs").focus()
        scan(page, f"]Q301{GTIN}10{LOT}\x1d21{serial(services, 1)}")
        expect(page.locator("#in_lot_3")).to_have_value(f"{GTIN} {LOT}")
        # A person's typing stays where it is, however quick, and Enter and Tab are theirs.
        page.locator("#packs").fill("")
        keys(page, "1234567", delay=85, end="Tab")
        expect(page.locator("#packs")).to_have_value("1234567")
        # A glove on several keys at once, and Enter when it is lifted, is no scan either.
        page.locator("#packs").fill("")
        keys(page, "123", delay=3)
        time.sleep(0.1)
        keys(page, "", delay=0, end="Tab")
        expect(page.locator("#packs")).to_have_value("123")
        page.locator("#packs").fill("1234567")
        # What is no code is said, and nothing in the form changes.
        page.locator("#packs").focus()
        scan(page, "<script>alert(1)</script>")
        expect(page.locator("#wedge")).to_have_class("bad")
        expect(page.locator("#packs")).to_have_value("1234567")
        assert page.url.endswith("/tram/dong-goi")
        picture(page, "scan-form")


def test_a_spoilt_scan_is_told(services: Services, base: str, chromium: Browser) -> None:
    with watched_page(chromium, base) as page:
        page.goto("/tram")
        ready(page)
        # What an input method of Vietnamese does: it takes letters back and types others.
        page.evaluate(
            """async () => {
              const fire = (key) => window.dispatchEvent(
                new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
              for (const key of ["T", "R", "U", "Y", "X", "Backspace", "Ỹ", "U", "A", "T", "Enter"])
                fire(key);
            }"""
        )
        expect(page.locator("#wedge p")).to_contain_text("Bộ gõ tiếng Việt đang bật")
        page.evaluate(
            """() => {
              for (const key of ["L", "2", "6", "Ă", "9", "2", "3", "Enter"]) window.dispatchEvent(
                new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
            }"""
        )
        expect(page.locator("#wedge p")).to_contain_text("tắt bộ gõ")


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_pages_of_a_scan_are_kind_and_fit(
    services: Services, base: str, chromium: Browser, lang: str
) -> None:
    with watched_page(chromium, base, width=PHONE, dark=lang == "en") as page:
        page.goto(f"/tram?lang={lang}")
        ready(page)
        scan(page, f"https://la.example/01/{GTIN}/10/{LOT}/21/{serial(services, 1)}")
        page.wait_for_url("**/tram/quet?**")
        assert page.locator("html").get_attribute("lang") == lang
        paths = (
            "",
            f"/tram/quet?ma={RAW_LOT}",
            f"/tram/quet?ma={EAN}",
            f"/tram/quet?ma=01{GTIN}10CHUA-CO",
            "/tram/quet",
            "/tram/quet?ma=L26%C4%82",
            "/tram/nhanh",
            "/tram/gui",
        )
        for at, path in enumerate(paths):
            if path:
                page.goto(path)
            if at < 4:  # tests/everywhere asks about the others
                assert_kind(page)
            assert_fits(page)
            picture(page, f"scan-{at}-{lang}")


def test_a_label_page_takes_scans_with_the_cursor_elsewhere(
    services: Services, base: str, chromium: Browser
) -> None:
    silent_printer(services, "kho")
    job = printed(services, 4, "kho")
    with watched_page(chromium, base) as page:
        page.goto("/tram/in-tem")
        ready(page)
        page.locator("body").click()
        scan(page, f"(01){GTIN}(10){LOT}")
        page.wait_for_url("**/tram/in-tem/lo?**")
        page.goto(f"/tram/in-tem/chua-ro?item={GTIN}&lot={LOT}&cach=tich")
        ready(page)
        scan(page, f"]Q301{GTIN}10{LOT}\x1d21{serial(services, 2)}")
        expect(page.locator(f"input[name='good_{serial(services, 2)}']")).to_be_checked()
        page.goto(f"/tram/in-tem/{job}")
        ready(page)
        scan(page, f"]C101{GTIN}10{LOT}\x1d21{serial(services, 3)}")
        expect(page.locator("h2").first).to_contain_text("3 tem tính là đã in, 1 tem bị hủy.")


def test_without_scripts_the_plain_field_does_the_same(
    base: str, chromium: Browser, tmp_path: Path
) -> None:
    with watched_page(chromium, base, javascript=False) as page:
        page.goto("/tram")
        page.get_by_label("Quét hoặc gõ mã").focus()
        page.keyboard.type(f"01{GTIN}10{LOT}")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(f"Miến dong Đồng Tâm, lô {LOT}")
        page.get_by_role("link", name="In tem").click()
        expect(page.locator("h1")).to_contain_text("In tem")
