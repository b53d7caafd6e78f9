"""A manager's morning: what is new is registered, last week's diary comes in as a table, and then: how
did we do, and could we call it back?"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.bootstrap import Services
from tests.pages.cooperative import RAW
from tests.pages.watched_page import DESK, PHONE, assert_fits, picture, served, watched_page
from tests.walks.conftest import cookies_of, peopled

pytestmark = pytest.mark.browser
NEW: dict[str, dict[str, str]] = {
    "san-pham": {
        "gtin": "8938501000132",
        "name": "Miến dong đỏ đặc biệt Ưỡng Ở Ế Ặ Ỗ của tổ hợp tác phụ nữ thôn Khe Vằn",
        "net_content": "300 g",
        "shelf_life_days": "365",
        "ingredients": "100 % tinh bột dong riềng đỏ",
        "origin": "Việt Nam",
    },
    "dia-diem": {"code": "XCB-02", "kind": "processing", "name": "Xưởng tráng miến số 2"},
    "giay-chung-nhan": {
        "kind": "ocop",
        "number": "77/QĐ-UBND",
        "issuer": "UBND tỉnh Quảng Ninh",
        "subject": "product:08938501000132",
        "valid_from": "01/09/2026",
        "valid_to": "31/08/2029",
        "stars": "3",
    },
    "can-do": {
        "code": "CAN-09",
        "kind": "Cân bàn 60 kg",
        "verified_on": "01/09/2026",
        "valid_to": "31/08/2027",
        "body": "Trung tâm Kỹ thuật TĐC",
    },
}
DIARY = (
    "thời gian;loại;địa điểm;mặt hàng;lô;số lượng;đơn vị;thiết bị\n"
    "27/09/2026 09:10;thu hoạch;VT-KV01;bot-dong;KV-1;120,5;kg;CAN-09\n"
    "28/09/2026 09:12;thu hoạch;VT-KV01;bot-dong;KV-2;-4;kg;CAN-09\n"
)


def registered(page: Page, register: str, values: dict[str, str]) -> None:
    """Fill one form of a register, look at what will be signed, sign it."""
    page.goto(f"/quan-ly/danh-muc/{register}/ghi")
    for name, value in values.items():
        field = page.locator(f"#{name}")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.locator("main form button").first.press("Enter")
    picture(page, f"walk-manager-{register}")
    page.locator("main form button").first.press("Enter")
    expect(page.locator(".banner.good")).to_be_visible()


@pytest.mark.parametrize(
    ("lang", "scripts"), [("vi", True), ("en", False)], ids=["vi", "en-without-scripts"]
)
def test_from_the_registers_and_a_table_to_figures_and_a_drill(
    services: Services, chromium: Browser, tmp_path: Path, lang: str, scripts: bool
) -> None:
    people = peopled(services)
    table = tmp_path / "nhật ký tuần trước.csv"
    table.write_text(DIARY, "utf-8-sig")
    with (
        served(services) as base,
        watched_page(
            chromium,
            base,
            width=DESK if scripts else PHONE,
            javascript=scripts,
            cookies=cookies_of(people, "lan", base),
        ) as page,
    ):
        page.goto(f"/quan-ly?lang={lang}")
        for register, values in NEW.items():
            registered(page, register, values)
        # What was registered is there to be chosen at the station at once.
        page.goto("/tram/dong-goi")
        page.locator("#product").select_option("08938501000132")
        page.locator("#site").select_option("XCB-02")
        page.locator("#instrument").select_option("CAN-09")
        page.goto("/quan-ly/bang")
        page.set_input_files("#tep", table)
        page.locator("form[enctype] button").press("Enter")
        page.wait_for_selector("table.judged")
        expect(page.locator("td.cell-bad")).to_have_count(1)
        assert_fits(page)
        picture(page, f"walk-manager-table-{lang}")
        page.locator("td.cell-bad input").fill("79,5")
        page.locator("td.cell-bad input").press("Enter")
        expect(page.locator("td.cell-bad")).to_have_count(0)
        page.locator("form[action*='/ghi'] button").press("Enter")
        page.wait_for_selector(".banner.good")
        page.goto("/quan-ly")
        page.locator("a[href^='/quan-ly/so-lieu']").first.press("Enter")
        # What came in a minute ago is counted: 28 kg were left, 120,5 and 79,5 came.
        stock = page.get_by_role("row").filter(has_text=RAW)
        expect(stock.last).to_contain_text("228")
        assert_fits(page)
        picture(page, f"walk-manager-figures-{lang}")
        with page.expect_download() as taken:
            page.locator("a[href*='/quan-ly/so-lieu/xuat/']").last.press("Enter")
        taken.value.save_as(tmp_path / "figures")
        assert (tmp_path / "figures").stat().st_size > 100
        page.goto("/quan-ly")
        page.locator("a[href^='/quan-ly/dien-tap']").first.press("Enter")
        page.locator("#ma").fill("KV-1")
        page.locator("#ma").press("Enter")
        expect(page.locator("h1")).to_contain_text("KV-1")
        expect(page.locator("main")).to_contain_text("120,5 kg" if lang == "vi" else "120.5 kg")
        assert_fits(page)
        picture(page, f"walk-manager-drill-{lang}")
