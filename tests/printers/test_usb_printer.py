"""USB printers, by a made-up libusb below the real pyusb and python-escpos.

No real device was tried: what a kernel, a cable or a printer's firmware does beyond the libusb
reference is not shown here.
"""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
import usb.backend.libusb0
import usb.backend.libusb1
import usb.backend.openusb

from printers.bitmap import Bitmap
from printers.design.render import render
from printers.design.template import Template
from printers.dialogue.process_id import answer_of, request_answer
from printers.encoders.escpos import encode
from printers.errors import TransportError
from printers.profile import Profile
from printers.transport.usb_printer import UsbTransport
from printers.virtual import VirtualPrinter
from tests.printers.sample_labels import label
from tests.printers.usb_devices import INTERFACE, PRODUCT, SERIAL, VENDOR, UsbDevice

TEMPLATE, PROFILE = Template.shipped("goi-50x40"), Profile.shipped("virtual")


def _way(device: UsbDevice, serial: str | None = None, stall: float = 0.3) -> UsbTransport:
    return UsbTransport(VENDOR, PRODUCT, serial, stall_seconds=stall, backend=device)


def test_labels_over_usb_come_out_dot_for_dot_although_transfers_end_early(tmp_path: Path) -> None:
    with (
        VirtualPrinter(tmp_path) as printer,
        socket.create_connection(("127.0.0.1", printer.port)) as link,
    ):
        device = UsbDevice(link, most=777)
        way = _way(device, SERIAL)
        way.open()
        for number in (1, 2):
            picture = render(TEMPLATE, label(number))
            payload = encode(picture, PROFILE, TEMPLATE.media) + request_answer(number)
            way.send(payload)
            assert way.receive(5) == answer_of(number)
            printed = Bitmap.from_png((tmp_path / f"{number:06}.png").read_bytes()).image()
            assert printed.crop((0, 0, picture.width, picture.height)).tobytes() == (
                picture.image().tobytes()
            )
        assert way.receive(0.05) == b""
        way.close()


def test_the_kernels_driver_is_put_aside_and_given_back() -> None:
    device = UsbDevice()
    way = _way(device)
    way.open()
    assert device.kernel_has == set()
    assert device.claimed == {INTERFACE}
    way.send(b"label")
    way.close()
    assert device.kernel_has == {INTERFACE}
    assert device.claimed == set()


def test_a_printer_that_takes_nothing_is_noticed_with_the_count_of_what_left() -> None:
    device = UsbDevice(stalls_at=1500)
    way = _way(device)
    way.open()
    started = time.monotonic()
    with pytest.raises(TransportError) as failed:
        way.send(bytes(10_000))
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.stalled", 1500)
    assert time.monotonic() - started < 3
    way.abort()


def test_a_device_unplugged_within_a_label_is_a_failure_and_opens_again_when_back() -> None:
    device = UsbDevice(gone_at=1500)
    way = _way(device)
    way.open()
    with pytest.raises(TransportError) as failed:
        way.send(bytes(10_000))
    assert failed.value.code == "transport.closed"
    assert 1500 <= failed.value.bytes_sent <= 1501
    way.abort()
    device.gone_at = None
    way.open()
    way.send(b"again")
    way.close()
    assert device.taken.endswith(b"again")


def test_a_device_unplugged_between_labels_loses_no_label() -> None:
    device = UsbDevice(gone_at=0)
    way = _way(device)
    way.open()
    with pytest.raises(TransportError) as failed:
        way.send(b"label")
    way.abort()
    assert failed.value.bytes_sent == 0


def test_a_device_that_may_not_be_used_is_refused_when_opened() -> None:
    device = UsbDevice(refuses=True)
    with pytest.raises(TransportError) as failed:
        _way(device).open()
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.usb", 0)


def test_another_device_or_serial_number_is_not_taken() -> None:
    for way in (
        _way(UsbDevice(), "Y8"),
        UsbTransport(VENDOR, PRODUCT + 1, backend=UsbDevice()),
    ):
        with pytest.raises(TransportError, match="plugged in") as failed:
            way.open()
        assert failed.value.code == "transport.usb-absent"


def test_a_machine_without_libusb_is_told_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (usb.backend.libusb0, usb.backend.libusb1, usb.backend.openusb):
        monkeypatch.setattr(module, "get_backend", lambda *_, **__: None)
    with pytest.raises(TransportError, match=r"libusb-1\.0-0") as failed:
        UsbTransport(VENDOR, PRODUCT).open()
    assert failed.value.bytes_sent == 0


def test_a_device_without_a_way_for_print_data_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    device = UsbDevice()
    endpoint = device.get_endpoint_descriptor

    def only_in(*place: int) -> object:
        found = endpoint(*place)
        found.bEndpointAddress |= 0x80
        return found

    monkeypatch.setattr(device, "get_endpoint_descriptor", only_in)
    with pytest.raises(TransportError) as failed:
        _way(device).open()
    assert failed.value.code == "transport.usb-not-printer"
