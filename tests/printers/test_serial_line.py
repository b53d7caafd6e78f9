"""A serial printer: a pseudo-terminal whose line passes bytes at its real speed."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from printers.bitmap import Bitmap
from printers.design.render import render
from printers.design.template import Template
from printers.dialogue.process_id import answer_of, request_answer
from printers.encoders.escpos import encode
from printers.errors import TransportError
from printers.profile import Profile
from printers.transport import open_transport
from printers.transport.serial_port import SerialTransport
from printers.virtual import VirtualPrinter
from printers.virtual.serial_line import SerialLine
from tests.printers.sample_labels import label

TEMPLATE, PROFILE = Template.shipped("goi-50x40"), Profile.shipped("virtual")


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[VirtualPrinter]:
    with VirtualPrinter(tmp_path) as running:
        yield running


def _payload(number: int) -> bytes:
    return encode(render(TEMPLATE, label(number)), PROFILE, TEMPLATE.media)


def _hear(way: SerialTransport, size: int, seconds: float = 5.0) -> bytes:
    heard, ends = b"", time.monotonic() + seconds
    while len(heard) < size and time.monotonic() < ends:
        heard += way.receive(0.1)
    return heard


def test_labels_over_a_serial_line_come_out_dot_for_dot_and_are_acknowledged(
    tmp_path: Path, printer: VirtualPrinter
) -> None:
    with SerialLine(printer.address, 460_800) as line:
        way = open_transport(f"serial://{line.path}?baud=460800&flow=none")
        assert isinstance(way, SerialTransport)
        way.open()
        for number in (1, 2, 3):
            way.send(_payload(number) + request_answer(number))
            assert _hear(way, 7) == answer_of(number)
        way.close()
    for number in (1, 2, 3):
        wanted = render(TEMPLATE, label(number))
        printed = Bitmap.from_png((tmp_path / f"{number:06}.png").read_bytes())
        assert printed.image().crop((0, 0, wanted.width, wanted.height)).tobytes() == (
            wanted.image().tobytes()
        )


def test_the_line_is_as_slow_as_its_speed_says(printer: VirtualPrinter) -> None:
    with SerialLine(printer.address, 38_400) as line:
        way = SerialTransport(line.path, 38_400)
        way.open()
        started = time.monotonic()
        way.send(bytes(3840 * 2))
        way.close()
        while line.passed < 3840 * 2 and time.monotonic() < started + 10:
            time.sleep(0.01)
        assert 1.9 <= time.monotonic() - started <= 8


def test_pulling_the_cable_within_a_label_tells_that_bytes_had_left(
    printer: VirtualPrinter,
) -> None:
    with SerialLine(printer.address, 38_400) as line:
        way = SerialTransport(line.path, 38_400, stall_seconds=5)
        way.open()
        pull = threading.Timer(0.5, line.unplug)
        pull.start()
        with pytest.raises(TransportError) as failed:
            way.send(bytes(100_000))
        pull.join()
        way.abort()
        assert failed.value.code == "transport.closed"
        assert line.passed <= failed.value.bytes_sent < 100_000
        assert failed.value.bytes_sent > 0
    assert printer.printed == 0


def test_a_line_that_takes_nothing_is_noticed_and_the_way_opens_again() -> None:
    outer, inner = os.openpty()
    try:
        way = SerialTransport(os.ttyname(inner), 115_200, stall_seconds=0.3)
        way.open()
        started = time.monotonic()
        with pytest.raises(TransportError) as failed:
            way.send(bytes(1_000_000))
        assert (failed.value.code, time.monotonic() - started < 3) == ("transport.stalled", True)
        assert 0 < failed.value.bytes_sent < 200_000
        way.abort()
        way.open()
        way.send(b"again")
        way.close()
        came = b""
        while not came.endswith(b"again") and select.select([outer], [], [], 2)[0]:
            came += os.read(outer, 4096)
        assert came.endswith(b"again")
    finally:
        os.close(outer)
        os.close(inner)


def test_closing_a_stalled_line_ends_too() -> None:
    outer, inner = os.openpty()
    try:
        way = SerialTransport(os.ttyname(inner), 9600, stall_seconds=0.3)
        way.open()
        way.send(bytes(100))
        started = time.monotonic()
        way.close()
        assert time.monotonic() - started < 2
    finally:
        os.close(outer)
        os.close(inner)


def test_a_port_that_is_not_there_is_one_sentence_before_the_first_byte(tmp_path: Path) -> None:
    way = SerialTransport(str(tmp_path / "ttyUSB7"), 9600)
    with pytest.raises(TransportError) as failed:
        way.open()
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.serial", 0)
    assert "ttyUSB7" in failed.value.say("vi")


def test_a_port_in_use_is_refused_so_that_two_jobs_never_mix() -> None:
    outer, inner = os.openpty()
    first, second = (SerialTransport(os.ttyname(inner)) for _ in range(2))
    try:
        first.open()
        with pytest.raises(TransportError) as failed:
            second.open()
        assert failed.value.code == "transport.serial"
    finally:
        first.close()
        os.close(outer)
        os.close(inner)


def test_sending_on_a_closed_serial_way_never_opens_it_by_itself() -> None:
    way = SerialTransport("/dev/null")
    with pytest.raises(TransportError) as failed:
        way.send(b"x")
    assert failed.value.code == "transport.not-open"
