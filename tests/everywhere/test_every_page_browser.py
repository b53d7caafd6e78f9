"""Every page of the table of routes in a real Chromium: on a telephone in Vietnamese, at a desk in
English and in the dark, watched for whatever a page may do wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.everywhere.addresses import PAGES
from tests.everywhere.village import Village
from tests.pages.watched_page import (
    DESK,
    PHONE,
    assert_fits,
    assert_kind,
    picture,
    served,
    watched_page,
)

pytestmark = pytest.mark.browser
ROLES = sorted({role for visits in PAGES.values() for role, _ in visits})


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_kind_to_whoever_reads_it_and_asks_no_stranger_for_anything(
    village: Village, chromium: Browser, role: str
) -> None:
    visits = [address for visits in PAGES.values() for who, address in visits if who == role]
    faults: list[str] = []
    with served(village.services) as base:
        cookies = village.cookies(role, base)
        for lang, width, dark in (("vi", PHONE, False), ("en", DESK, True)):
            with watched_page(chromium, base, width=width, dark=dark, cookies=cookies) as page:
                for address in visits:
                    path = village.filled(address)
                    page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
                    try:
                        assert page.locator("html").get_attribute("lang") == lang, address
                        assert page.locator("h1").count() == 1, f"{address}: one h1"
                        assert_kind(page)
                        assert_fits(page)
                    except AssertionError as wrong:
                        faults.append(f"{lang} {address}: {wrong}")
                    name = "-".join(filter(None, address.split("?")[0].split("/"))) or "start"
                    kept = f"every-{role}-{name}-{lang}".replace("{", "").replace("}", "")
                    picture(page, kept, whole=width == PHONE)
    assert faults == [], "\n".join(faults)
