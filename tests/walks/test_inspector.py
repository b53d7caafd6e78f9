"""An inspector's afternoon: find the lot, take evidence that stands without us, hold the lot, see what
the buyer sees, and let it go again."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.bootstrap import Services
from ledger.offline import main as ocop_verify
from tests.pages.cooperative import GTIN, LOT
from tests.pages.watched_page import DESK, PHONE, assert_fits, picture, served, watched_page
from tests.walks.conftest import cookies_of, peopled, with_authority

pytestmark = pytest.mark.browser
WORDS = {
    # What a held lot's page begins with, and what the order is called.
    "vi": ("TẠM GIỮ", "Đã ký và ghi vào sổ"),
    "en": ("ON HOLD", "Signed and recorded"),
}


def ordered(page: Page, kind: str, number: str, done: str) -> None:
    """Write one order, look at its reach, sign it."""
    page.locator(f"input[name=kind][value={kind}]").check()
    page.locator("#order").fill(number)
    page.locator("#reason").select_option("test-failed")
    page.locator("button[value=xem]").press("Enter")
    assert_fits(page)
    page.locator("button[value=ky]").press("Enter")
    expect(page.locator(".banner.good")).to_contain_text(done)


@pytest.mark.parametrize(
    ("lang", "scripts"), [("vi", True), ("en", False)], ids=["vi", "en-without-scripts"]
)
def test_from_a_word_to_evidence_to_a_hold_and_its_end(
    services: Services, chromium: Browser, tmp_path: Path, lang: str, scripts: bool
) -> None:
    with_authority(services)
    people = peopled(services)
    held, done = WORDS[lang]
    asked = "" if lang == "vi" else f"?lang={lang}"
    label = f"/01/{GTIN}/10/{LOT}{asked}"
    with (
        served(services) as base,
        watched_page(chromium, base, width=PHONE) as buyer,
        watched_page(
            chromium,
            base,
            width=DESK if scripts else PHONE,
            javascript=scripts,
            cookies=cookies_of(people, "minh", base),
        ) as page,
    ):
        page.goto(f"/kiem-tra{asked}")
        page.locator("#tim").fill("mien dong")
        page.locator("#tim").press("Enter")
        page.get_by_role("link", name=re.compile(LOT)).first.press("Enter")
        expect(page.locator("h1")).to_contain_text(LOT)
        with page.expect_download() as parcel:
            page.locator("a[href*='mang-theo']").first.press("Enter")
        parcel.value.save_as(tmp_path / "parcel.zip")
        page.locator("a[href*='/lenh']").first.press("Enter")
        ordered(page, "held", "12/QĐ-CCQLCL", done)
        picture(page, f"walk-inspector-held-{lang}")
        buyer.goto(label)
        expect(buyer.locator("main > *").first).to_contain_text(held)
        page.locator("nav.tools a[href*='/lenh']").press("Enter")
        ordered(page, "released", "13/QĐ-CCQLCL", done)
        buyer.reload()
        expect(buyer.locator("main")).not_to_contain_text(held)
        picture(page, f"walk-inspector-released-{lang}")
    # At the office, with what the authority has from elsewhere: the trust file.
    with zipfile.ZipFile(tmp_path / "parcel.zip") as parcel_file:
        parcel_file.extractall(tmp_path / "taken")
    (tmp_path / "trust.json").write_bytes(services.trust())
    bundle = next((tmp_path / "taken").glob("lot-*.json"))
    trusted = ["--trust", str(tmp_path / "trust.json"), "--lang", lang]
    assert ocop_verify([str(bundle), *trusted]) == 0
    bundle.write_bytes(bundle.read_bytes().replace(b"80", b"90", 1))
    assert ocop_verify([str(bundle), *trusted]) != 0
