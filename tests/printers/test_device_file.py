"""Device files: character devices of the system, and pseudo-terminals that stall and vanish."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from printers.errors import TransportError
from printers.transport import open_transport
from printers.transport.device import DeviceTransport


@pytest.fixture
def ends() -> Iterator[tuple[int, Path]]:
    outer, inner = os.openpty()
    path = Path(os.ttyname(inner))
    open_ends = {outer, inner}
    try:
        yield outer, path
    finally:
        for one in open_ends:
            with contextlib.suppress(OSError):
                os.close(one)


def test_bytes_pass_unchanged_and_answers_come_back(ends: tuple[int, Path]) -> None:
    outer, path = ends
    way = open_transport(path.as_uri())
    assert isinstance(way, DeviceTransport)
    way.open()
    every = bytes(range(256))
    way.send(every)
    assert os.read(outer, 1000) == every
    assert way.can_reply
    assert way.receive(0.05) == b""
    os.write(outer, b"\x12")
    assert way.receive(2) == b"\x12"
    way.close()


def test_a_device_that_takes_nothing_is_noticed_in_bounded_time(ends: tuple[int, Path]) -> None:
    _, path = ends
    way = DeviceTransport(path, stall_seconds=0.3)
    way.open()
    started = time.monotonic()
    with pytest.raises(TransportError) as failed:
        way.send(bytes(1_000_000))
    assert failed.value.code == "transport.stalled"
    assert 0 < failed.value.bytes_sent < 200_000
    way.close()
    assert time.monotonic() - started < 3


def test_a_device_pulled_out_within_a_label_tells_that_bytes_had_left() -> None:
    outer, inner = os.openpty()
    path = Path(os.ttyname(inner))
    way = DeviceTransport(path, stall_seconds=5)
    way.open()
    os.close(inner)
    pull = threading.Timer(0.3, os.close, (outer,))
    pull.start()
    with pytest.raises(TransportError) as failed:
        way.send(bytes(1_000_000))
    pull.join()
    way.abort()
    assert failed.value.code == "transport.closed"
    assert 0 < failed.value.bytes_sent < 1_000_000


def test_an_error_of_the_device_is_a_failure() -> None:
    way = DeviceTransport(Path("/dev/full"))
    way.open()
    with pytest.raises(TransportError, match="/dev/full") as failed:
        way.send(b"label")
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.closed", 1)
    way.abort()


def test_a_printer_that_is_not_plugged_in_never_becomes_a_file() -> None:
    path = Path("/dev/usb/lp4711")
    way = open_transport(path.as_uri())
    with pytest.raises(TransportError) as failed:
        way.open()
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.device", 0)
    assert not path.exists()


def test_a_file_that_took_the_place_of_a_device_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(TransportError, match="not a character device"):
        DeviceTransport(tmp_path / "x").open()


def test_sending_on_a_closed_device_is_refused() -> None:
    with pytest.raises(TransportError) as failed:
        DeviceTransport(Path("/dev/null")).send(b"x")
    assert failed.value.code == "transport.not-open"


def test_a_device_that_is_always_readable_and_empty_waits_no_longer_than_asked() -> None:
    way = DeviceTransport(Path("/dev/null"))
    way.open()
    started = time.monotonic()
    assert way.receive(0.1) == b""
    assert 0.09 <= time.monotonic() - started < 1
    way.close()
