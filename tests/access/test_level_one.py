"""What docs/asvs.md says of the program as a whole: no door, page or module is an exception."""

from __future__ import annotations

import ast
import asyncio
import base64
import re
from collections.abc import Iterator, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from api.access.people import PeopleRefused
from api.errors import DoorError
from api.settings import checked_base_url
from ledger.key_files import encrypted_pem
from tests.access.test_table import path_of, routes
from tests.access.visitors import Visitors

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("api", "ledger", "printers")
HOSTILE = (
    "'; DROP TABLE person; --",
    'x" OR "1"="1',
    "%' OR 1=1 --",
    "a\\'b",
    "?, ?",
    "%s",
    "\x00",
)


@cache
def modules() -> list[tuple[str, ast.Module]]:
    """Every module of the program, parsed."""
    return [
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    ]


def scripts() -> Iterator[tuple[str, str]]:
    """Every script that a browser gets, but for vendored ones."""
    for path in sorted((ROOT / "api" / "static").rglob("*.mjs")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def called(node: ast.Call) -> str:
    """`eval`, `os.system` ...: what a call names."""
    return ast.unparse(node.func)


def test_no_module_evaluates_text_or_unpickles_or_reads_xml() -> None:
    evaluating = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
    readers = {"pickle", "marshal", "shelve", "xml", "lxml", "yaml", "xmlrpc", "dill"}
    wrong = []
    seen = 0
    for name, tree in modules():
        seen += 1
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in evaluating:
                wrong.append((name, node.lineno, called(node)))
            if isinstance(node, ast.Import):
                roots = {one.name.partition(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom):
                roots = {(node.module or "").partition(".")[0]}
            else:
                continue
            wrong += [(name, node.lineno, one) for one in roots & readers]
            assert "office_child" not in ast.unparse(node), "it runs in a process of its own"
    # Workbooks are XML: read in a process of its own that may use little memory and time.
    assert {(name, what) for name, _, what in wrong} == {("api/tables/office_child.py", "xml")}
    assert seen > 300
    for name, text in scripts():
        assert not re.search(r"\beval\(|new Function\(|setTimeout\(\s*['\"]", text), name


def test_programs_are_started_by_a_list_of_words_and_never_by_a_shell() -> None:
    starters = {"subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_output"}
    found = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in starters:
                found.append(name)
                words = node.args[0]
                assert not isinstance(words, ast.Constant | ast.JoinedStr | ast.BinOp), name
                assert not [one for one in node.keywords if one.arg == "shell"], name
    assert set(found) == {
        "api/background/supervisor.py",
        "api/demo_checks.py",
        "api/photos/encoding.py",
        "api/tables/reading_office.py",
        "printers/transport/cups.py",
    }


def test_no_script_writes_markup_into_a_page() -> None:
    writing = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc")
    assert [name for name, text in scripts() if writing.search(text)] == []
    # The simulated printer's page takes over parts of itself, which its own server has escaped.
    parsing = [name for name, text in scripts() if "DOMParser" in text]
    assert parsing == ["api/static/paper.mjs"]


def test_only_approved_hashes_are_used() -> None:
    used = set()
    for _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in {"hashlib", "hashes"}:
                used.add(node.attr)
    assert {one.lower() for one in used - {"_Hash"}} <= {
        "sha256",
        "blake2b",
        "file_digest",
        "sha512",
    }
    assert "sha256" in used


def test_an_encrypted_key_is_aes_256_in_a_chain_of_blocks_under_600_000_rounds() -> None:
    key = Ed25519PrivateKey.generate()
    pem = encrypted_pem(key, b"bon tu that la dai", b"s" * 16, b"n" * 16)
    inner = pem[pem.index(b"-----BEGIN ENCRYPTED") :]
    opened = load_pem_private_key(inner, b"bon tu that la dai")
    assert isinstance(opened, Ed25519PrivateKey)
    der = base64.b64decode(b"".join(inner.split(b"\n")[1:-2]))
    assert bytes.fromhex("060960864801650304012a") in der  # aes256-CBC-PAD
    assert bytes.fromhex("06082a864886f70d0209") in der  # HMAC with SHA-256
    assert (600_000).to_bytes(3, "big") in der


def test_names_that_are_pieces_of_a_query_are_only_names(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    people = visitors.gate.people
    for text in HOSTILE:
        answer = visitors.sign_in(visitors.away(), text)
        assert answer.status_code in {400, 401, 403, 422, 429, 200}, text
        assert "set-cookie" not in answer.headers, text
        with pytest.raises(PeopleRefused):
            people.reset(text)
        for path in (f"/lo/{quote(text, safe='')}/L1", f"/api/v1/lots/{quote(text, safe='')}/L1"):
            assert visitors.away().get(path).status_code in {200, 400, 404, 422}, (path, text)
    assert [one.account for one in people.all()] == ["phuong"]
    assert visitors.sign_in(visitors.away(), "phuong").status_code == 303


def answers(visitors: Visitors) -> Iterator[tuple[str, httpx.Response]]:
    """What a stranger, the own machine and an administrator get at every address."""
    visitors.set_up("phuong", "administrator")
    origin = {"origin": "https://evil.example"}
    clients = (visitors.away(), visitors.home(), visitors.signed_in("phuong", home=True))
    signing_out_last = sorted(routes(visitors.app), key=lambda one: (one[0] == "/ra", *one))
    for template, method in signing_out_last:
        for client in clients:
            answer: httpx.Response = client.request(method, path_of(template), headers=origin)
            yield f"{method} {template} {answer.status_code}", answer
    yield "GET nothing", visitors.away().get("/there-is-nothing-here", headers=origin)
    yield "OPTIONS", visitors.away().request("OPTIONS", "/api/v1/entries", headers=origin)


def test_every_answer_names_its_type_and_no_other_origin_may_read_it(visitors: Visitors) -> None:
    seen = 0
    for name, answer in answers(visitors):
        seen += 1
        kind = answer.headers.get("content-type", "")
        if answer.content:
            assert "/" in kind, name
        if kind.startswith("text/") or "xml" in kind:
            assert "charset=utf-8" in kind.replace(" ", "").lower(), (name, kind)
        assert not [one for one in answer.headers if one.startswith("access-control-")], name
    assert seen > 150


def test_scripts_keep_nothing_in_the_browser() -> None:
    keeping = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.open")
    assert [name for name, text in scripts() if keeping.search(text)] == []


def test_somebody_elses_guesses_do_not_keep_out_who_has_a_link(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    visitors.set_up("lan", "inspector")
    stays = visitors.signed_in("lan")
    for number in range(8):
        stranger = visitors.away(f"198.51.100.{number}")
        visitors.sign_in(stranger, "lan", "một câu không phải của chị")
    assert "quá nhiều lần" in visitors.sign_in(visitors.away(), "lan").text
    assert stays.get("/toi").status_code == 200
    token = visitors.gate.people.reset("lan", "phuong")
    client = visitors.away()
    new = {"password": "một câu khác hẳn câu trước", "again": "một câu khác hẳn câu trước"}
    assert client.post(f"/vao/ma/{token}", data=new).status_code == 303
    assert client.get("/toi").status_code == 200


def test_the_time_frames_for_mending_are_written_down() -> None:
    told = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8").partition("## Updating")[2]
    section = told.partition("\n## ")[0]
    days = [int(one) for one in re.findall(r"^\| .* \| (\d+) \|$", section, re.MULTILINE)]
    assert days == sorted(days) and len(days) == 3 and 0 < days[0] <= 7
    for lock in ("requirements.lock", "api/static/vendor/vendor.lock.json"):
        assert f"`{lock}`" in section and (ROOT / lock).exists()


def test_secrets_are_typed_hidden_and_may_be_pasted_and_filled_in() -> None:
    secrets = 0
    for path in sorted((ROOT / "api" / "pages" / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert "onpaste" not in text and "oncopy" not in text, path.name
        for field in re.findall(r"<input[^>]*>", text):
            name = re.search(r'name="(\w+)"', field)
            if name is not None and name[1] in {"password", "old", "again", "pin"}:
                secrets += 1
                assert 'type="password"' in field, (path.name, field)
                if name[1] != "pin":
                    assert re.search(r'autocomplete="(current|new)-password"', field), field
    assert secrets >= 5
    assert [name for name, text in scripts() if "'paste'" in text or '"paste"' in text] == []


@pytest.mark.parametrize(
    "path",
    [
        "/.git/HEAD",
        "/.git/config",
        "/.env",
        "/settings.json",
        "/keys/log.pem",
        "/static/0/../settings.json",
        "/static/0/..%2f..%2fsettings.json",
        "/static/0/%2e%2e/%2e%2e/keys/log.pem",
        "/static/0//etc/passwd",
        "/static/0/vendor",
        "/static/0/",
        "/log/tile/..%2f..%2fkeys%2flog.pem",
        "/log/tile/0/../../checkpoint",
    ],
)
def test_no_file_is_served_but_those_that_are_named(visitors: Visitors, path: str) -> None:
    status, body = asyncio.run(asked_as_it_is(visitors, path))
    assert status in {303, 400, 403, 404}, (path, status)
    assert b"PRIVATE KEY" not in body and b"base_url" not in body


async def asked_as_it_is(visitors: Visitors, path: str) -> tuple[int, bytes]:
    """The answer to a path that no client has tidied up before it was sent."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"truyxuat.example.vn")],
        "client": ("203.0.113.5", 40000),
        "server": ("truyxuat.example.vn", 443),
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(dict(message))

    await visitors.app(scope, receive, send)
    return sent[0]["status"], b"".join(one.get("body", b"") for one in sent[1:])


def test_a_websocket_is_refused_at_the_door(visitors: Visitors) -> None:
    client: TestClient = visitors.away()
    for path in ("/", "/tram", "/api/v1/entries"):
        with (
            pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)),
            client.websocket_connect(path),
        ):
            pass


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://truyxuat.example.vn",
        "file:///etc/passwd",
        "//truyxuat.example.vn",
        "https://truyxuat.example.vn/?a=1",
        "https://user:word@truyxuat.example.vn",
    ],
)
def test_an_address_of_labels_is_a_plain_web_address(text: str) -> None:
    with pytest.raises(DoorError):
        checked_base_url(text)


def test_what_a_person_types_is_encoded_in_every_address_made_of_it(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    client = visitors.signed_in("phuong")
    for code in ("A/../B", "A?x=1", "A#b", "A B", "javascript:alert(1)", "A\r\nSet-Cookie: x=1"):
        answer = client.post("/toi", data={"code": code})
        place = answer.headers.get("location", "")
        assert "set-cookie" not in answer.headers
        assert not place or place.startswith("/"), (code, place)
        assert not place.startswith("//") and "\n" not in place, (code, place)
