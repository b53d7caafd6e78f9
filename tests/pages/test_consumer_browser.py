"""What people see who scan a label, in a real Chromium: every kind of label, and sending a report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from api.bootstrap import Services
from tests.consumer.labels import LONG_NAME, labels_of_every_kind
from tests.pages.cooperative import GTIN, LOT, found_cooperative
from tests.pages.packing_table import until
from tests.pages.watched_page import (
    PHONE,
    assert_fits,
    assert_kind,
    picture,
    served,
    watched_page,
)

pytestmark = pytest.mark.browser
_HEADLINES = {
    "plain": "Miến dong Đồng Tâm",
    "long": LONG_NAME,
    "recalled": "Miến dong Đồng Tâm",
    "held": "Miến dong Đồng Tâm",
    "expired": "Miến dong Đồng Tâm",
    "doubt": "Miến dong Đồng Tâm",
    "void": "Tem này đã bị HỦY.",
    "lot-not-yet": "Chưa thấy lô này trong sổ.",
    "serial-not-yet": "Lô này có trong sổ, nhưng phiếu cấp số tem này chưa thấy.",
    "wrong-check": "Số tem này không đúng.",
    "other-lot": "Số tem này được cấp cho một lô khác.",
    "other-ledger": "Sản phẩm này không có trong sổ truy xuất này.",
    "not-a-label": "Địa chỉ này không phải địa chỉ trên tem.",
}
_FIRST = {
    "recalled": "THU HỒI",
    "held": "TẠM GIỮ",
    "expired": "HẾT HẠN SỬ DỤNG",
    "doubt": "CHƯA CHẮC",
    "other-lot": "TẠM GIỮ",
}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = found_cooperative(Path(tmp_path_factory.mktemp("labels")) / "ledger")
    yield made
    made.close()


@pytest.fixture(scope="module")
def labels(services: Services) -> dict[str, str]:
    return labels_of_every_kind(services)


@pytest.fixture(scope="module")
def base(services: Services, labels: dict[str, str]) -> Iterator[str]:
    assert labels
    with served(services) as address:
        yield address


def first_words(page: Page) -> str:
    """What stands at the very top of the page."""
    return page.locator("main > *").first.inner_text()


def test_every_kind_of_label_has_its_page_on_a_telephone(
    chromium: Browser, base: str, labels: dict[str, str]
) -> None:
    assert set(labels) == set(_HEADLINES)
    with watched_page(chromium, base, width=PHONE, height=740) as page:
        for kind, path in labels.items():
            page.goto(path)
            assert page.get_by_role("heading", level=1).inner_text() == _HEADLINES[kind], kind
            assert _FIRST.get(kind, "") in first_words(page), kind
            assert_kind(page)
            assert_fits(page)
            picture(page, f"consumer-{kind}-vi-360")


def test_the_pages_are_as_good_in_english_in_the_dark_on_a_desk(
    chromium: Browser, base: str, labels: dict[str, str]
) -> None:
    with watched_page(chromium, base, dark=True) as page:
        for kind in ("long", "recalled", "void", "lot-not-yet"):
            page.goto(f"{labels[kind]}?lang=en")
            assert page.locator("html").get_attribute("lang") == "en"
            assert_kind(page)
            assert_fits(page)
            picture(page, f"consumer-{kind}-en-dark")


def test_the_page_asks_for_few_files_and_shares_the_lot_without_the_serial(
    chromium: Browser, base: str, labels: dict[str, str]
) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    with watched_page(chromium, base, width=PHONE) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base)
        page.on("request", note)
        page.goto(labels["plain"], wait_until="networkidle")
        assert len([one for one in asked if not one.startswith("data:")]) <= 4, asked
        page.get_by_text("Xem ảnh (2)").click()
        drying = page.get_by_alt_text("Dỡ củ dong trên nương")
        until(lambda: bool(drying.evaluate("(one) => one.complete && one.naturalWidth > 0")))
        assert_fits(page)
        page.get_by_role("button", name="Chia sẻ lô này").click()
        page.get_by_text("Đã chép địa chỉ").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == f"{base}/01/{GTIN}/10/{LOT}"


def test_a_problem_is_reported_without_javascript_and_answered(
    chromium: Browser, base: str, labels: dict[str, str]
) -> None:
    with watched_page(chromium, base, width=PHONE, javascript=False) as page:
        page.goto(labels["plain"])
        assert not page.get_by_role("button", name="Kiểm tra chữ ký trên máy").is_visible()
        assert "Cần bật JavaScript" in page.content()
        page.get_by_text("Lần sau quét ngay trong Zalo").click()
        assert page.get_by_text("Mở Zalo, chạm biểu tượng").is_visible()
        page.get_by_role("link", name="Gửi phản ánh").click()
        page.get_by_label("Chuyện khác").check()
        page.get_by_label("Điện thoại hoặc e-mail").fill("0912 345 678")
        page.get_by_role("button", name="Gửi phản ánh").click()
        assert "hãy viết điều bạn gặp" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("Điện thoại hoặc e-mail").input_value() == "0912 345 678"
        assert_fits(page)
        page.get_by_label("Kể thêm").fill("Tem bị bóc ra rồi dán lại.")
        page.get_by_role("button", name="Gửi phản ánh").click()
        page.get_by_text("Đã nhận phản ánh. Cảm ơn bạn!").wait_for()
        assert_fits(page)
        number = page.locator("b.code").inner_text()
        page.reload()
        assert page.locator("b.code").inner_text() == number
    with watched_page(chromium, base, width=PHONE) as page:
        page.goto(f"/phan-anh{labels['long']}?lang=en")
        assert_fits(page)
        picture(page, "report-form-en-360")
        # Nobody is set up here, so the own machine is whoever answers.
        page.goto("/phan-anh?lang=en")
        assert_kind(page)
        assert_fits(page)
        picture(page, "report-list-en-360")
        section = page.locator("section", has_text=number)
        section.get_by_label("State").select_option("seen")
        section.get_by_label("Note").fill("Đã gọi lại người mua.")
        section.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="seen (1)").click()
        assert (
            "Đã gọi lại"
            in page.locator("section", has_text=number).get_by_label("Note").input_value()
        )
