"""The pages of access in a real Chromium, without JavaScript, on a telephone's width."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from api.bootstrap import Services
from tests.access.visitors import PASSWORD, Visitors
from tests.pages.conftest import chromium as chromium  # noqa: PLC0414  # a fixture
from tests.pages.cooperative import PARTY
from tests.pages.watched_page import served

pytestmark = pytest.mark.browser
_TARGETS = """() => [...document.querySelectorAll("button, input:not([type=hidden]), select, summary, footer a, nav a")]
  .filter((e) => e.offsetParent !== null)
  .filter((e) => !["radio", "checkbox"].includes(e.type))
  .filter((e) => e.getBoundingClientRect().height < 44 - 0.5)
  .map((e) => e.outerHTML.slice(0, 80))"""


def looked_at(page: Page) -> None:
    """Nothing serious for axe, nothing too small for a thumb, nothing beside the screen."""
    found = page.evaluate(_TARGETS)
    assert found == [], page.url
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, page.url


def test_the_first_administrator_is_made_and_works_without_javascript(
    services: Services, chromium: Browser
) -> None:
    with served(services) as base:
        context = chromium.new_context(
            base_url=base, viewport={"width": 390, "height": 800}, java_script_enabled=False
        )
        # Looking needs scripts; acting does not. The session is carried over.
        eyes = chromium.new_context(base_url=base, viewport={"width": 390, "height": 800})
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto("/vao")
        page.get_by_label("Tên đăng nhập").fill("phuong")
        page.get_by_label("Họ tên").fill("Nguyễn Thị Phượng")
        page.get_by_label("Mật khẩu mới", exact=True).fill(PASSWORD)
        page.get_by_label("Nhập lại mật khẩu mới").fill(PASSWORD)
        page.get_by_role("button", name="Đặt người quản trị").click()
        assert page.url.endswith("/toi")
        page.get_by_role("link", name="Thông tin công khai").click()
        page.get_by_label("Không công khai: khối lượng và hao hụt").check()
        page.get_by_role("button", name="Lưu").click()
        assert "Đã lưu" in page.content()
        page.goto("/nguoi")
        page.get_by_label("Tên đăng nhập").fill("lan")
        page.get_by_label("Họ tên").fill("Lan")
        page.get_by_label("Vai trò").select_option("manager")
        page.get_by_label("Cơ sở", exact=True).select_option(PARTY)
        page.get_by_role("button", name="Thêm", exact=True).click()
        assert "/vao/ma/" in page.content()
        eyes.add_cookies(
            [{"name": one["name"], "value": one["value"], "url": base} for one in context.cookies()]
        )
        look = eyes.new_page()
        for path in ("/toi", "/nguoi", "/nguoi/nhat-ky", "/cong-khai", "/tram"):
            look.goto(path)
            looked_at(look)
            faults = Axe().run(look).response["violations"]
            assert [one["id"] for one in faults if one["impact"] in {"serious", "critical"}] == []
        page.goto("/toi")
        page.locator(".menu summary").click()
        page.get_by_role("button", name="Đăng xuất", exact=True).click()
        assert page.url.endswith("/vao")
        page.get_by_label("Tên đăng nhập").fill("phuong")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        assert page.url.endswith("/toi")
        context.close()
        eyes.close()


def test_the_station_is_opened_with_one_tap_and_one_pin(
    services: Services, chromium: Browser
) -> None:
    gate = Visitors(services).gate
    gate.pins.add("Phượng", PARTY, "739205")
    gate.pins.add("Lan", PARTY, "407318")
    with served(services) as base:
        context = chromium.new_context(base_url=base, viewport={"width": 390, "height": 800})
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto("/tram")
        assert page.url.endswith("/tram/khoa")
        looked_at(page)
        faults = Axe().run(page).response["violations"]
        assert [one["id"] for one in faults if one["impact"] in {"serious", "critical"}] == []
        page.get_by_label("Phượng").check()
        page.get_by_label("Mã PIN").fill("739205")
        page.get_by_role("button", name="Mở trạm").click()
        assert page.url.endswith("/tram")
        page.get_by_role("button", name="Phượng: hết ca, khóa trạm").click()
        assert page.url.endswith("/tram/khoa")
        context.close()
