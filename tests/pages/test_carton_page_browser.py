"""The page behind a carton's code, in a real Chromium on a narrow screen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.pages.cooperative import GTIN, LOT, found_cooperative
from tests.pages.watched_page import served
from tests.test_carton import SSCC, fill, packs, trouble

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    services = found_cooperative(Path(tmp_path_factory.mktemp("carton")) / "ledger")
    fill(services, SSCC, packs(20), packs(4))
    trouble(services, "recalled")
    with served(services) as base:
        yield base
    services.close()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_phone_shows_the_carton_and_leads_on_to_its_lots(
    chromium: Browser, base_url: str, lang: str, tmp_path: Path
) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{base_url}/00/{SSCC}?lang={lang}", timeout=20_000)
    page.screenshot(path=os.fspath(tmp_path / "carton.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in {"serious", "critical"}] == []
    page.get_by_role("link", name="Miến dong Đồng Tâm").first.click()
    page.wait_for_url(f"{base_url}/01/{GTIN}/10/{LOT}", timeout=20_000)
    page.close()
