"""Slow bodies, slow heads, slow readers and too many connections, on real sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from threading import Thread

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from api.serving.bounded_connections import BOUNDS, BoundedConnection, Bounds, bounded
from api.serving.timely_bodies import PACE, Pace, Timely
from tests.background.hub import until

PATIENCE = 20.0
SOON = 10.0  # on a busy machine; without the bounds these connections stay for ever
QUICK = Pace(grace=0.6, floor=400, most=8.0)
SHORT = Bounds(
    connections=12,
    of_address=3,
    head=0.6,
    head_bytes=8 * 1024,
    reader=1.5,
    linger=0.3,
    pace=QUICK,
)
LARGE = 32 * 1024 * 1024


async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    """A small application: reads the body, or does not; answers little, or much."""
    size = 0
    if scope["path"] != "/unread":
        more = True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
    body = b"x" * LARGE if scope["path"] == "/much" else str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def answering(protocol: type[BoundedConnection], pace: Pace = QUICK) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Timely(answers, pace), http=protocol, log_config=None, lifespan="off", access_log=False
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with answering(bounded(SHORT)) as found:
        yield found


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def rest(client: socket.socket) -> bytes:
    """Everything until the server hangs up."""
    found = b""
    try:
        while part := client.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found


def posting(size: int, path: str = "/", more: str = "") -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n{more}\r\n".encode()


def test_a_body_that_does_not_come_is_answered_408_and_the_connection_ends(port: int) -> None:
    with connected(port) as client:
        client.sendall(posting(1000) + b"12345")
        began = time.monotonic()
        found = rest(client)
        took = time.monotonic() - began
    assert found.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in found and b'"code":"too-slow"' in found
    assert b"5 bytes in" in found
    assert QUICK.grace * 0.8 <= took < SOON


def test_a_body_that_drips_below_the_floor_is_answered_408(port: int) -> None:
    with connected(port) as client:
        client.sendall(posting(10_000))
        began = time.monotonic()
        client.settimeout(0.05)
        found = b""
        while not found and time.monotonic() - began < PATIENCE:
            client.sendall(b"x")  # about 20 bytes a second where 400 are asked for
            try:
                found = client.recv(65536)
            except TimeoutError:
                continue
        took = time.monotonic() - began
    assert found.startswith(b"HTTP/1.1 408 ")
    assert took < SOON


def test_a_slow_body_above_the_floor_is_taken_however_long_it_takes(port: int) -> None:
    began = time.monotonic()
    with connected(port) as client:
        client.sendall(posting(4000, more="Connection: close\r\n"))
        for _ in range(10):
            client.sendall(b"x" * 400)
            time.sleep(0.15)
        found = rest(client)
    assert time.monotonic() - began > 2 * QUICK.grace
    assert found.startswith(b"HTTP/1.1 200 ") and found.endswith(b"4000")


def test_no_body_may_take_longer_than_the_end_of_all_patience() -> None:
    pace = Pace(grace=0.3, floor=10, most=1.0)
    assert (pace.limit(0), pace.limit(5), pace.limit(10**9)) == (0.3, 0.8, 1.0)
    with answering(bounded(SHORT), pace) as port, connected(port) as client:
        client.sendall(posting(100_000))
        began = time.monotonic()
        client.settimeout(0.05)
        found = b""
        while not found and time.monotonic() - began < PATIENCE:
            client.sendall(b"x" * 100)
            try:
                found = client.recv(65536)
            except TimeoutError:
                continue
        took = time.monotonic() - began
    assert found.startswith(b"HTTP/1.1 408 ")
    assert 0.8 <= took < SOON


def test_a_body_that_nobody_waits_for_does_not_hold_its_connection(port: int) -> None:
    with connected(port) as client:
        client.sendall(posting(100_000, "/unread"))
        found = client.recv(65536)
        assert found.startswith(b"HTTP/1.1 200 ")
        began = time.monotonic()
        client.settimeout(0.05)
        ended = False
        while not ended and time.monotonic() - began < PATIENCE:
            try:
                client.sendall(b"x")
                ended = client.recv(65536) == b""
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                ended = True
        took = time.monotonic() - began
    assert ended and took < SOON


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_does_not_come_is_not_waited_for(port: int, begun: bytes) -> None:
    with connected(port) as client:
        client.sendall(begun)
        began = time.monotonic()
        found = rest(client)
        took = time.monotonic() - began
    assert found.startswith(b"HTTP/1.1 408 ") and found.endswith(b"\r\n\r\n")
    assert SHORT.head * 0.8 <= took < SOON


def test_a_head_that_drips_is_not_waited_for_either(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        client.settimeout(0.05)
        began, found = time.monotonic(), b""
        while not found and time.monotonic() - began < PATIENCE:
            client.sendall(b"a: b\r\n")
            try:
                found = client.recv(65536)
            except TimeoutError:
                continue
        took = time.monotonic() - began
    assert found.startswith(b"HTTP/1.1 408 ") and took < SOON


def test_neither_a_second_request_nor_empty_lines_after_an_answer_hold_a_connection(
    port: int,
) -> None:
    for begun in (b"GET / HT", b"\r\n"):
        with connected(port) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
            client.sendall(begun)
            began = time.monotonic()
            assert rest(client).startswith(b"HTTP/1.1 408 ")
            assert time.monotonic() - began < SOON


def test_requests_one_after_the_other_and_all_at_once_are_answered(port: int) -> None:
    one = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with connected(port) as client:
        for _ in range(5):
            client.sendall(one)
            assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
            time.sleep(SHORT.head / 4)  # longer together than one head may take
        client.sendall(one * 3 + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert rest(client).count(b"HTTP/1.1 200 ") == 4


def test_a_head_without_end_is_answered_431_long_before_it_is_late(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: " + b"b" * (16 * 1024))
        assert rest(client).startswith(b"HTTP/1.1 431 ")


def test_a_large_body_is_no_large_head(port: int) -> None:
    with connected(port) as client:
        client.sendall(posting(200_000, more="Connection: close\r\n") + b"x" * 200_000)
        found = rest(client)
    assert found.startswith(b"HTTP/1.1 200 ") and found.endswith(b"200000")


def test_a_reader_who_takes_nothing_is_let_go(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(SHORT.reader + 1.0)
        found = rest(client)
    assert found.startswith(b"HTTP/1.1 200 ") and len(found) < LARGE


def test_a_slow_reader_who_goes_on_reading_gets_all_of_it(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"GET /much HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        came, began = 0, time.monotonic()
        while part := client.recv(4 * 1024 * 1024):
            came += len(part)
            if time.monotonic() - began < 1.2 * SHORT.reader:
                time.sleep(0.05)
    assert came > LARGE


def test_connections_beyond_the_bound_are_told_to_come_again() -> None:
    with answering(bounded(replace(SHORT, head=2.0))) as port, ExitStack() as held:
        for _ in range(SHORT.connections):
            held.enter_context(connected(port))
        time.sleep(0.1)
        with connected(port) as client:
            found = rest(client)
        assert found.startswith(b"HTTP/1.1 503 ") and b"retry-after" in found

        def free() -> bool:
            with connected(port) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return rest(client).startswith(b"HTTP/1.1 200 ")

        # Whoever held the others without a word has lost them by then.
        until(free, PATIENCE, "there is room again")


@pytest.mark.parametrize(("proxy", "most"), [(False, SHORT.of_address), (True, SHORT.connections)])
def test_one_address_cannot_hold_all_of_them_unless_it_is_our_proxys(
    proxy: bool, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All clients of a test are on this machine, which is not bounded: here it is like any other.
    monkeypatch.setattr("api.serving.bounded_connections.is_own_machine", lambda _address: False)
    patient = replace(SHORT, head=5.0)
    with answering(bounded(patient, lambda _address: proxy)) as port, ExitStack() as held:
        for _ in range(most):
            held.enter_context(connected(port))
        time.sleep(0.1)
        with connected(port) as client:
            assert rest(client).startswith(b"HTTP/1.1 503 ")
        held.close()
        time.sleep(0.1)
        with connected(port) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert rest(client).startswith(b"HTTP/1.1 200 ")


def test_the_bounds_that_are_served_let_the_slowest_line_through() -> None:
    # 400 kbit/s is the slowest line that was measured; a push of 512 KiB is the largest.
    assert PACE.grace + 512 * 1024 / PACE.floor > 300 >= PACE.most
    assert PACE.most > 10 * 512 * 1024 / (400_000 / 8)
    assert BOUNDS.of_address < BOUNDS.connections
