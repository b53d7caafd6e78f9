"""A manager in a real browser: figures, a drill from a scanned label to the notice, the real recall."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.bootstrap import Services
from ledger.domain.drafts import Draft
from tests.figures.conftest import peopled
from tests.figures.october import october, on
from tests.inspector.scene import found
from tests.pages.watched_page import (
    PHONE,
    assert_fits,
    assert_kind,
    picture,
    served,
    watched_page,
)
from tests.store.small_ledger import FARM, FLOUR, GTIN, lot

pytestmark = pytest.mark.browser

LONG = "Cửa hàng đặc sản nông thôn miền núi Nguyễn Thị Phượng Ưỡng Ở Ế Ặ Ỗ chi nhánh số 12"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = found(tmp_path_factory.mktemp("xem-so-lieu") / "so")
    october(made)
    six = {"value": "6", "unit": "pack"}
    body = {"lot": lot(GTIN, "L10"), "quantity": six, "to": {"kind": "shop", "number": "12"}}
    made.station.record(Draft("sold", FARM, on(17), body, {"to.digest": LONG}))
    yield made
    made.close()


@pytest.fixture(scope="module")
def base(services: Services) -> Iterator[str]:
    with served(services) as address:
        yield address


@pytest.fixture(scope="module")
def cookies(services: Services, base: str) -> list[dict[str, str]]:
    jar = peopled(services).signed_in("lan", home=True).cookies.jar
    return [{"name": one.name, "value": one.value or "", "url": base} for one in jar]


def seen(page: Page, name: str) -> Path:
    """What every state of a page is held to; its kindness, where tests/everywhere does not come."""
    assert_fits(page)
    return picture(page, name)


def test_figures_are_read_in_both_languages_on_desk_and_telephone(
    chromium: Browser, base: str, cookies: list[dict[str, str]]
) -> None:
    with watched_page(chromium, base, cookies=cookies) as page:
        page.goto("/quan-ly")
        page.get_by_role("link", name=re.compile("^Số liệu")).click()
        page.get_by_label("Từ tháng").fill("2026-08")
        page.get_by_label("Đến tháng").fill("2026-10")
        page.get_by_role("button", name="Xem", exact=True).click()
        expect(page.locator("#hieu-suat + dl")).to_contain_text("44,1 %")
        seen(page, "so-lieu-vi")
        with page.expect_download() as taken:
            page.get_by_role("link", name="CSV Tồn kho theo lô, lúc này").click()
        assert taken.value.suggested_filename == f"ton-kho-{FARM}-2026-08-2026-10.csv"
    with watched_page(chromium, base, cookies=cookies, width=PHONE, dark=True) as page:
        page.goto("/quan-ly/so-lieu?tu=2026-08&den=2026-10&lang=en")
        expect(page.get_by_role("heading", name="Yield and loss of each step")).to_be_visible()
        seen(page, "so-lieu-en-toi-360")
        assert_kind(page)


def test_a_drill_leads_from_a_scan_to_the_notice_and_to_the_real_recall(
    chromium: Browser, base: str, cookies: list[dict[str, str]]
) -> None:
    with watched_page(chromium, base, cookies=cookies, javascript=False) as page:
        page.goto("/quan-ly/dien-tap")
        page.get_by_label("Quét tem").fill("L10")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Diễn tập thu hồi: L10")
        expect(page.get_by_role("rowheader", name=LONG)).to_be_visible()
        page.get_by_role("button", name="Đã biết đủ").click()
        expect(page.get_by_text("Xong trong")).to_be_visible()
    with watched_page(chromium, base, cookies=cookies) as page:
        page.goto("/quan-ly/dien-tap?ma=khong-co")
        seen(page, "dien-tap-chon-vi")
        page.goto(f"/quan-ly/dien-tap/lo?item={FLOUR}&lot=B01")
        seen(page, "dien-tap-vi")
        page.get_by_role("link", name="Thông báo cho cửa hàng").click()
        page.emulate_media(media="print")
        picture(page, "thong-bao-giay-vi")
        page.emulate_media(media="screen")
        seen(page, "thong-bao-vi")
    with watched_page(chromium, base, cookies=cookies, width=PHONE, dark=True) as page:
        page.goto(f"/quan-ly/dien-tap/lo?item={GTIN}&lot=L10&lang=en")
        seen(page, "dien-tap-en-toi-360")
        page.get_by_role("link", name="Order a real recall").click()
        seen(page, "thu-hoi-viet-en-toi-360")
        page.get_by_label("Reason *").select_option("contamination")
        page.get_by_role("button", name=re.compile("before signing|reach")).click()
        seen(page, "thu-hoi-xem-en-toi-360")
        assert_kind(page)
        page.locator("button.stop").click()
        expect(page.get_by_role("status")).to_be_visible()
        seen(page, "thu-hoi-xong-en-toi-360")
        assert_kind(page)
        page.get_by_role("link", name="What whoever scans a label sees").click()
        expect(page.get_by_text(re.compile("recall", re.I)).first).to_be_visible()
