"""A packer's day, from the harvest to the shipment and its mistakes: by keyboard and scanner alone,
then on a telephone in English without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from api.bootstrap import Services, enrol_party
from ledger.domain.drafts import Draft
from printers.virtual.faults import Faults
from tests.pages.cooperative import GTIN, PARTY, RAW, kg
from tests.pages.packing_table import printer_named
from tests.pages.watched_page import PHONE, assert_fits, picture, served, watched_page
from tests.station_scan.wedge import scan
from tests.walks.conftest import codes_on_paper

pytestmark = pytest.mark.browser
FARM = "HTX-NN"


def enter(page: Page, typed: str = "") -> None:
    """What a hand does that never leaves the keyboard: type, press Enter."""
    if typed:
        page.keyboard.insert_text(typed)
    page.keyboard.press("Enter")


def enter_until(page: Page, wanted: str) -> None:
    """Press Enter from field to field until the one that `wanted` matches has the focus."""
    for _ in range(14):
        if page.evaluate("(css) => document.activeElement.matches(css)", wanted):
            return
        page.keyboard.press("Enter")
    raise AssertionError(f"Enter never comes to {wanted}")


def recorded(page: Page) -> None:
    """Go on to the button, press it: the record is there, and the next thing to do has the focus."""
    enter_until(page, ".actions button")
    page.keyboard.press("Enter")
    expect(page.locator(".banner.good")).to_contain_text("Đã ghi sổ")
    expect(page.locator("nav.acts a").first).to_be_focused()


def test_a_day_from_the_harvest_to_the_shipment_by_keyboard_and_scanner(
    services: Services, chromium: Browser
) -> None:
    with (
        printer_named(services, "kho", Faults(paper_out_after=6), 600) as printer,
        served(services) as base,
        watched_page(chromium, base) as page,
    ):
        page.goto("/tram")
        enter(page)
        expect(page.locator("h1")).to_contain_text("Thu hoạch")
        enter(page, "60,5")
        recorded(page)
        enter(page)
        expect(page.locator("h1")).to_contain_text("Chế biến")
        enter(page, "60")
        enter_until(page, "#out_item_1")
        page.keyboard.press("T")
        enter(page)
        enter(page, "52,5")
        enter(page)
        enter(page, "7,5")
        expect(page.locator("#balance")).to_have_attribute("data-state", "even")
        expect(page.locator("#site")).to_have_value("XCB-01")  # the only one it can be
        recorded(page)
        enter(page)
        expect(page.locator("h1")).to_contain_text("Đóng gói")
        enter(page, "50")
        enter_until(page, "#packs")
        enter(page, "99")
        recorded(page)
        enter(page)
        expect(page.locator("h1")).to_contain_text("In tem")
        page.keyboard.press("Control+A")
        enter(page, "9")
        expect(page.locator(".trouble h2")).to_contain_text("hết giấy")
        printer.refill()
        expect(page.locator(".ending")).to_have_text("Lượt này: 9 tem đã in ra.")
        labels = codes_on_paper(services, "kho")
        assert len(set(labels)) == 9
        # One label tore: what was printed is scanned, and there is a way to say so.
        page.wait_for_selector("html[data-wedge=on]")
        scan(page, labels[-1])
        page.wait_for_url("**/tram/quet?**")
        expect(page.get_by_role("link", name="Xuất hàng")).to_be_focused()
        picture(page, "walk-operator-scanned")
        page.get_by_role("link", name="Hủy hoặc in lại tem").press("Enter")
        expect(page.locator("#void_reason")).to_be_focused()
        page.locator("#void_reason").select_option("damaged")
        page.get_by_role("button", name="Hủy tem này").press("Enter")
        expect(page.locator(".banner.good h2")).to_contain_text("Đã hủy tem")
        # The packs leave: one scan, two amounts of typing.
        page.wait_for_selector("html[data-wedge=on]")
        page.goto("/tram")
        page.wait_for_selector("html[data-wedge=on]")
        scan(page, labels[0])
        page.wait_for_url("**/tram/quet?**")
        enter(page)
        expect(page.locator("h1")).to_contain_text("Xuất hàng")
        expect(page.locator("#amount")).to_be_focused()
        enter(page, "80")
        enter_until(page, "#partner")
        enter(page, "Cửa hàng OCOP Bình Liêu, chị Phượng")
        recorded(page)
        # It were eight and not eighty.
        page.get_by_role("link", name="Ghi nhầm? Đính chính hoặc hoàn tác").press("Enter")
        page.get_by_role("link", name="Đính chính", exact=True).press("Enter")
        expect(page.locator("#amount")).to_be_focused()
        page.keyboard.press("Control+A")
        enter(page, "8")
        page.locator("#cause").select_option("typing-error")
        page.get_by_role("button", name="Ghi đính chính").press("Enter")
        expect(page.locator(".beforeafter del")).to_have_text("80 gói")
        expect(page.locator(".beforeafter ins")).to_have_text("8 gói")
        page.goto("/tram")
        told = page.locator("#hom-nay tbody tr")
        expect(told).to_have_count(8)
        expect(page.locator("#hom-nay")).to_contain_text("9 tem")
        picture(page, "walk-operator-evening")
    lot = services.views.lots_handled(PARTY, 1)[0]
    facts = services.views.lot(lot.item, lot.code)
    assert facts is not None and facts.facts["balance"]["left_packs"] == "91"


def a_farm_sends(services: Services, lot: str) -> None:
    """Another cooperative of the same ledger harvests and ships to ours."""
    when = "2026-09-29T08:00:00+07:00"
    name = "Hợp tác xã Nông nghiệp Tổng hợp Bình Liêu Ưỡng Ở Ế Ặ Ỗ"
    about = {"code": FARM, "kind": "cooperative", "name": name}
    services.station.record(Draft("party-registered", "LEDGER", when, about))
    enrol_party(services, FARM)
    for kind, body in (
        ("site-registered", {"code": "V-01", "kind": "growing-area", "name": "Vườn dong số 1"}),
        ("item-registered", {"code": "cu-dong", "name": "Củ dong riềng"}),
        (
            "harvested",
            {
                "lot": {"item": f"{FARM}/cu-dong", "code": lot},
                "quantity": kg("300"),
                "site": "V-01",
            },
        ),
        (
            "shipped",
            {
                "lot": {"item": f"{FARM}/cu-dong", "code": lot},
                "quantity": kg("300"),
                "site": "V-01",
                "to": {"kind": "cooperative", "party": PARTY},
            },
        ),
    ):
        services.station.record(Draft(kind, FARM, when, body))


def test_goods_of_others_are_received_and_packed_in_english_without_scripts(
    services: Services, chromium: Browser
) -> None:
    a_farm_sends(services, "CD-0929")
    with (
        printer_named(services, "kho", Faults(drop_at_byte=30_000), 600),
        served(services) as base,
        watched_page(chromium, base, width=PHONE, javascript=False) as page,
    ):
        page.goto("/tram?lang=en")
        page.get_by_label("Scan or type a code").fill("CD-0929")
        page.get_by_label("Scan or type a code").press("Enter")
        picture(page, "walk-operator-receive")
        page.get_by_role("link", name="Receiving").click()
        page.get_by_label("Quantity").fill("298,5")
        page.get_by_role("button", name="Record", exact=True).click()
        expect(page.locator(".banner.good")).to_contain_text("Recorded")
        assert_fits(page)
        picture(page, "walk-operator-received")
        page.get_by_role("link", name="Process this lot").click()
        page.locator("#in_amount_1").fill("290")
        page.locator("#out_item_1").select_option(RAW)
        page.locator("#out_amount_1").fill("60")
        page.locator("#loss").fill("231")
        page.get_by_role("button", name="Record", exact=True).click()
        picture(page, "walk-operator-over")
        expect(page.locator(".banner.bad")).to_contain_text("291 kg came out, loss included")
        page.locator("#loss").fill("230")
        page.get_by_role("button", name="Record", exact=True).click()
        expect(page.locator(".banner.good")).to_contain_text("Recorded")
        page.get_by_role("link", name="Pack from this lot").click()
        page.locator("#in_amount_1").fill("50")
        page.locator("#product").select_option(GTIN)
        page.locator("#packs").fill("100")
        page.get_by_role("button", name="Record", exact=True).click()
        expect(page.locator(".banner.good")).to_contain_text("Recorded")
        page.get_by_role("link", name="Print labels for this lot").click()
        picture(page, "walk-operator-print-en")
        page.get_by_label("Number of labels").fill("6")
        page.get_by_role("button", name="Print").click()
        page.wait_for_url("**/tram/in-tem/1**")
        # The line broke while it printed: the page asks, the last label in hand is the answer.
        expect(page.locator("#last_good")).to_be_focused()
        page.locator("#last_good").fill(codes_on_paper(services, "kho")[-1])
        picture(page, "walk-operator-which")
        page.get_by_role("button", name="Confirm").click()
        page.get_by_role("button", name="missing").click()
        expect(page.locator(".ending")).to_contain_text("labels came out.")
        assert_fits(page)
        picture(page, "walk-operator-printed-en")
    labels = codes_on_paper(services, "kho")
    assert len(labels) == len(set(labels)) == 6
