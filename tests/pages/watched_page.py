"""A page in a real Chromium that is being watched: what it breaks, asks of strangers, or hides."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import uvicorn
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from api.app import create_app
from api.bootstrap import Services
from tests.pages.packing_table import until

SCREENSHOTS: Final = Path(__file__).resolve().parents[2] / "build" / "screenshots"
PHONE: Final = 360
DESK: Final = 1280
_WAIT: Final = 20_000
# Only what is grave is written out: what passes is most of what axe finds.
_AXE: Final = """async () => {
  const found = await axe.run({ resultTypes: ["violations"] });
  return found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => [one.id, one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160))]);
}"""
_SMALL: Final = """() => [...document.querySelectorAll(
  "a, button, input:not([type=hidden]), select, textarea, summary")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => !one.matches("p a, li a:not(nav a), td p a, dd a, small a, .skip"))
  .filter((one) => {
    const box = (["radio", "checkbox"].includes(one.type) && one.closest("label") || one)
      .getBoundingClientRect();
    return box.height < 43.5 || box.width < 43.5;
  })
  .map((one) => one.outerHTML.slice(0, 120))"""
_WIDE: Final = """() => {
  const most = document.documentElement.clientWidth + 1;
  if (document.documentElement.scrollWidth <= most) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > most && !one.closest(".scroll"))
    .map((one) => one.outerHTML.slice(0, 120)).slice(0, 5).concat("wider than the screen");
}"""


@contextmanager
def served(services: Services) -> Iterator[str]:
    """The application over `services` on a port of its own; its address."""
    config = uvicorn.Config(create_app(services), host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def watched_page(
    chromium: Browser,
    base: str,
    *,
    width: int = DESK,
    height: int = 900,
    dark: bool = False,
    javascript: bool = True,
    cookies: Sequence[Any] = (),
    expected: Sequence[str] = (),
) -> Iterator[Page]:
    """A page in a context of its own, at the address `base`; closed at the end.

    Fails at the end when there was a violation of the Content-Security-Policy, a request to another
    host, an error on the console, or a request of the page itself (not of whoever walks) that
    failed. A trouble that contains a text of `expected` is not counted.
    """
    troubles: list[str] = []
    context = chromium.new_context(
        base_url=base,
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=javascript,
        locale="vi-VN",
        reduced_motion="reduce",
    )
    if cookies:
        context.add_cookies(cookies)
    page = context.new_page()
    page.set_default_timeout(_WAIT)
    own = urlsplit(base).netloc
    walked: set[str] = set()

    def asked(request: Request) -> None:
        if request.is_navigation_request():
            walked.add(request.url)
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != own:
            troubles.append(f"third party: {request.url}")

    def answered(response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            troubles.append(f"{response.status}: {response.url}")

    def failed(request: Request) -> None:
        # A page that is left while it loads, and a download, end that way, too.
        if not request.is_navigation_request() and request.failure != "net::ERR_ABORTED":
            troubles.append(f"{request.failure}: {request.url}")

    def told(message: ConsoleMessage) -> None:
        violation = "Content Security Policy" in message.text
        # The browser says of each page with 403 or 404 that it is one: what a walk may come by.
        of_page = message.location.get("url") in walked and "status of" in message.text
        if violation or (message.type == "error" and not of_page):
            troubles.append(f"console: {message.text}")

    page.on("request", asked)
    page.on("response", answered)
    page.on("requestfailed", failed)
    page.on("console", told)
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    try:
        yield page
    finally:
        context.close()
    # The words are given: what is not a test module has no assertion that tells by itself.
    left = [one for one in troubles if not any(text in one for text in expected)]
    assert not left, left


def assert_kind(page: Page) -> None:
    """Nothing serious or critical for axe on the page as it stands (JavaScript must be on)."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(f"{AXE_SCRIPT}; null")
    found = page.evaluate(_AXE)
    assert not found, (page.url, found)


def assert_fits(page: Page) -> None:
    """Whatever is pressed has 44 px each way, links in running text aside; nothing is cut off."""
    small, wide = page.evaluate(_SMALL), page.evaluate(_WIDE)
    assert not small, (page.url, "less than 44 px", small)
    assert not wide, (page.url, "beside the screen", wide)


def picture(page: Page, name: str, *, whole: bool = True) -> Path:
    """Keep a picture as build/screenshots/NAME.jpg, to be looked at: of the page, or of its top."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.jpg"
    # Quicker and smaller than PNG, and good enough to see what overlaps.
    page.screenshot(path=path, full_page=whole, type="jpeg", quality=70)
    return path
