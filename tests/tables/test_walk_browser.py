"""A manager's whole job with a table, in a real Chromium: bad file, marks, mending, recording."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.bootstrap import Services
from ledger.domain.drafts import Draft
from tests.pages.cooperative import PARTY
from tests.pages.watched_page import (
    DESK,
    PHONE,
    assert_fits,
    assert_kind,
    picture,
    served,
    watched_page,
)
from tests.tables.files import HARVEST, PACKING, RECEIPT, csv_of

LONG = "HTX Miến dong Húc Động – nương Khe Vằn, thửa số 12 phía trên suối, người cân: chị Phượng"


def bad_file(folder: Path) -> Path:
    """Three faulty cells of three kinds, one warning, and long words."""
    rows = [
        {**HARVEST, "ghi chú": LONG},
        {**RECEIPT, "số lượng": "12.5"},
        {**HARVEST, "lô": "BD-260921", "thời gian": "31/02/2026"},
        {**PACKING, "từ lô": "BD-260915=28,5", "ghi chú": LONG},
        {**HARVEST, "lô": "BD-260922"},
        {**HARVEST, "lô": "BD-260922"},
    ]
    path = folder / "nhật ký tháng 9 của hợp tác xã, bản chị Phượng gõ lại lần thứ hai.csv"
    path.write_bytes(csv_of(rows))
    return path


@pytest.mark.parametrize(
    ("lang", "width", "dark"), [("vi", DESK, False), ("en", PHONE, True)], ids=["vi", "en-phone"]
)
def test_a_bad_table_is_marked_mended_and_recorded(
    services: Services, chromium: Browser, tmp_path: Path, lang: str, width: int, dark: bool
) -> None:
    ask = "" if lang == "vi" else "?lang=en"
    with (
        served(services) as base,
        watched_page(chromium, base, width=width, dark=dark) as page,
    ):
        page.goto(f"/quan-ly/bang{ask}")
        looked_at(page, f"tables-start-{lang}-{width}")
        page.set_input_files("#tep", bad_file(tmp_path))
        page.locator("form[enctype] button").click()
        page.wait_for_selector("table.judged")
        assert page.locator("html").get_attribute("lang") == lang
        looked_at(page, f"tables-preview-{lang}-{width}")
        bad = page.locator("td.cell-bad")
        assert [bad.nth(n).get_attribute("id") for n in range(bad.count())] == [
            "o-3-5",
            "o-4-0",
            "o-5-7",
        ]
        assert services.tables.lot(f"{PARTY}/bot-dong", "BD-260920") is None
        # The list leads to the cell, and the cell can be mended with the keyboard alone.
        page.locator("a[href$='#o-3-5']").click()
        page.locator("#i-o-3-5").fill("12,5")
        page.locator("#i-o-4-0").fill("21/09/2026 09:00")
        page.locator("#i-o-5-7").fill("BD-260915=12")
        page.locator("#i-o-5-7").press("Enter")
        page.wait_for_selector("td.cell-bad", state="detached")
        expect(page.locator("td.cell-warn")).to_have_count(1)
        looked_at(page, f"tables-good-{lang}-{width}")
        assert_kind(page)
        page.locator("form[action*='/ghi'] button").click()
        page.wait_for_selector(".banner.good")
        looked_at(page, f"tables-done-{lang}-{width}")
        assert_kind(page)
        assert len(services.tables.entries_of_type("harvested")) == 5
        page.goto(f"/quan-ly/bang/xuat/nhat-ky{ask}")
        looked_at(page, f"tables-out-{lang}-{width}")


def looked_at(page: Page, name: str) -> None:
    """A picture of the page, which fits; tests/everywhere asks axe about those of the table."""
    picture(page, name)
    assert_fits(page)


def test_it_all_works_without_javascript_and_shows_how_far_it_is(
    services: Services, chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "so.csv"
    real = services.station.record

    looked = threading.Event()

    def held_up(draft: Draft) -> object:
        assert looked.wait(30)
        return real(draft)

    monkeypatch.setattr(services.station, "record", held_up)
    path.write_bytes(csv_of([{**HARVEST, "lô": f"BD-{number}"} for number in range(45)]))
    with (
        served(services) as base,
        watched_page(chromium, base, javascript=False) as page,
    ):
        page.goto("/quan-ly/bang")
        page.set_input_files("#tep", path)
        page.locator("form[enctype] button").click()
        page.wait_for_selector("form[action$='/ghi'] button")
        page.locator("form[action$='/ghi'] button").click()
        # Without scripts the page loads itself again until the work is done.
        page.wait_for_selector("[data-text=said]")
        picture(page, "tables-progress")
        looked.set()
        page.wait_for_selector(".banner.good")
        assert "45" in page.locator(".banner.good").inner_text()
    folder = services.folder / "uploads"
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
