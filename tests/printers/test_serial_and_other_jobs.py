"""Whole jobs of the spool over each way: what is confirmed, what stays in doubt, what is on paper."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import zxingcpp
from PIL import Image

from printers.design.render import lay_out
from printers.design.template import Template
from printers.encoders.choose import encode_label
from printers.profile import Profile
from printers.spooling.outcome import JobOutcome
from printers.spooling.schema import PrintItem
from printers.spooling.spool import Spool
from printers.spooling.worker import print_job
from printers.transport import Transport, open_transport
from printers.transport.serial_port import SerialTransport
from printers.transport.usb_printer import UsbTransport
from printers.virtual import VirtualPrinter
from printers.virtual.serial_line import SerialLine
from tests.printers.cups_server import running_cups
from tests.printers.sample_labels import items, qr_text, serial
from tests.printers.sample_labels import label as sample
from tests.printers.usb_devices import PRODUCT, VENDOR, UsbDevice


def _run(
    folder: Path, way: Transport, labels: list[PrintItem], prologue: bytes = b""
) -> JobOutcome:
    with Spool(folder / "spool.db", lambda: "t") as spool:
        spool.add_job("job", "quay", labels, prologue)
        return print_job(spool, "job", way, Profile.shipped("virtual"))


def _read(folder: Path, count: int) -> list[str]:
    """What the QR codes say, in the order of the paper."""
    ends = time.monotonic() + 10
    while len(list(folder.glob("*.png"))) < count and time.monotonic() < ends:
        time.sleep(0.02)
    texts = []
    for path in sorted(folder.glob("*.png")):
        with Image.open(path) as picture:
            texts += [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]
    return texts


def test_a_job_of_changes_over_a_serial_line_is_confirmed_to_the_last_label(tmp_path: Path) -> None:
    template, profile = Template.shipped("tron-58-nhanh"), Profile.shipped("virtual")
    labels = [encode_label(lay_out(template, sample(n)), profile, "changes") for n in range(1, 7)]
    spooled = [
        PrintItem(f"k/{serial(n)}", serial(n), one.payload) for n, one in enumerate(labels, start=1)
    ]
    with (
        VirtualPrinter(tmp_path / "paper") as printer,
        SerialLine(printer.address, 115_200) as line,
    ):
        way = open_transport(f"serial://{line.path}?baud=115200")
        outcome = _run(tmp_path, way, spooled, labels[0].prologue)
        assert _read(tmp_path / "paper", 6) == [qr_text(n) for n in range(1, 7)]
    assert outcome.error is None
    assert outcome.counts["confirmed"] == 6


def test_a_cable_pulled_within_a_job_leaves_at_most_the_window_in_doubt(tmp_path: Path) -> None:
    with (
        VirtualPrinter(tmp_path / "paper") as printer,
        SerialLine(printer.address, 230_400) as line,
    ):

        def pull_after_three() -> None:
            ends = time.monotonic() + 20
            while printer.printed < 3 and time.monotonic() < ends:
                time.sleep(0.01)
            time.sleep(0.2)  # within the fourth label
            line.unplug()

        pull = threading.Thread(target=pull_after_three)
        pull.start()
        outcome = _run(tmp_path, SerialTransport(line.path, 230_400), items(12))
        pull.join()
    assert outcome.error is not None
    assert outcome.counts["in_doubt"] <= 2
    assert outcome.counts["confirmed"] >= 2
    assert sum(outcome.counts.values()) == 12
    on_paper = {text.rsplit("/", 1)[1] for text in _read(tmp_path / "paper", 1)}
    assert (
        outcome.counts["confirmed"]
        <= len(on_paper)
        <= (outcome.counts["confirmed"] + outcome.counts["in_doubt"])
    )


def test_a_job_over_usb_is_confirmed(tmp_path: Path) -> None:
    """By a made-up libusb; see usb_devices."""
    with (
        VirtualPrinter(tmp_path / "paper") as printer,
        socket.create_connection(("127.0.0.1", printer.port)) as link,
    ):
        outcome = _run(tmp_path, UsbTransport(VENDOR, PRODUCT, backend=UsbDevice(link)), items(5))
    assert outcome.error is None
    assert outcome.counts["confirmed"] == 5


def test_a_job_through_cups_prints_in_order_and_confirms_nothing(tmp_path: Path) -> None:
    with running_cups() as cups, VirtualPrinter(tmp_path / "paper") as printer:
        way = open_transport(cups.queue("tem", f"socket://127.0.0.1:{printer.port}"))
        outcome = _run(tmp_path, way, items(4))
        assert _read(tmp_path / "paper", 4) == [qr_text(n) for n in range(1, 5)]
    # What CUPS took is not known to be on paper: a person says so, by a check-scan.
    assert outcome.counts["in_doubt"] == 4
    assert outcome.counts["confirmed"] == 0
    assert outcome.needs_check_scan
