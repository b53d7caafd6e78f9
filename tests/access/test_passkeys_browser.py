"""Passkeys in a real Chromium, with its virtual authenticator: made, used, refused, at one address."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from api.access.limits import Limits
from api.app import create_app
from api.bootstrap import Services
from tests.access.test_pages_browser import looked_at
from tests.access.visitors import PASSWORD, Visitors
from tests.pages.conftest import chromium as chromium  # noqa: PLC0414  # a fixture
from tests.pages.packing_table import until

pytestmark = pytest.mark.browser
_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def served(services: Services, at: socket.socket, base_url: str) -> Iterator[Visitors]:
    """The application on a socket, with a public address, an administrator and an inspector."""
    services.settings = replace(services.settings, base_url=base_url)
    visitors = Visitors(services, create_app(services))
    if not visitors.gate.people.has_administrator():
        visitors.set_up("phuong", "administrator")
        visitors.set_up("minh", "inspector")
        visitors = Visitors(services, create_app(services))
    config = uvicorn.Config(visitors.app, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]}, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        yield visitors
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def place() -> Iterator[tuple[socket.socket, str]]:
    """A socket, and its address by the one name that may have passkeys without https."""
    with socket.create_server(("127.0.0.1", 0)) as at:
        yield at, f"http://localhost:{at.getsockname()[1]}"


def telephone(chromium: Browser, base: str) -> tuple[BrowserContext, Page, CDPSession, str]:
    """A browser with an authenticator of its own, whose number comes along."""
    context = chromium.new_context(base_url=base, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.set_default_timeout(20_000)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": _DEVICE})
    return context, page, device, str(made["authenticatorId"])


def credentials(device: CDPSession, number: str) -> list[dict[str, Any]]:
    found = device.send("WebAuthn.getCredentials", {"authenticatorId": number})
    return list(found["credentials"])


def sign_in(page: Page) -> None:
    page.goto("/vao")
    page.get_by_label("Tên đăng nhập").fill("minh")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_url("**/toi")


def add(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Tên khóa").fill("máy của tôi")
    page.get_by_label("Mật khẩu của bạn").fill(password)
    page.get_by_role("button", name="Thêm khóa truy cập").click()


def sign_out(page: Page) -> None:
    menu = page.locator(".menu summary")
    if menu.is_visible():  # not on a wide screen
        menu.click()
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    page.wait_for_url("**/vao")


def test_a_passkey_is_made_and_signs_in_without_a_name(
    services: Services,
    chromium: Browser,
    place: tuple[socket.socket, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A quick browser signs in more often than a minute allows: for its limits a minute goes by each time.
    minutes = count(0, 60)
    monkeypatch.setattr("api.access.gate.Limits", lambda _clock: Limits(lambda: next(minutes)))
    at, base = place
    with served(services, at, base):
        context, page, device, number = telephone(chromium, base)
        told: list[str] = []
        page.on("console", lambda line: told.append(line.text))
        sign_in(page)
        looked_at(page)
        add(page, "a guess of somebody at the desk")
        page.get_by_text("Tên đăng nhập hoặc mật khẩu chưa đúng").wait_for()
        assert credentials(device, number) == []
        add(page)
        page.get_by_text("chưa dùng lần nào").wait_for()
        (kept,) = credentials(device, number)
        assert (kept["rpId"], kept["isResidentCredential"]) == ("localhost", True)
        looked_at(page)
        faults = Axe().run(page).response["violations"]
        assert [one["id"] for one in faults if one["impact"] in {"serious", "critical"}] == []
        # The same device again: it says itself that it has one.
        add(page)
        page.get_by_text("đã có khóa truy cập của tài khoản").wait_for()
        sign_out(page)
        looked_at(page)
        faults = Axe().run(page).response["violations"]
        assert [one["id"] for one in faults if one["impact"] in {"serious", "critical"}] == []
        page.get_by_role("button", name="Dùng khóa truy cập").click()
        page.wait_for_url("**/toi")
        page.get_by_text("dùng gần nhất").wait_for()
        (after,) = credentials(device, number)
        assert after["signCount"] > kept["signCount"]
        # From now on the password alone is not enough.
        page.get_by_role("button", name="Chỉ cho đăng nhập bằng khóa truy cập").click()
        page.get_by_text("Mật khẩu không mở được tài khoản này").wait_for()
        sign_out(page)
        page.get_by_label("Tên đăng nhập").fill("minh")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập", exact=True).click()
        page.get_by_text("chỉ đăng nhập bằng khóa truy cập").wait_for()
        page.get_by_role("button", name="Dùng khóa truy cập").click()
        page.wait_for_url("**/toi")
        # Taking it away gives the password back.
        page.get_by_text("Bỏ khóa này").click()
        page.get_by_role("button", name="Bỏ máy của tôi").click()
        page.get_by_label("Tên khóa").wait_for()
        assert page.get_by_text("máy của tôi").count() == 0
        sign_out(page)
        page.get_by_role("button", name="Dùng khóa truy cập").click()
        page.get_by_text("Ở đây không biết khóa truy cập này").wait_for()
        sign_in(page)
        # Refusals are told on the page; no browser had to stop anything of ours.
        assert [line for line in told if "Content Security Policy" in line] == []
        context.close()


def test_a_copied_passkey_a_person_not_verified_and_a_refusal_to_touch_are_told_plainly(
    services: Services, chromium: Browser, place: tuple[socket.socket, str]
) -> None:
    at, base = place
    with served(services, at, base) as visitors:
        context, page, device, number = telephone(chromium, base)
        sign_in(page)
        add(page)
        page.get_by_text("chưa dùng lần nào").wait_for()
        (copied,) = credentials(device, number)
        for _ in range(2):
            sign_out(page)
            page.get_by_role("button", name="Dùng khóa truy cập").click()
            page.wait_for_url("**/toi")
        sign_out(page)
        # Somebody's copy from before: it counts from where it was.
        device.send(
            "WebAuthn.removeCredential",
            {"authenticatorId": number, "credentialId": copied["credentialId"]},
        )
        device.send("WebAuthn.addCredential", {"authenticatorId": number, "credential": copied})
        page.get_by_role("button", name="Dùng khóa truy cập").click()
        page.get_by_text("Bộ đếm của khóa truy cập đi lùi").wait_for()
        assert page.url.endswith("/vao")
        assert visitors.gate.record.newest(2)[0].what == "passkey-cloned"
        # Who cannot show who they are is not asked further: the browser itself gives up.
        device.send(
            "WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False}
        )
        page.get_by_role("button", name="Dùng khóa truy cập").click()
        page.get_by_text("Chưa dùng được khóa").wait_for()
        context.close()


def test_at_another_address_there_is_no_button_and_no_answer_is_taken(
    services: Services, chromium: Browser, place: tuple[socket.socket, str]
) -> None:
    at, base = place
    with served(services, at, base) as visitors:
        context, page, _, _ = telephone(chromium, base)
        sign_in(page)
        add(page)
        page.get_by_text("chưa dùng lần nào").wait_for()
        sign_out(page)
        # The same passkey, the same name, another port: another origin, as a stranger's would be.
        with socket.create_server(("127.0.0.1", 0)) as elsewhere:
            other = f"http://localhost:{elsewhere.getsockname()[1]}"
            with served(services, elsewhere, base):
                page.goto(f"{other}/vao")
                page.wait_for_load_state("networkidle")
                button = page.get_by_role("button", name="Dùng khóa truy cập")
                assert button.count() == 0
                # A stranger's page would simply ask: here by a changed page of ours.
                page.route("**/vao", lambda route: _with_origin(route, base, other))
                page.goto(f"{other}/vao")
                button.click()
                page.get_by_text("Không xác nhận được khóa truy cập").wait_for()
                assert visitors.gate.record.newest(1)[0].what == "passkey-refused"
        page.goto(base.replace("localhost", "127.0.0.1") + "/vao")
        assert page.get_by_role("button", name="Dùng khóa truy cập").count() == 0
        context.close()


def _with_origin(route: Any, ours: str, theirs: str) -> None:
    if route.request.method != "GET":
        route.continue_()
        return
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace(ours, theirs))


def test_without_webauthn_the_pages_are_as_before(
    services: Services, chromium: Browser, place: tuple[socket.socket, str]
) -> None:
    at, base = place
    with served(services, at, base):
        for scripts in (True, False):
            context = chromium.new_context(base_url=base, java_script_enabled=scripts)
            context.add_init_script("delete window.PublicKeyCredential")
            page = context.new_page()
            page.set_default_timeout(20_000)
            sign_in(page)
            assert page.get_by_label("Tên khóa").is_hidden()
            sign_out(page)
            assert page.get_by_role("button", name="Dùng khóa truy cập").count() == 0
            context.close()
