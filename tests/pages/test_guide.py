"""The guides that travel with the program: each step leads to a page there is; the wall's is one A4."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from api.access.table import TABLE
from api.bootstrap import Services
from api.guide.tasks import INSPECTOR, MANAGER, OFFICER, OPERATOR
from api.pages.messages_catalogue import tongue
from tests.pages.watched_page import served, watched_page

ROOT: Final = Path(__file__).resolve().parents[2]
ALL = (*OPERATOR, *MANAGER, *INSPECTOR, *OFFICER)


def test_every_task_begins_on_a_page_that_there_is(public: TestClient) -> None:
    assert [one.page for one in ALL if one.page and (one.page, "GET") not in TABLE] == []
    page = public.get("/huong-dan").text
    assert page.count("<h3>") == len(ALL)
    assert "Người trực trạm" in page


def test_a_task_leads_to_its_page_where_the_reader_may_open_it(
    public: TestClient, station: TestClient
) -> None:
    assert 'href="/tram/in-tem"' in station.get("/huong-dan").text
    assert 'href="/tram/in-tem"' not in public.get("/huong-dan").text


def test_what_the_guides_put_in_quotes_is_what_the_pages_say() -> None:
    english: dict[str, str] = {}
    for path in (ROOT / "api" / "pages" / "messages" / "en").glob("*.po"):
        found = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', path.read_text("utf-8"), re.M)
        english |= {own: their for own, their in found if "«" not in own}
    named = 0
    for step in (step for one in ALL for step in one.steps):
        pages = [re.findall("«([^»]+)»", step), re.findall("“([^”]+)”", tongue("en")(step))]
        assert len(pages[0]) == len(pages[1]), step
        for vietnamese, other in zip(*pages, strict=True):
            told = [their for own, their in english.items() if vietnamese in own]
            assert any(other in one for one in told), (vietnamese, other)
            named += 1
    assert named > 12
    for path in (ROOT / "docs" / "huong-dan").glob("*.md"):
        for word in re.findall("«([^»]+)»", path.read_text("utf-8")):
            assert any(word in own for own in english), (path.name, word)


@pytest.mark.browser
def test_the_guide_for_the_wall_is_one_sheet_of_a4_in_both_languages(
    services: Services, chromium: Browser, tmp_path: Path
) -> None:
    with served(services) as base, watched_page(chromium, base) as page:
        for lang in ("vi", "en"):
            page.goto(f"/huong-dan/treo-tuong?lang={lang}")
            printed = page.pdf(format="A4", print_background=False)
            assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1
            (tmp_path / f"wall-{lang}.pdf").write_bytes(printed)
