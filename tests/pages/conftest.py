"""One cooperative for each test that asks for it, and browsers' and strangers' clients."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services
from tests.pages.cooperative import found_cooperative

_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a file: a page of its own, in a new context, is what a test asks for."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "These tests need Chromium; install the package chromium and run them again."
    expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found_cooperative(tmp_path / "ledger")
    yield made
    made.close()


@pytest.fixture
def public(services: Services) -> TestClient:
    """A client somewhere in the world."""
    return TestClient(create_app(services), client=("203.0.113.5", 40000))


@pytest.fixture
def station(services: Services) -> TestClient:
    """A browser on the station itself."""
    app = create_app(services)
    base = "http://127.0.0.1:8471"
    return TestClient(app, base_url=base, client=("127.0.0.1", 40000), follow_redirects=False)
