"""An inspector's whole job in Chromium: scan, dossier, way, paper, order; by keyboard, on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from api.bootstrap import Services
from tests.access.visitors import PASSWORD, Visitors
from tests.pages.conftest import chromium
from tests.pages.watched_page import (
    PHONE,
    assert_fits,
    assert_kind,
    picture,
    served,
    watched_page,
)
from tests.store.small_ledger import FARM, GTIN

__all__ = ["chromium"]

pytestmark = pytest.mark.browser


@pytest.fixture
def base(services: Services, visitors: Visitors) -> Iterator[str]:
    assert visitors.services is services
    with served(services) as address:
        yield address


def sign_in(page: Page) -> list[Any]:
    page.goto("/vao")
    page.get_by_label("Tên đăng nhập").fill("minh")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/toi*")
    return list(page.context.cookies())


def looked_at(page: Page, name: str) -> None:
    """A picture of a page that tests/everywhere asks axe about; it fits, whatever it shows."""
    assert_fits(page)
    picture(page, name)


def test_from_a_word_to_a_recall_on_a_label_page(chromium: Browser, base: str) -> None:
    with watched_page(chromium, base) as page:
        cookies = sign_in(page)
        page.goto("/kiem-tra")
        # The field is ready for a scanner: what it types, then Enter.
        expect(page.locator("#tim")).to_be_focused()
        page.keyboard.type("bot chuoi")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Tra cứu")
        looked_at(page, "inspector-search-vi")
        page.get_by_role("link", name=re.compile("L01")).first.click()
        expect(page.locator("h1")).to_have_text("Hồ sơ lô L01")
        looked_at(page, "inspector-dossier-vi")
        page.locator(".levels summary").first.press("Enter")
        page.get_by_role("link", name="Đường đi Q01").click()
        expect(page.locator("ol.way li")).to_have_count(3)
        expect(page.locator("svg .node.way")).to_have_count(2)
        page.goto(f"/lo/{FARM}%2Fbot/B01")
        page.get_by_role("link", name=re.compile("^Ra lệnh")).click()
        looked_at(page, "inspector-order-vi")
        page.get_by_label("Số lệnh, số văn bản").fill("12/QĐ-CCQL")
        page.get_by_role("radio", name=re.compile("^Thu hồi")).check()
        page.get_by_label("Lý do").select_option("contamination")
        page.get_by_role("button", name="Xem phạm vi trước khi ký").press("Enter")
        expect(page.locator("dl.told.big")).to_contain_text("140")
        looked_at(page, "inspector-preview-vi")
        assert_kind(page)
        page.get_by_role("button", name="Ký và ghi vào sổ").press("Enter")
        expect(page.locator(".banner.good")).to_contain_text("Đã ký và ghi vào sổ")
        looked_at(page, "inspector-done-vi")
        assert_kind(page)
        page.goto(f"/01/{GTIN}/10/L01")
        expect(page.locator("body")).to_contain_text("THU HỒI")
        page.goto(f"/lo/{FARM}%2Fbot/B01?lang=en")
        looked_at(page, "inspector-dossier-en")
    with watched_page(chromium, base, width=PHONE, dark=True, cookies=cookies) as page:
        for name, address in (
            ("search", "/kiem-tra?tim=bot&lang=en"),
            ("dossier", f"/lo/{FARM}%2Fqua/Q01?den={GTIN} L02&lang=en"),
            ("reach", f"/kiem-tra/lo/{FARM}%2Fbot/B01/pham-vi?lang=en"),
            ("order", f"/kiem-tra/lo/{GTIN}/L01/lenh?lang=en"),
            ("paper", f"/kiem-tra/lo/{GTIN}/L01/doi-chieu?lang=en"),
        ):
            page.goto(address)
            looked_at(page, f"inspector-{name}-en-phone")
            if name == "dossier":  # a way is shown in it
                assert_kind(page)


def test_a_paper_is_compared_and_a_chain_walked_without_scripts(
    chromium: Browser, base: str
) -> None:
    with watched_page(chromium, base, javascript=False) as page:
        sign_in(page)
        page.goto(f"/kiem-tra/lo/{GTIN}/L01/doi-chieu")
        page.get_by_label("Số gói").first.fill("90")
        page.get_by_label("Mã lô").first.fill("l01")
        page.get_by_role("button", name="Đối chiếu").click()
        expect(page.locator(".compare.differs")).to_have_count(1)
        expect(page.get_by_label("Số gói").first).to_have_attribute("aria-invalid", "true")
        picture(page, "inspector-paper-vi")
        with page.expect_download() as download:
            page.get_by_role("button", name="Tải bảng đối chiếu").click()
        assert download.value.suggested_filename.endswith("-doi-chieu.csv")
        page.goto(f"/lo/{FARM}%2Fqua/Q01")
        page.get_by_label("Tìm trong chuỗi").fill("l02")
        page.get_by_label("Tìm trong chuỗi").press("Enter")
        page.get_by_role("link", name="Đường đi L02").first.click()
        expect(page.locator("ol.way li")).to_have_count(3)
