"""Recording at the station by keyboard alone in a real Chromium, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.bootstrap import Services
from api.station_pages.balance import balance_of
from api.station_pages.form_page import balance_in_words
from api.station_pages.forms import FORMS
from tests.pages.cooperative import GTIN, LOT, RAW, RAW_LOT, found_cooperative, kg, record
from tests.pages.watched_page import (
    PHONE,
    assert_fits,
    assert_kind,
    picture,
    served,
    watched_page,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found_cooperative(tmp_path / "ledger")
    yield made
    made.close()


def enter(page: Page, text: str = "") -> None:
    """Fill the field with the focus, as somebody types, and move on."""
    if text:
        page.keyboard.insert_text(text)
    page.keyboard.press("Enter")


def focused(page: Page) -> str:
    """The name of what has the focus."""
    return str(page.evaluate("document.activeElement.name || document.activeElement.tagName"))


def test_a_processing_is_recorded_corrected_and_undone_by_keyboard(
    services: Services, chromium: Browser
) -> None:
    words = {
        "vi": ("Ra nhiều hơn vào", "Đã ghi sổ", "Đã ghi đính chính", "đã hoàn tác"),
        "en": ("More comes out than went in", "Recorded", "Correction recorded", "undone"),
    }
    with served(services) as base, watched_page(chromium, base) as page:
        for lang, (over, recorded, corrected, undone) in words.items():
            page.goto(f"/tram/che-bien?lang={lang}")
            assert focused(page) == "in_lot_1"
            enter(page, f"{RAW} {RAW_LOT}")
            enter(page, "10")
            enter(page)
            enter(page)
            assert focused(page) == "out_item_1"
            page.keyboard.press("T")  # chooses by its first letter, as a list does
            page.locator("#out_item_1").select_option(RAW)
            enter(page)
            enter(page, "10,5")
            balance = page.locator("#balance")
            expect(balance).to_have_attribute("data-state", "over")
            expect(balance).to_contain_text(over)
            page.locator("#out_amount_1").fill("9,25")
            expect(balance).to_have_attribute("data-state", "under")
            page.locator("#out_lot_1").focus()
            enter(page, f"BD-{lang}")
            enter(page, "0,75")
            expect(balance).to_have_attribute("data-state", "even")
            assert focused(page) == "site"
            page.locator("#site").select_option("XCB-01")
            picture(page, f"station-process-{lang}")
            assert_kind(page)
            for _ in range(8):
                if page.evaluate("document.activeElement.matches('.actions button')"):
                    break
                enter(page)
            enter(page)
            expect(page.locator(".banner.good")).to_contain_text(recorded)
            picture(page, f"station-record-{lang}")
            page.locator("a[href*='dinh-chinh']").focus()
            page.keyboard.press("Enter")
            expect(page.locator(".oldside")).to_be_visible()
            page.locator("#loss").fill("0,5")
            picture(page, f"station-correct-{lang}")
            page.locator(".actions button").focus()
            page.keyboard.press("Enter")
            expect(page.locator(".banner.good")).to_contain_text(corrected)
            picture(page, f"station-corrected-{lang}")
            page.locator("form[action*='hoan-tac'] button").focus()
            page.keyboard.press("Enter")
            expect(page.locator(".chip").filter(has_text=undone)).to_be_visible()
            assert_kind(page)
            picture(page, f"station-undone-{lang}")
        page.goto("/tram?lang=vi")
        expect(page.locator("#hom-nay")).to_contain_text("Đính chính: Chế biến")
        picture(page, "station-start")


def test_every_form_fits_a_telephone_in_the_dark_also_with_faults_and_long_names(
    services: Services, chromium: Browser
) -> None:
    name = "Miến dong riềng đỏ sấy lạnh nguyên chất Ưỡng Ở Ế Ặ Ỗ " * 3
    goods = {"code": "mien-dong-rieng-do-say-lanh-so-1", "name": name.strip()}
    record(services, "item-registered", "2026-09-01", goods)
    site = {"code": "XUONG-CHE-BIEN-MIEN-DONG-SO-0001", "kind": "processing", "name": name.strip()}
    record(services, "site-registered", "2026-09-01", site)
    lot = {"item": f"HTX-MD/{goods['code']}", "code": "W" * 20}
    harvest = {"lot": lot, "quantity": kg("123456789.123456"), "site": site["code"]}
    record(services, "harvested", "2026-10-01", harvest)
    with (
        served(services) as base,
        watched_page(chromium, base, width=PHONE, dark=True) as page,
    ):
        page.goto("/tram?lang=vi")
        assert_fits(page)
        picture(page, "station-start-360-dark")
        page.locator("#hom-nay a").first.click()
        assert_fits(page)
        picture(page, "station-record-360-dark")
        page.locator("a[href*='dinh-chinh']").click()
        assert_fits(page)
        picture(page, "station-correct-360-dark")
        for number, address in enumerate(FORMS):
            page.goto(f"/tram/{address}?lang={'en' if number % 2 else 'vi'}")
            page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
            page.locator(".actions button").click()
            expect(page.locator("#fault")).to_be_visible()
            expect(page.locator("[aria-invalid=true]").first).to_be_focused()
            assert_fits(page)
            if number % 5 == 0:  # they are made of the same fields
                assert_kind(page)
            picture(page, f"station-{address}-360-dark")


def test_a_form_is_recorded_with_scripts_off(services: Services, chromium: Browser) -> None:
    with (
        served(services) as base,
        watched_page(chromium, base, width=PHONE, javascript=False) as page,
    ):
        page.goto("/tram")
        page.locator("nav.acts a", has_text="Đóng gói").click()
        page.locator("#product").select_option(GTIN)
        page.locator("#in_lot_1").fill(RAW_LOT)
        page.locator("#in_amount_1").fill("5")
        page.locator("#packs").fill("12")
        page.get_by_role("button", name="Tính thử").click()
        assert page.locator("#balance").get_attribute("data-state") == "over"
        picture(page, "station-pack-360-try")
        page.locator("#packs").fill("9")
        page.locator("#site").select_option("XCB-01")
        page.locator("#packs").press("Enter")
        # Enter in a field does the first thing that a form offers: it tries, and records nothing.
        page.locator(".actions button").click()
        expect(page.locator(".banner.good")).to_contain_text("Đã ghi sổ")
        page.get_by_role("link", name="In tem cho lô này").click()
        expect(page.locator("h1")).to_contain_text("In tem")
        page.goto(f"/tram/xuat-hang?lot_given={GTIN}+{LOT}")
        page.locator("#amount").fill("1000000")
        page.locator("#site").select_option("XCB-01")
        page.locator(".actions button").click()
        expect(page.locator("#fault")).to_contain_text("Chưa ghi gì")
        expect(page.locator("#amount")).to_have_value("1000000")
        picture(page, "station-ship-refused-360")


def test_the_balance_while_typing_is_that_of_the_server(
    services: Services, chromium: Browser
) -> None:
    processed = [
        {"in_amount_1": "1.250,5", "in_amount_9": "2 tạ", "out_amount_1": "1 tấn", "loss": "450,5"},
        {"in_amount_1": "12,5 kg", "out_amount_1": "7 yến", "out_amount_6": "300 g"},
        {"in_amount_1": "1.25", "in_amount_2": "0,000001", "out_amount_1": "-1", "loss": "x"},
        {"in_amount_1": "999999999999", "out_amount_1": "999.999.999.999,5"},
        {"in_amount_1": "3 gói", "out_amount_1": "2 lạng", "loss": "5 lít"},
    ]
    packed = [
        {"product": GTIN, "in_amount_1": "50", "packs": "101"},
        {"product": GTIN, "in_amount_1": "50", "packs": "102"},
        {"product": GTIN, "in_amount_1": "50,5", "packs": "1.000"},
        {"product": GTIN, "in_amount_1": "50", "packs": "2,5"},
        {"product": "", "in_amount_1": "50", "packs": "9"},
    ]
    known = services.views.known_for("HTX-MD")
    with served(services) as base, watched_page(chromium, base) as page:
        for address, cases in (("che-bien", processed), ("dong-goi", packed)):
            for lang in ("vi", "en"):
                page.goto(f"/tram/{address}?lang={lang}")
                for typed in cases:
                    page.evaluate(_TYPED, typed)
                    product = known.product(typed.get("product", ""))
                    expected = balance_of(FORMS[address], typed, product)
                    assert expected is not None
                    words = balance_in_words(expected, lang)
                    if words["short"]:
                        words["rest"] = f"−{words['rest']}"
                    shown = {
                        name: page.locator(f"#b_{name}").text_content()
                        for name in ("into", "out", "rest")
                    }
                    assert shown == {name: words[name] for name in shown}, typed
                    expect(page.locator("#balance")).to_have_attribute("data-state", words["state"])
                    expect(page.locator("#balance [data-for]:not([hidden])")).to_have_count(1)


# Empties the form and types what is given, as the hand would.
_TYPED = """(typed) => {
  const form = document.querySelector("[data-station-form]");
  for (const one of form.elements) {
    if (!one.name || one.type === "hidden" || one.tagName === "BUTTON") continue;
    one.value = typed[one.name] ?? "";
    one.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""
