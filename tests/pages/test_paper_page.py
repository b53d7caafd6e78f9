"""The virtual printer's page: paper that comes out, troubles to train with, and who may look."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from api.commands.serve import listen
from api.paper.app import paper_app, showing
from printers.design.render import render
from printers.design.template import Template
from printers.encoders.escpos import encode
from printers.profile import Profile
from printers.virtual import Stock, VirtualPrinter
from tests.printers.sample_labels import label

TEMPLATE = Template.shipped("goi-50x40")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[VirtualPrinter]:
    stock = Stock.parse("gap:50x40")
    with VirtualPrinter(tmp_path / "paper", stock=stock, speed_mm_s=250) as made:
        yield made


@pytest.fixture
def client(printer: VirtualPrinter) -> TestClient:
    return TestClient(
        paper_app(printer),
        base_url="http://127.0.0.1:8099",
        client=("127.0.0.1", 40000),
        follow_redirects=False,
    )


def payload(n: int) -> bytes:
    return encode(render(TEMPLATE, label(n)), Profile.shipped("virtual"), TEMPLATE.media)


def status(link: socket.socket) -> str:
    link.sendall(b"\x10\x04\x02")
    return link.recv(1).hex()


@pytest.fixture
def address(printer: VirtualPrinter) -> Iterator[str]:
    with listen("127.0.0.1", 0) as listener, showing(printer, listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.mark.browser
def test_a_printed_label_slides_in_and_a_button_takes_the_paper_away(
    chromium: Browser, address: str, printer: VirtualPrinter
) -> None:
    page = chromium.new_page(viewport={"width": 1000, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    expect(page.locator("#none")).to_be_visible()
    with socket.create_connection(("127.0.0.1", printer.port), timeout=5) as link:
        link.sendall(payload(1))
        picture = page.locator("#strip img")
        expect(picture).to_have_attribute("src", "/tem/000001.png")
        expect(page.locator("#strip li")).to_have_class("new")
        page.wait_for_function("document.querySelector('#strip img').naturalHeight === 320")
        expect(page.locator("#state")).to_contain_text("Đã in 1 tem.")
        expect(page.locator("#state")).to_contain_text("Có chương trình đang nối vào.")
        assert status(link) == "12"
        page.get_by_role("button", name="Cho hết giấy").click()
        expect(page.locator(".lamp")).to_have_text("Hết giấy")
        assert status(link) == "32"
        link.sendall(payload(2))
        page.wait_for_timeout(300)
        assert printer.printed == 1
        page.get_by_role("button", name="Lắp giấy mới").click()
        expect(page.locator("#strip li").first).to_contain_text("2")
        assert status(link) == "12"
        link.sendall(b"\x1bz")
        expect(page.locator("#state")).to_contain_text("Lệnh máy không hiểu: 1")
        page.get_by_role("button", name="Rút dây mạng").click()
        with pytest.raises(ConnectionResetError):
            link.recv(1)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert complaints == []
    page.close()


@pytest.mark.browser
def test_the_page_works_without_javascript(
    chromium: Browser, address: str, printer: VirtualPrinter
) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(address + "?lang=en")
    page.get_by_role("button", name="Open the cover").click()
    assert printer.state() == {"cover-open"}
    expect(page.locator(".lamp")).to_have_text("The cover is open")
    printer.clear()
    expect(page.locator(".lamp")).to_have_text("Ready", timeout=10_000)
    page.close()


@pytest.mark.parametrize(
    ("on", "off", "trouble"),
    [
        ("paper-out", "refill", "paper-out"),
        ("cover-open", "cover-close", "cover-open"),
        ("offline", "online", "offline"),
        ("hot", "cool", "hot"),
    ],
)
def test_each_button_has_its_opposite(
    client: TestClient, printer: VirtualPrinter, on: str, off: str, trouble: str
) -> None:
    assert client.post("/?lang=en", data={"act": on}).headers["location"] == "/?lang=en"
    assert printer.state() == {trouble}
    page = client.get("/").text
    assert f'value="{off}"' in page
    assert f'value="{on}"' not in page
    assert client.post("/", data={"act": off}).status_code == 303
    assert printer.state() == frozenset()


def test_nobody_from_elsewhere_sees_or_presses_anything(printer: VirtualPrinter) -> None:
    far = TestClient(paper_app(printer), base_url="http://127.0.0.1", client=("203.0.113.5", 1))
    other = TestClient(paper_app(printer), base_url="http://evil.example", client=("127.0.0.1", 1))
    for client in (far, other):
        assert client.get("/").status_code == 403
        assert client.get("/tem/000001.png").status_code == 403
        assert client.post("/", data={"act": "paper-out"}).status_code == 403
    near = TestClient(paper_app(printer), base_url="http://127.0.0.1", client=("127.0.0.1", 1))
    strange = {"origin": "http://evil.example"}
    assert near.post("/", data={"act": "paper-out"}, headers=strange).status_code == 403
    assert printer.state() == frozenset()


def test_only_paper_is_given_out(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "paper" / "secret.txt").write_text("x", "utf-8")
    for name in ("secret.txt", "..%2Fpaper%2Fsecret.txt", "000001.png", "000001.part"):
        assert client.get(f"/tem/{name}").status_code == 404
    assert client.post("/", data={"act": "explode"}).status_code == 422


def test_nothing_inline_is_allowed(client: TestClient) -> None:
    answer = client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"


def test_the_command_shows_its_page_until_it_is_interrupted(tmp_path: Path) -> None:
    words = ["virtual-printer", "--port", "0", "--out", str(tmp_path / "out"), "--page", "0"]
    words += ["--language", "tspl", "--media", "gap:50x40", "--lang", "en"]
    program = [sys.executable, "-B", "-m", "api.commands.main", *words]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True, cwd=ROOT) as ran:
        assert ran.stderr is not None
        try:
            address = re.search(r"tcp://127\.0\.0\.1:(\d+)", ran.stderr.readline())
            page = re.search(r"http://127\.0\.0\.1:\d+/", ran.stderr.readline())
            assert address is not None
            assert page is not None
            with urllib.request.urlopen(page[0], timeout=10) as answer:
                assert address[0] in answer.read().decode()
            with socket.create_connection(("127.0.0.1", int(address[1])), timeout=5) as link:
                link.sendall(b"\x1b!?")
                assert link.recv(1) == b"\0"
            ran.send_signal(signal.SIGINT)
            assert ran.wait(20) == 0
            assert "Traceback" not in ran.stderr.read()
        finally:
            ran.kill()
