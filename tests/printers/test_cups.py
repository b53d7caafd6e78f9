"""A real CUPS scheduler with raw queues whose device is the virtual printer."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from printers.bitmap import Bitmap
from printers.design.render import render
from printers.design.template import Template
from printers.encoders.escpos import encode
from printers.errors import TransportError
from printers.profile import Profile
from printers.transport import open_transport
from printers.transport.cups import CupsTransport
from printers.virtual import VirtualPrinter
from tests.printers.cups_server import Cups, running_cups
from tests.printers.sample_labels import label

TEMPLATE, PROFILE = Template.shipped("goi-50x40"), Profile.shipped("virtual")


@pytest.fixture(scope="module")
def cups() -> Iterator[Cups]:
    with running_cups() as running:
        yield running


def _payload(number: int) -> bytes:
    return encode(render(TEMPLATE, label(number)), PROFILE, TEMPLATE.media)


def _printed(folder: Path, number: int) -> bytes:
    wanted = render(TEMPLATE, label(number))
    path = folder / f"{number:06}.png"
    ends = time.monotonic() + 10
    while not path.exists() and time.monotonic() < ends:
        time.sleep(0.05)
    picture = Bitmap.from_png(path.read_bytes()).image()
    return picture.crop((0, 0, wanted.width, wanted.height)).tobytes()


def test_labels_through_cups_come_out_dot_for_dot_and_in_order(tmp_path: Path, cups: Cups) -> None:
    with VirtualPrinter(tmp_path) as printer:
        way = open_transport(cups.queue("tem", f"socket://127.0.0.1:{printer.port}"))
        assert not way.can_reply  # what CUPS accepted is not printed
        way.open()
        for number in range(1, 6):
            way.send(_payload(number))
        way.close()
        for number in range(1, 6):
            assert _printed(tmp_path, number) == render(TEMPLATE, label(number)).image().tobytes()
        assert printer.printed == 5


def test_a_paused_queue_is_named_with_its_reason_before_anything_leaves(cups: Cups) -> None:
    address = cups.queue("dung", "socket://127.0.0.1:9")
    cups.run("cupsdisable", "-r", "hết giấy", "dung")
    with pytest.raises(TransportError) as failed:
        open_transport(address).open()
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.cups-paused", 0)
    assert "hết giấy" in failed.value.say("vi")
    cups.run("cupsenable", "dung")
    cups.run("cupsreject", "dung")
    with pytest.raises(TransportError) as refused:
        open_transport(address).open()
    assert refused.value.code == "transport.cups-rejecting"


def test_a_queue_that_cups_does_not_have_is_one_sentence(cups: Cups) -> None:
    with pytest.raises(TransportError) as failed:
        CupsTransport("khong-co", cups.server).open()
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.cups-unknown", 0)


def test_a_queue_that_stops_taking_jobs_between_labels_refuses_before_the_first_byte(
    cups: Cups,
) -> None:
    cups.queue("nhan", "socket://127.0.0.1:9")
    way = CupsTransport("nhan", cups.server)
    way.open()
    cups.run("cupsreject", "nhan")
    with pytest.raises(TransportError) as failed:
        way.send(b"label")
    way.abort()
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.cups-refused", 0)


def test_a_label_stuck_in_the_queue_is_noticed_and_taken_back(tmp_path: Path, cups: Cups) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    cups.queue("ket", f"socket://127.0.0.1:{port}")
    way = CupsTransport("ket", cups.server, queue_seconds=1.0)
    way.open()
    started = time.monotonic()
    with pytest.raises(TransportError) as failed:
        way.send(_payload(1))
    assert time.monotonic() - started < 8
    assert failed.value.code == "transport.cups-stuck"
    assert failed.value.bytes_sent == len(_payload(1))  # CUPS may have passed on all of it
    way.abort()
    # The job is gone, so a printer that comes back prints only what is sent from now on.
    with VirtualPrinter(tmp_path, port) as printer:
        later = CupsTransport("ket", cups.server, queue_seconds=30)
        later.open()
        later.send(_payload(2))
        later.close()
        assert _printed(tmp_path, 1) == render(TEMPLATE, label(2)).image().tobytes()
        assert printer.printed == 1


def test_no_answer_of_cups_is_one_sentence_before_the_first_byte() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(TransportError) as failed:
        CupsTransport("tem", f"127.0.0.1:{port}").open()
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.cups-server", 0)


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    with pytest.raises(TransportError, match="cups-client") as failed:
        CupsTransport("tem").open()
    assert failed.value.bytes_sent == 0
