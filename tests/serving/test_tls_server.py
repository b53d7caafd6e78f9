"""TLS handshakes that never end: bounded in time and number, and nobody else waits for them."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest
import uvicorn

from api.hub.certificate import OwnCertificate, make_certificate, server_context
from api.serving.bounded_connections import bounded
from api.serving.timely_bodies import Timely
from api.serving.tls_server import Handshakes, TlsServer
from tests.background.hub import until
from tests.serving.test_bounded_connections import QUICK, SHORT, answers, posting, rest

PATIENCE = 20.0
FEW = Handshakes(most=8, of_address=3, seconds=2.5, farewell=0.3)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> OwnCertificate:
    folder: Path = tmp_path_factory.mktemp("own")
    return make_certificate(folder, ["127.0.0.1"], dt.datetime.now(dt.UTC))


@contextmanager
def answering(own: OwnCertificate, *, proxy: bool = False) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Timely(answers, QUICK),
        http=bounded(SHORT),
        log_config=None,
        lifespan="off",
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    context = server_context(own.path, own.key_path)
    server = TlsServer(config, context, FEW, lambda _address: proxy)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def silent(port: int) -> socket.socket:
    """A connection that does not begin to shake hands."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def shaken(port: int) -> ssl.SSLSocket:
    """A connection after its handshake, with whoever answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(silent(port))


def answered(port: int) -> bool:
    """Whether a request comes through."""
    try:
        with shaken(port) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return rest(client).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def test_requests_and_slow_bodies_are_answered_as_without_tls(own: OwnCertificate) -> None:
    with answering(own) as port:
        assert answered(port)
        with shaken(port) as client:
            client.sendall(posting(100, more="Connection: close\r\n") + b"x" * 100)
            assert rest(client).endswith(b"100")
        with shaken(port) as client:
            client.sendall(posting(100) + b"x" * 50)
            assert rest(client).startswith(b"HTTP/1.1 408 ")
        with shaken(port) as client:
            client.sendall(b"GET / HT")
            assert rest(client).startswith(b"HTTP/1.1 408 ")


def test_a_handshake_that_does_not_come_ends_and_nobody_waits_for_it(own: OwnCertificate) -> None:
    with answering(own) as port, silent(port) as one, silent(port) as other:
        other.sendall(b"\x16\x03\x01")
        began = time.monotonic()
        assert answered(port)
        assert time.monotonic() - began < FEW.seconds
        for client in (one, other):
            assert rest(client) == b""
        assert time.monotonic() - began < 15


def test_what_is_no_tls_is_hung_up_on(own: OwnCertificate) -> None:
    with answering(own) as port, silent(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert not rest(client).startswith(b"HTTP/1.1 200")
        assert answered(port)


def test_more_handshakes_than_the_bound_are_hung_up_on_and_then_there_is_room(
    own: OwnCertificate,
) -> None:
    with answering(own) as port, ExitStack() as held:
        for _ in range(FEW.most):
            held.enter_context(silent(port))
        time.sleep(0.2)
        began = time.monotonic()
        with silent(port) as client:
            assert rest(client) == b""
        assert time.monotonic() - began < FEW.seconds
        until(lambda: answered(port), PATIENCE, "there is room again")


@pytest.mark.parametrize("proxy", [False, True])
def test_one_address_cannot_hold_all_handshakes_unless_it_is_our_proxys(
    own: OwnCertificate, proxy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All clients of a test are on this machine, which is not bounded: here it is like any other.
    monkeypatch.setattr("api.serving.tls_server.is_own_machine", lambda _address: False)
    with answering(own, proxy=proxy) as port, ExitStack() as held:
        for _ in range(FEW.of_address):
            held.enter_context(silent(port))
        time.sleep(0.2)
        assert answered(port) is proxy


def test_a_server_ends_although_handshakes_and_requests_hang(own: OwnCertificate) -> None:
    with ExitStack() as held:
        with answering(own) as port:
            held.enter_context(silent(port))
            client = held.enter_context(shaken(port))
            client.sendall(posting(100) + b"x")
            began = time.monotonic()
        assert time.monotonic() - began < 15
