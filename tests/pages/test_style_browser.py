"""The style page in a real Chromium: every part of every page, in both languages and colour schemes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.pages.cooperative import found_cooperative
from tests.pages.watched_page import PHONE, assert_fits, assert_kind, picture, served, watched_page

pytestmark = pytest.mark.browser
PAGE = "/kieu-mau"
# A line's box must hold its letters with all their marks, and the next line begin below them.
_CROWDED = """() => {
  const line = document.querySelector(".sample");
  const style = getComputedStyle(line);
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { actualBoundingBoxAscent: up, actualBoundingBoxDescent: down } =
    canvas.measureText(line.textContent);
  return [up + down, parseFloat(style.lineHeight)];
}"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    services = found_cooperative(Path(tmp_path_factory.mktemp("style")) / "ledger")
    try:
        with served(services) as address:
            yield address
    finally:
        services.close()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_part_is_kind_to_everybody_and_fits(chromium: Browser, base: str, lang: str) -> None:
    for dark in (False, True):
        with watched_page(chromium, base, dark=dark) as page:
            for width in (1280, PHONE):
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(f"{PAGE}?lang={lang}")
                assert_fits(page)
                picture(page, f"style-{lang}-{width}{'-dark' if dark else ''}")
            if dark == (lang == "vi"):  # the others are asked about in tests/everywhere
                assert_kind(page)


def test_lines_have_room_for_stacked_marks(chromium: Browser, base: str) -> None:
    with watched_page(chromium, base) as page:
        page.goto(PAGE)
        letters, line = page.evaluate(_CROWDED)
        assert 0 < letters <= line


def test_the_pages_are_reached_by_keyboard_on_every_width(chromium: Browser, base: str) -> None:
    with watched_page(chromium, base) as page:
        page.goto(PAGE)
        page.keyboard.press("Tab")
        assert focused(page) == "Tới nội dung"
        page.keyboard.press("Enter")
        assert page.url.endswith("#main")
        page.goto(PAGE)
        names = []
        for _ in range(4):
            page.keyboard.press("Tab")
            names.append(focused(page))
        # A wide screen needs no menu: what a narrow one holds in it comes next.
        assert names == ["Tới nội dung", "Sổ truy xuất", "English", "Trang trạm"]
        page.set_viewport_size({"width": PHONE, "height": 800})
        page.goto(PAGE)
        people = page.locator(".top nav").get_by_text("Người dùng", exact=True)
        assert not people.is_visible()
        page.locator(".menu summary").focus()
        page.keyboard.press("Enter")
        people.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/nguoi")
        assert page.locator(".top [aria-current=page]").text_content() == "Người dùng"


def test_the_bar_works_without_scripts_and_keeps_what_was_asked(
    chromium: Browser, base: str
) -> None:
    with watched_page(chromium, base, width=PHONE, javascript=False) as page:
        page.goto(f"{PAGE}?ten=M%C6%B0%E1%BB%9Dng&lang=vi")
        page.get_by_role("link", name="English").click()
        assert page.url.endswith(f"{PAGE}?ten=M%C6%B0%E1%BB%9Dng&lang=en")
        page.locator(".menu summary").click()
        page.locator(".top nav").get_by_text("People", exact=True).click()
        assert "/nguoi" in page.url
        assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ("fetch('/nothing')", "404"),
        ("document.body.setAttribute('onclick', '1')", "Content Security Policy"),
        ("fetch('http://127.0.0.2:9/x').catch(() => 0)", "127.0.0.2"),
        ("setTimeout(() => { throw new Error('broken') })", "script: broken"),
    ],
)
def test_what_is_watched_is_seen(chromium: Browser, base: str, done: str, told: str) -> None:
    def visited() -> None:
        with watched_page(chromium, base) as page:
            page.goto(PAGE)
            page.evaluate(done)
            page.wait_for_timeout(200)

    with pytest.raises(AssertionError, match=told):
        visited()


def test_what_is_not_kind_or_does_not_fit_is_seen(chromium: Browser, base: str) -> None:
    with watched_page(chromium, base) as page:
        page.goto(PAGE)
        page.evaluate("document.body.append(document.createElement('input'))")
        with pytest.raises(AssertionError, match="label"):
            assert_kind(page)
        page.evaluate("document.querySelector('button').style.minHeight = '20px'")
        page.evaluate("document.querySelector('button').style.padding = '0'")
        with pytest.raises(AssertionError, match="<button"):
            assert_fits(page)


def focused(page: Page) -> str:
    """Text of what has the focus."""
    return str(page.evaluate("document.activeElement.innerText.trim()"))
