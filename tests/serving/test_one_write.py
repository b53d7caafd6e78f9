"""Head and body of an answer leave together, and nothing is lost or late where there is no body."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from threading import Thread

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from api.serving.one_write import OneWrite

PAUSE = 0.3
PIECES = [b"one ", b"HTTP/1.1 looks like a head ", b"three"]


async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    """A small application: each path ends its answer in another way."""
    del receive
    size = {"/pieces": sum(map(len, PIECES)), "/broken": 9}.get(scope["path"], 4)
    headers = [(b"content-length", str(size).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"] == "/slow":
        await asyncio.sleep(PAUSE)
    if scope["path"] == "/broken":
        raise RuntimeError("after the head")
    if scope["path"] == "/pieces":
        for piece in PIECES:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.body", "body": b"body"})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(answers, http=OneWrite, log_config=None, lifespan="off", access_log=False)
    )
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


def asked(port: int, *requests: str) -> bytes:
    """Everything that the server says to requests sent at once, the last of which ends it."""
    lines = "".join(f"{one} HTTP/1.1\r\nHost: x\r\n\r\n" for one in requests[:-1])
    lines += f"{requests[-1]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(lines.encode())
        found = b""
        while part := client.recv(65536):
            found += part
    return found


def test_a_head_leaves_with_the_first_piece_of_its_body(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        client.settimeout(PAUSE / 2)
        with pytest.raises(TimeoutError):
            client.recv(65536)
        client.settimeout(10)
        answer = client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"\r\n\r\nbody")


def test_an_answer_without_a_body_is_not_held_back(port: int) -> None:
    found = asked(port, "HEAD /page", "GET /page")
    assert found.count(b"HTTP/1.1 200") == 2
    assert found.endswith(b"\r\n\r\nbody")


def test_pieces_arrive_whole_and_in_order(port: int) -> None:
    assert asked(port, "GET /pieces").endswith(b"\r\n\r\n" + b"".join(PIECES))


def test_answers_on_one_connection_keep_their_order(port: int) -> None:
    found = asked(port, "GET /page", "GET /pieces", "GET /page")
    assert found.count(b"HTTP/1.1 200") == 3
    assert found.index(b"body") < found.index(b"three") < found.rindex(b"body")


def test_what_was_begun_is_sent_before_a_fault_closes_the_connection(port: int) -> None:
    found = asked(port, "GET /broken")
    assert found.startswith(b"HTTP/1.1 200")
    assert found.endswith(b"\r\n\r\n")
