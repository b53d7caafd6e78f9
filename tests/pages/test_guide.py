"""The guides that travel with the program: each step leads to a page there is; the wall's is one A4."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from api.access.table import TABLE
from api.bootstrap import Services
from api.guide.tasks import INSPECTOR, MANAGER, OPERATOR
from tests.pages.watched_page import served, watched_page

ALL = (*OPERATOR, *MANAGER, *INSPECTOR)


def test_every_task_begins_on_a_page_that_there_is(public: TestClient) -> None:
    assert [one.page for one in ALL if one.page and (one.page, "GET") not in TABLE] == []
    page = public.get("/huong-dan").text
    assert page.count("<h3>") == len(ALL)
    assert "Người trực trạm" in page


def test_the_words_on_buttons_are_those_that_the_guide_names(station: TestClient) -> None:
    start = station.get("/tram").text
    for word in ("Thu hoạch", "Tiếp nhận", "In tem"):
        assert word in start
        assert any(f"«{word}»" in step for one in OPERATOR for step in one.steps)


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
