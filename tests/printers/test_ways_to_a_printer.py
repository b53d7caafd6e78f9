from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from printers.errors import AddressError, TransportError
from printers.transport import open_transport
from printers.transport.file import FileTransport
from printers.transport.lan import LanTransport
from printers.transport.memory import MemoryTransport


@pytest.mark.parametrize(
    "address",
    [
        "",
        "printer",
        "tcp://",
        "tcp://host",
        "tcp://host:0",
        "tcp://host:99999",
        "tcp://h:1/x",
        "tcp://u@h:1",
        "tcp://a b:1",
        "file://host/x",
        "file:relative",
        "http://h:1",
        "x" * 2000,
    ],
)
def test_a_malformed_address_is_refused(address: str) -> None:
    with pytest.raises(AddressError) as refused:
        open_transport(address)
    assert refused.value.code == "address.malformed"


@pytest.mark.parametrize("kind", ["serial", "usb", "cups", "winspool"])
def test_kinds_of_later_versions_are_named(kind: str) -> None:
    with pytest.raises(AddressError, match="not in this version"):
        open_transport(f"{kind}://somewhere")


def test_a_file_receives_the_bytes_of_every_label(tmp_path: Path) -> None:
    path = tmp_path / "nhãn in.bin"
    for payload in (b"one", b"two"):
        way = open_transport(path.as_uri())
        assert isinstance(way, FileTransport)
        way.open()
        way.send(payload)
        way.close()
    assert path.read_bytes() == b"onetwo"
    assert way.receive(0) == b""


def test_a_file_that_cannot_be_written_is_a_failure_before_the_first_byte(tmp_path: Path) -> None:
    way = FileTransport(tmp_path / "none" / "x")
    with pytest.raises(TransportError) as failed:
        way.open()
    assert failed.value.bytes_sent == 0


def test_sending_on_a_closed_way_is_refused(tmp_path: Path) -> None:
    for way in (FileTransport(tmp_path / "x"), LanTransport("127.0.0.1", 1), MemoryTransport()):
        with pytest.raises(TransportError) as failed:
            way.send(b"x")
        assert failed.value.code == "transport.not-open"


def test_nobody_listening_is_said_with_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TransportError, match=f"127.0.0.1:{port}") as failed:
        open_transport(f"tcp://127.0.0.1:{port}").open()
    assert failed.value.bytes_sent == 0


def test_a_printer_that_reads_nothing_is_noticed_within_few_kilobytes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        way = LanTransport("127.0.0.1", deaf.getsockname()[1], stall_seconds=0.2)
        way.open()
        started = time.monotonic()
        with pytest.raises(TransportError) as failed:
            way.send(bytes(10_000_000))
        way.abort()
    assert failed.value.code == "transport.stalled"
    assert 0 < failed.value.bytes_sent < 1_000_000
    assert time.monotonic() - started < 5


def test_a_connection_closed_between_labels_is_noticed_before_the_first_byte() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        way = LanTransport("127.0.0.1", server.getsockname()[1])
        way.open()
        link, _ = server.accept()
        link.close()
        time.sleep(0.05)
        with pytest.raises(TransportError) as failed:
            way.send(b"label")
        way.abort()
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.closed", 0)
