"""An answer that drips, swells or breaks off ends in time, and costs a repetition at most."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.station import hub_client
from api.station.errors import StationError
from api.station.hub_client import HubClient
from api.station.unpacking import MOST_ANSWER
from ledger.signing import Signer

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_ENDLESS_NAME = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03"  # a gzip header whose name never ends


@contextmanager
def answering(head: bytes, first: bytes, drip: bytes = b"") -> Iterator[str]:
    """The address of a server that answers once: `first`, then `drip` ten times a second."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                connection.recv(65536)
                try:
                    connection.sendall(_HEAD + head + b"\r\n" + first)
                    while drip and not stop.wait(0.1):
                        connection.sendall(drip)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            thread.join(10)


def asked(address: str) -> StationError:
    client = HubClient(
        address,
        origin="hub.example/log",
        signer=Signer.of(Ed25519PrivateKey.generate()),
        now=lambda: 1_790_000_000,
        nonce=lambda: "n" * 20,
    )
    try:
        with pytest.raises(StationError) as refused:
            client.pull({"after": 0, "from": 0, "size": 0})
        return refused.value
    finally:
        client.close()


@pytest.mark.parametrize(
    ("head", "first", "drip"),
    [
        (b"", b"{", b" "),
        (b"content-encoding: gzip\r\n", _ENDLESS_NAME, b"x"),
    ],
    ids=["plain", "gzip that unpacks to nothing"],
)
def test_an_answer_that_drips_without_end_is_given_up(
    monkeypatch: pytest.MonkeyPatch, head: bytes, first: bytes, drip: bytes
) -> None:
    monkeypatch.setattr(hub_client, "LONGEST_ANSWER", 0.6)
    began = time.monotonic()
    with answering(head, first, drip) as address:
        assert asked(address).code == "hub-away"
    assert time.monotonic() - began < 8


def test_a_head_that_drips_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_client, "LONGEST_ANSWER", 0.6)
    began = time.monotonic()
    with answering(b"x-more: a", b"", b"x-more: a\r\n") as address:
        wrong = asked(address)
    assert (wrong.code, wrong.params["why"]) == ("hub-away", "too slow")
    assert time.monotonic() - began < 8


def test_an_answer_that_swells_beyond_its_bound_is_refused_without_being_unpacked() -> None:
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    bomb = b"".join(packer.compress(b" " * 2**20) for _ in range(MOST_ANSWER // 2**20 + 1))
    bomb += packer.flush()
    assert len(bomb) < MOST_ANSWER // 500
    head = b"content-encoding: gzip\r\ncontent-length: %d\r\n" % len(bomb)
    with answering(head, bomb) as address:
        wrong = asked(address)
    assert (wrong.code, wrong.params["why"]) == ("hub-answer", "too large")


def test_what_follows_the_end_of_an_answer_is_not_kept() -> None:
    # Of itself Python's reader keeps all of it, and copies it anew with every part that comes.
    more = gzip.compress(b"{}") + b"\0" * (8 * 2**20)
    head = b"content-encoding: gzip\r\ncontent-length: %d\r\n" % len(more)
    began = time.process_time()
    with answering(head, more) as address:
        assert asked(address).code == "hub-answer"
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"gzip", gzip.compress(b"{}", mtime=0)[:-4]),
        (b"gzip", b"{}"),
        (b"gzip", gzip.compress(b"{}") + b"x"),
        (b"br", b"{}"),
    ],
    ids=["gzip cut short", "not gzip", "more than gzip", "brotli"],
)
def test_a_body_that_is_not_what_it_says_is_refused(coding: bytes, body: bytes) -> None:
    head = b"content-encoding: %s\r\ncontent-length: %d\r\n" % (coding, len(body))
    with answering(head, body) as address:
        assert asked(address).code == "hub-answer"
