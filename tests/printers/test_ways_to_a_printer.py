from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from printers.design.render import render
from printers.design.template import Template
from printers.encoders.escpos import encode
from printers.errors import AddressError, TransportError
from printers.profile import Profile
from printers.transport import open_transport
from printers.transport.file import FileTransport
from printers.transport.lan import LanTransport
from printers.transport.memory import MemoryTransport
from printers.virtual import Faults, VirtualPrinter
from tests.printers.sample_labels import label

WRONG = {
    "": "malformed",
    "printer": "malformed",
    "tcp://": "malformed",
    "tcp://host": "no-port",
    "tcp://host:0": "no-port",
    "tcp://host:99999": "malformed",
    "tcp://h:1/x": "malformed",
    "tcp://u@h:1": "malformed",
    "tcp://a b:1": "malformed",
    "tcp://h:1?x=1": "setting-unknown",
    "file://host/x": "malformed",
    "file:relative": "malformed",
    "http://h:1": "malformed",
    "x" * 2000: "malformed",
    "serial://": "serial",
    "serial://ttyUSB0": "serial",
    "serial:///dev/ttyUSB0?baud=115201": "baud",
    "serial:///dev/ttyUSB0?baud=": "baud",
    "serial:///dev/ttyUSB0?flow=dtr": "flow",
    "serial:///dev/ttyUSB0?speed=9600": "setting-unknown",
    "serial:///dev/ttyUSB0?baud=9600&baud=9600": "malformed",
    "usb://": "usb",
    "usb://04b8": "usb",
    "usb://4b8:e15": "usb",
    "usb://04b8:0e15/1": "usb",
    "usb://04b8:0e15?bus=1": "setting-unknown",
    "cups://": "cups",
    "cups://a b": "cups",
    "cups://-o": "cups",
    "cups://host:631/-h": "cups",
    "cups://-E/tem": "cups",
    "winspool://": "winspool",
    "winspool://a/b": "winspool",
}


@pytest.mark.parametrize("address", WRONG)
def test_a_wrong_address_is_refused_in_one_sentence(address: str) -> None:
    with pytest.raises(AddressError) as refused:
        open_transport(address)
    assert refused.value.code == f"address.{WRONG[address]}"
    for lang in ("vi", "en"):
        assert "\n" not in refused.value.say(lang)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:9100", "tcp://127.0.0.1:9100"),
        ("tcp://[::1]:9100", "tcp://[::1]:9100"),
        (
            "serial:///dev/serial/by-id/a%20b",
            "serial:///dev/serial/by-id/a%20b?baud=9600&flow=none",
        ),
        ("cups://t%E1%BB%9D", "cups://t%E1%BB%9D"),
        ("file:///tmp/a.bin", "file:///tmp/a.bin"),
        ("file:///dev/usb/lp0", "file:///dev/usb/lp0"),
        ("serial:///dev/ttyUSB0?baud=115200", "serial:///dev/ttyUSB0?baud=115200&flow=none"),
        ("serial://COM3?baud=9600&flow=rtscts", "serial://COM3?baud=9600&flow=rtscts"),
        ("usb://04B8:0e15", "usb://04b8:0e15"),
        ("usb://04b8:0e15?serial=X7", "usb://04b8:0e15?serial=X7"),
        ("cups://Tem-58", "cups://Tem-58"),
        ("cups://may:631/Tem", "cups://may:631/Tem"),
        ("winspool://XP-58%20tem", "winspool://XP-58%20tem"),
    ],
)
def test_an_address_says_itself_again(address: str, said: str) -> None:
    way = open_transport(address)
    assert way.address == said
    assert open_transport(way.address).address == said


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


def test_a_printer_that_dropped_the_connection_can_be_opened_again(tmp_path: Path) -> None:
    template, profile = Template.shipped("goi-50x40"), Profile.shipped("virtual")
    payload = encode(render(template, label(1)), profile, template.media)
    with VirtualPrinter(tmp_path, faults=Faults(drop_at_byte=1000)) as printer:
        way = open_transport(printer.address)
        way.open()
        with pytest.raises(TransportError) as failed:
            way.send(payload * 100)
        assert failed.value.code == "transport.closed"
        way.abort()
        way.open()
        way.send(payload)
        way.close()
        ends = time.monotonic() + 5
        while not printer.printed and time.monotonic() < ends:
            time.sleep(0.02)
        assert printer.printed == 1


def test_a_named_pipe_without_a_reader_fails_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    started = time.monotonic()
    with pytest.raises(TransportError) as failed:
        open_transport(path.as_uri()).open()
    assert failed.value.bytes_sent == 0
    assert time.monotonic() - started < 1


def test_the_slow_library_is_not_loaded_by_those_who_do_not_print_through_it() -> None:
    asked = (
        "import sys; from printers.transport import open_transport;"
        "open_transport('serial:///dev/x'); open_transport('usb://04b8:0e15');"
        "open_transport('winspool://x'); sys.exit('escpos' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], timeout=60).returncode == 0
