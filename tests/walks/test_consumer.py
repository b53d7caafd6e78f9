"""Somebody buys a pack and scans what is printed on it: the story, the check on the own telephone, a
report; and the next week the same label says that the lot is recalled."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from api.bootstrap import Services
from tests.pages.cooperative import GTIN, LOT, record
from tests.pages.packing_table import printed, printer_named
from tests.pages.watched_page import PHONE, assert_fits, picture, served, watched_page
from tests.walks.conftest import codes_on_paper, peopled, with_authority

pytestmark = pytest.mark.browser
WORDS = {
    # The verdict, what it does not prove, the way to a report, thanks, the first word of a recall.
    "vi": ("Đạt", "không chứng minh", "Gửi phản ánh", "Đã nhận phản ánh", "THU HỒI"),
    "en": ("Verified", "not prove", "Report a problem", "received", "RECALLED"),
}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_printed_label_leads_to_its_story_and_later_to_the_recall(
    services: Services, chromium: Browser, lang: str
) -> None:
    verdict, caveat, way, thanks, recall = WORDS[lang]
    with printer_named(services, "kho", speed_mm_s=2000):
        printed(services, 1, "kho")
    with_authority(services)
    people = peopled(services)
    label = urlsplit(codes_on_paper(services, "kho")[0]).path
    with (
        served(services) as base,
        watched_page(chromium, base, width=PHONE, height=740, dark=lang == "en") as page,
    ):
        page.goto(label if lang == "vi" else f"{label}?lang={lang}")
        expect(page.locator("h1")).to_have_text("Miến dong Đồng Tâm")
        page.locator("#verify").press("Enter")
        page.wait_for_selector('#verdict[data-state="done"]')
        expect(page.locator("#verdict")).to_contain_text(verdict)
        expect(page.locator("#verdict")).to_contain_text(caveat)
        assert_fits(page)
        picture(page, f"walk-consumer-verified-{lang}")
        page.get_by_role("link", name=way).press("Enter")
        page.get_by_role("radio").first.focus()
        page.keyboard.press("Space")
        page.locator("#said").fill("Mua ở chợ Bình Liêu, gói bị mở sẵn. " * 5)
        page.locator("form button").press("Enter")
        expect(page.locator("h1")).to_contain_text(thanks)
        number = page.locator("b.code").inner_text()
        assert_fits(page)
        recalled = {"lots": [{"item": GTIN, "code": LOT}], "reach": "descendants"}
        record(services, "recalled", "2026-09-30", {**recalled, "reason": "contamination"})
        page.locator("footer a").press("Enter")
        page.reload()  # a telephone may show the page that it has for up to a minute
        first = page.locator("main > *").first
        expect(first).to_contain_text(recall)
        where = first.bounding_box()
        assert where is not None and where["y"] < 100
        picture(page, f"walk-consumer-recalled-{lang}")
    # Whoever answers reports finds it, the cooperative as well as the inspector.
    for account in ("lan", "minh"):
        told = people.signed_in(account).get(f"/phan-anh?lang={lang}").text
        assert number in told and "gói bị mở sẵn" in told
