"""A manager's hour in a real Chromium: keyboard alone, both languages, wide and narrow."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import Browser, Page

from api.bootstrap import Services
from tests.pages.cooperative import GTIN, PARTY, PRODUCT, record
from tests.pages.packing_table import until
from tests.pages.watched_page import PHONE, assert_fits, assert_kind, picture, served, watched_page

pytestmark = pytest.mark.browser

LONG = (
    "Miến dong Ưỡng Ở Ế Ặ Ỗ đặc biệt của Hợp tác xã Dịch vụ Nông nghiệp Tổng hợp Đồng Tâm Bình Liêu"
)
PAGES = {
    "start": "/quan-ly",
    "certificates": "/quan-ly/danh-muc/giay-chung-nhan",
    "product": f"/quan-ly/danh-muc/san-pham/muc?ma={GTIN}",
    "form": f"/quan-ly/danh-muc/san-pham/ghi?ma={GTIN}",
    "templates": "/quan-ly/mau-tem",
}


def much(services: Services) -> None:
    """Long names, something ended, something about to end."""
    record(services, "product-registered", "2026-09-02", {**PRODUCT, "name": LONG})
    scale = {"code": "CAN-01", "kind": "Cân bàn điện tử 60 kg, đặt ở cửa kho lạnh số 2"}
    record(services, "instrument-registered", "2026-09-02", scale)
    verified = {
        "code": "CAN-01",
        "verified_on": "2025-10-10",
        "valid_to": "2026-10-10",
        "body": "Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng tỉnh Quảng Ninh",
    }
    record(services, "instrument-verified", "2026-09-02", verified)
    paper = {
        "kind": "vietgap",
        "number": "VietGAP-TT-13-09-68-0096",
        "issuer": "Công ty cổ phần chứng nhận và giám định VinaCert",
        "subject": "site:HTX-MD/VT-KV01",
        "valid_from": "2023-01-01",
        "valid_to": "2025-12-31",
    }
    record(services, "certificate-recorded", "2026-09-02", paper)


def type_into(page: Page, text: str, *, tabs: int = 1) -> None:
    """Go on by the Tab key and type."""
    for _ in range(tabs):
        page.keyboard.press("Tab")
    page.keyboard.type(text)


def test_a_scale_is_added_by_keyboard_alone_mistake_and_all(
    services: Services, chromium: Browser
) -> None:
    much(services)
    before = services.store.size()
    with served(services) as base, watched_page(chromium, base) as page:
        page.goto("/quan-ly")
        page.get_by_role("link", name="Cân và dụng cụ đo").focus()
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Thêm cân hoặc dụng cụ đo").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Mã dụng cụ").focus()
        page.keyboard.type("CAN-02")
        type_into(page, "Cân treo 100 kg")
        type_into(page, "31/02/2026")
        type_into(page, "31/08/2027")
        page.keyboard.press("Enter")
        # The form comes back at the wrong field, with everything typed.
        page.get_by_text("Chưa ghi gì: còn 1 ô cần sửa").wait_for()
        wrong = page.get_by_label("Ngày kiểm định")
        assert wrong.evaluate("one => one === document.activeElement")
        assert wrong.get_attribute("aria-invalid") == "true"
        told = str(wrong.get_attribute("aria-describedby")).split()[0]
        assert "Không có ngày 31/02/2026" in page.locator(f"#{told}").inner_text()
        assert page.get_by_label("Là dụng cụ gì").input_value() == "Cân treo 100 kg"
        assert_kind(page)
        assert_fits(page)
        picture(page, "registers-form-refused")
        wrong.select_text()
        page.keyboard.type("01/09/2026")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Xem lại trước khi ghi").wait_for()
        assert services.store.size() == before
        assert_kind(page)
        assert_fits(page)
        picture(page, "registers-preview")
        page.get_by_role("button", name="Ký và ghi sổ").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Đã ghi sổ.").wait_for()
        assert services.store.size() == before + 2
        page.goto("/quan-ly/danh-muc/san-pham/muc?ma=" + GTIN)
        page.get_by_role("link", name="Ghi lại bản mới").click()
        page.get_by_label("Tên nhãn hiệu").fill("Nhãn mới")
        page.get_by_role("button", name="Xem lại trước khi ghi").click()
        page.get_by_role("cell", name="Nhãn mới").wait_for()
        page.get_by_role("button", name="Sửa lại").click()
        assert page.get_by_label("Tên nhãn hiệu").input_value() == "Nhãn mới"


def test_long_names_fit_a_narrow_dark_screen(services: Services, chromium: Browser) -> None:
    much(services)
    with (
        served(services) as base,
        watched_page(chromium, base, width=PHONE, dark=True) as page,
    ):
        for name, address in PAGES.items():
            page.goto(f"{address}{'&' if '?' in address else '?'}lang=en")
            assert_fits(page)
            picture(page, f"registers-{name}")
        page.locator("summary", has_text="See all templates").click()
        for image in page.locator("details img.label").all():
            image.scroll_into_view_if_needed()
            until(partial(image.evaluate, "(one) => one.naturalWidth > 90"))
        assert_fits(page)
        picture(page, "registers-pictures")


def test_without_javascript_a_certificate_is_withdrawn(
    services: Services, chromium: Browser
) -> None:
    much(services)
    before = services.store.size()
    with (
        served(services) as base,
        watched_page(chromium, base, width=PHONE, javascript=False) as page,
    ):
        page.goto("/quan-ly/danh-muc/giay-chung-nhan?lang=en")
        page.get_by_role("link", name="VietGAP").click()
        page.get_by_text("Withdraw this certificate").click()
        page.get_by_label("Reason").select_option("expired")
        page.get_by_role("button", name="Sign and withdraw").click()
        page.get_by_role("heading", name="This certificate is withdrawn.").wait_for()
        assert services.store.size() == before + 1
        said = services.views.stories.located(before).statement
        assert (said.type, said.party) == ("certificate-withdrawn", PARTY)
        picture(page, "registers-withdrawn")
