"""The whole application gives a slow body up: every route that reads one, in both languages."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn

from api.app import create_app
from api.bootstrap import Services
from api.serving.bounded_connections import bounded
from api.serving.timely_bodies import Pace, SlowRefused, Timely
from api.station_wire.entry_bodies import ENTRIES_TYPE
from tests.pages.cooperative import found_cooperative

QUICK = Pace(grace=0.5, floor=1000, most=1.0)
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder: Path = tmp_path_factory.mktemp("slow") / "ledger"
    made = found_cooperative(folder)
    yield made
    made.close()


@pytest.fixture(scope="module")
def port(services: Services) -> Iterator[int]:
    # A quicker pace in front: what it raises where a body is read, the application's own layer
    # has to answer, through every handler and layer in between.
    app = Timely(create_app(services), QUICK)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=bounded(), log_config=None, lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


def halves(port: int, path: str, kind: str, *headers: str) -> tuple[int, dict[str, str], bytes]:
    """Send half a body and wait: status, headers, body of the answer."""
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Type: {kind}"]
    lines += ["Content-Length: 100", *headers]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + b"x" * 50)
        found = b""
        while part := client.recv(65536):
            found += part
    head, _, body = found.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    named = dict(line.lower().split(": ", 1) for line in rest)
    return int(first.split()[1]), named, body


@pytest.mark.parametrize(
    ("path", "kind", "headers"),
    [
        ("/api/v1/entries", JSON, ()),
        ("/api/v1/station/join", JSON, ()),
        ("/api/v1/station/enrol", JSON, ()),
        ("/api/v1/station/push", ENTRIES_TYPE, ("Signature: sig1=:AA==:",)),
        ("/api/v1/station/pull", JSON, ("Signature: sig1=:AA==:",)),
        ("/api/v1/station/bundle", JSON, ("Signature: sig1=:AA==:",)),
        ("/vao", FORM, ()),
        ("/tram/thu-hoach", FORM, ()),
    ],
)
def test_half_a_body_is_answered_408_wherever_one_is_read(
    port: int, path: str, kind: str, headers: tuple[str, ...]
) -> None:
    status, named, body = halves(port, path, kind, *headers)
    assert status == 408
    assert named["connection"] == "close" and named["x-content-type-options"] == "nosniff"
    assert named["content-type"] == "application/problem+json"
    told = json.loads(body)
    assert told["code"] == "too-slow" and told["status"] == 408
    assert "50 bytes" in told["detail"]


@pytest.mark.parametrize(
    ("query", "said"), [("", "chậm (50 byte"), ("?lang=en", "too slowly (50 bytes")]
)
def test_a_browser_gets_a_page_in_its_language(port: int, query: str, said: str) -> None:
    status, named, body = halves(port, f"/tram/thu-hoach{query}", FORM, "Accept: text/html")
    assert status == 408 and named["content-type"].startswith("text/html")
    assert said in body.decode()


def test_every_operation_of_the_api_documents_it(services: Services) -> None:
    described: dict[str, Any] = create_app(services).openapi()
    found = [
        operation
        for path, methods in described["paths"].items()
        if path.startswith("/api/")
        for operation in methods.values()
    ]
    assert len(found) >= 10
    assert all("408" in operation["responses"] for operation in found)


def test_the_sentence_is_there_in_both_languages() -> None:
    slow = SlowRefused("too-slow", came=50, seconds=20)
    assert "50 bytes in 20 seconds" in slow.say("en") and "50 byte trong 20 giây" in slow.say("vi")
