"""An officer of the programme: the province at a glance, what runs out, and a table to work with."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.bootstrap import Services
from tests.access.visitors import PASSWORD
from tests.pages.cooperative import GTIN, LOT, record
from tests.pages.watched_page import DESK, PHONE, assert_fits, picture, served, watched_page
from tests.walks.conftest import peopled

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("lang", "scripts"), [("vi", True), ("en", False)], ids=["vi", "en-without-scripts"]
)
def test_from_signing_in_to_the_recalls_of_a_province_as_a_table(
    services: Services, chromium: Browser, tmp_path: Path, lang: str, scripts: bool
) -> None:
    recalled = {"lots": [{"item": GTIN, "code": LOT}], "reach": "descendants"}
    record(services, "recalled", "2026-09-30", {**recalled, "reason": "contamination"})
    peopled(services)
    width = DESK if scripts else PHONE
    with (
        served(services) as base,
        watched_page(chromium, base, width=width, javascript=scripts) as page,
    ):
        page.goto("/tinh" if lang == "vi" else f"/tinh?lang={lang}")
        page.locator("#account").fill("can")
        page.locator("#account").press("Tab")
        page.keyboard.insert_text(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("ul.tiles a[href^='/tinh']").press("Enter")
        expect(page.locator("html")).to_have_attribute("lang", lang)
        page.locator("#tinh").select_option("quang-ninh")
        page.locator("form.choose button").press("Enter")
        expect(page.locator("h1")).to_contain_text("Quảng Ninh")
        picture(page, f"walk-officer-province-{lang}")
        assert_fits(page)
        with page.expect_download() as taken:
            page.locator("a[href*='/tinh/xuat/dung-hang.csv']").press("Enter")
        taken.value.save_as(tmp_path / "stopped.csv")
        page.get_by_role("link", name=LOT).press("Enter")
        expect(page.locator("h1")).to_contain_text(LOT)
    head, *rows = (tmp_path / "stopped.csv").read_text("utf-8-sig").splitlines()
    assert LOT not in head
    assert [LOT in row for row in rows] == [True]
