"""Finding printers only where a person says."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from printers.errors import AddressError
from printers.transport.lan_finder import MOST_HOSTS, find
from printers.virtual import VirtualPrinter


@contextlib.contextmanager
def _device(answers: dict[bytes, bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """Something on a port of 127.0.0.1 that answers known questions; what it received."""
    received: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        link, _ = listener.accept()
        # Hanging up on bytes it has not read resets the connection: no matter here.
        with link, contextlib.suppress(ConnectionResetError):
            while asked := link.recv(100):
                received.append(asked)
                link.sendall(answers.get(asked, b""))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], received
    finally:
        thread.join(timeout=10)
        listener.close()


def test_a_printer_tells_state_maker_and_model() -> None:
    answers = {
        b"\x10\x04\x01": b"\x12",
        b"\x1dI\x42": b"_EPSON\0",
        b"\x1dI\x43": b"_TM-T82III\0",
    }
    with _device(answers) as (port, _):
        (found,) = find("127.0.0.1", port)
    assert (found.maker, found.model, found.online) == ("EPSON", "TM-T82III", True)
    assert found.address == f"tcp://127.0.0.1:{port}"


@pytest.mark.parametrize("answer", [b"", b"\xff", b"\x00", b"ERR"])
def test_what_does_not_answer_as_escpos_is_named_unknown_and_asked_nothing_it_could_print(
    answer: bytes,
) -> None:
    with _device({b"\x10\x04\x01": answer}) as (port, received):
        (found,) = find("127.0.0.1", port)
    assert (found.status, found.online, found.maker, found.model) == (None, None, None, None)
    assert received == [b"\x10\x04\x01"]


def test_the_virtual_printer_is_found_and_prints_nothing_from_it(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path) as printer:
        found = find("127.0.0.1/30", printer.port)
        assert [one.address for one in found if one.status is not None] == [printer.address]
        assert found[0].online is True
    assert list(tmp_path.glob("*.png")) == []


def test_an_empty_network_ends_in_bounded_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    started = time.monotonic()
    assert find("127.0.0.0/24", port) == []
    assert time.monotonic() - started < 8


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("192.168.0.0/16", "find.too-many"),
        ("2001:db8::/64", "find.too-many"),
        ("192.168.1.0/33", "find.not-network"),
        ("may in/24", "find.not-network"),
        ("", "find.not-network"),
        ("-h", "find.not-network"),
        ("http://x", "find.not-network"),
    ],
)
def test_only_a_small_network_is_searched(where: str, code: str) -> None:
    with pytest.raises(AddressError) as refused:
        find(where)
    assert refused.value.code == code
    assert MOST_HOSTS == 256


def test_a_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(AddressError, match="9100"):
        find("127.0.0.1", 0)
