"""A manager puts up a photo in a real browser; a consumer's page shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.bootstrap import Services
from tests.pages.cooperative import GTIN, LOT
from tests.pages.watched_page import (
    DESK,
    PHONE,
    assert_fits,
    assert_kind,
    picture,
    served,
    watched_page,
)
from tests.photos.pictures import hang, some_photo, telephone

LONG = "Chị em tổ chế biến phơi miến trên phên tre " * 4


@pytest.fixture
def photo_file(tmp_path: Path) -> Path:
    path = tmp_path / "IMG 2041 (Phượng).jpg"
    path.write_bytes(telephone(1200, 900))
    return path


def test_a_photo_is_chosen_looked_at_signed_mended_and_taken_down(
    services: Services, chromium: Browser, photo_file: Path
) -> None:
    with served(services) as base, watched_page(chromium, base, width=PHONE) as page:
        page.goto("/quan-ly/anh")
        assert_fits(page)
        page.set_input_files("#file", photo_file)
        page.get_by_role("button", name="Tiếp: xem trước").click()
        page.wait_for_url("**/quan-ly/anh/moi**")
        loaded = "() => document.querySelector('.preview img').naturalWidth"
        page.wait_for_function(loaded)
        assert page.evaluate(loaded) == 900  # stands upright
        assert_kind(page)
        assert_fits(page)
        picture(page, "photo-form-phone")
        page.get_by_label("Ảnh chụp gì, viết một dòng").fill(LONG.strip()[:200])
        page.locator("#what").select_option(f"lot|{GTIN}|{LOT}")
        page.locator("#stage").select_option("packed")
        page.get_by_role("button", name="Ký và ghi vào sổ").click()
        page.get_by_text("Đã ký và ghi ảnh vào sổ.").wait_for()
        assert_kind(page)
        assert_fits(page)
        picture(page, "photo-list-phone")
        page.get_by_role("link", name="Đính chính ảnh").click()
        page.get_by_label("Ảnh chụp gì, viết một dòng").fill("Đóng gói tại xưởng")
        page.get_by_role("button", name="Ký và ghi vào sổ").click()
        page.get_by_text("Đã ghi đính chính bên cạnh phiếu cũ.").wait_for()
        page.goto(f"/01/{GTIN}/10/{LOT}")
        shown = page.get_by_alt_text("Đóng gói tại xưởng")
        shown.scroll_into_view_if_needed()
        small = "one => one.decode().then(() => Math.max(one.naturalWidth, one.naturalHeight))"
        assert shown.evaluate(small) == 480
        picture(page, "photo-consumer-phone")
        page.goto("/quan-ly/anh")
        page.locator("summary", has_text="Gỡ ảnh").click()
        page.get_by_role("button", name="Đúng, gỡ ảnh này").click()
        page.get_by_text("Đã gỡ ảnh.").wait_for()
        page.goto(f"/01/{GTIN}/10/{LOT}?lang=en")  # the other may stay in the browser for a minute
        assert page.get_by_alt_text("Đóng gói tại xưởng").count() == 0


@pytest.mark.long
def test_without_scripts_in_english_by_keyboard_alone(
    services: Services, chromium: Browser, photo_file: Path
) -> None:
    with (
        served(services) as base,
        watched_page(chromium, base, width=DESK, javascript=False) as page,
    ):
        page.goto("/quan-ly/anh?lang=en")
        assert page.get_attribute("html", "lang") == "en"
        page.set_input_files("#file", photo_file)
        page.get_by_role("button", name="Next: preview").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/quan-ly/anh/moi**")
        page.get_by_label("What the photo shows, in one line").focus()
        page.keyboard.type("A pack of noodles")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        picture(page, "photo-form-english")
        page.get_by_role("button", name="Sign and record").focus()
        page.keyboard.press("Enter")
        page.get_by_text("The photo is signed and in the ledger.").wait_for()
        facts = services.views.lot(GTIN, LOT)
        assert facts is not None
        assert facts.facts["product"]["image"]["alt"] == "A pack of noodles"


@pytest.mark.long
def test_the_list_in_the_dark_and_what_stands_wrong_are_kind_to_read(
    services: Services, chromium: Browser, tmp_path: Path
) -> None:
    hang(services, some_photo(91), LONG.strip()[:200], product=GTIN)
    altered = some_photo(92)
    hang(services, altered, "Ảnh bị hỏng", site="XCB-01")
    services.album.shelf.path_of(altered.digest).write_bytes(b"x")
    wrong = tmp_path / "khong-phai-anh.jpg"
    wrong.write_bytes(b"no picture at all")
    with served(services) as base, watched_page(chromium, base, width=PHONE, dark=True) as page:
        page.goto("/quan-ly/anh")
        page.set_input_files("#file", wrong)
        page.get_by_role("button", name="Tiếp: xem trước").click()
        page.get_by_role("alert").wait_for()
        assert page.get_attribute("#file", "aria-invalid") == "true"
        page.get_by_text("tệp ảnh bị hỏng").wait_for()
        assert_kind(page)
        assert_fits(page)
        picture(page, "photo-list-dark")
    with served(services) as base, watched_page(chromium, base, width=DESK) as page:
        page.goto("/quan-ly/anh?lang=en")
        picture(page, "photo-list-desk")
        assert_kind(page)
