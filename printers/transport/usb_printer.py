"""A USB printer through python-escpos (escpos.printer.Usb, version 3.1), pyusb and libusb."""

from __future__ import annotations

import contextlib
import errno
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import usb.core
import usb.util

from printers.errors import TransportError

if TYPE_CHECKING:
    from escpos.printer import Usb

_CHUNK = 4096
_SLICE_SECONDS = 1.0
_LONGEST_REPLY = 512
_PRINTER_CLASS, _VENDOR_CLASS = 7, 255
_GONE = (errno.ENODEV, errno.ENOENT, errno.ENXIO)


class UsbTransport:
    """One USB device by vendor and product number, and its serial number where two are alike.

    `backend` is a pyusb backend; None takes the system's libusb. `stall_seconds` bounds waits.
    """

    def __init__(
        self,
        vendor: int,
        product: int,
        serial: str | None = None,
        stall_seconds: float = 10.0,
        backend: object | None = None,
    ) -> None:
        self._vendor = vendor
        self._product = product
        self._serial = serial
        self._stall_seconds = stall_seconds
        self._backend = backend
        self._printer: Usb | None = None
        self._in: int | None = None
        self._interface = 0
        self._detached = False

    @property
    def address(self) -> str:
        """usb://vvvv:pppp?serial=..."""
        which = "" if self._serial is None else f"?serial={quote(self._serial)}"
        return f"usb://{self._vendor:04x}:{self._product:04x}{which}"

    @property
    def can_reply(self) -> bool:
        """True when the device has a way in; known after open(), assumed before."""
        return self._printer is None or self._in is not None

    def open(self) -> None:
        """Find the device, take it from the kernel's driver and claim its printer interface."""
        self.abort()
        # Imported when used: importing escpos takes a quarter of a second, sets up logging for the
        # whole program and leaves a temporary folder behind.
        from escpos.exceptions import DeviceNotFoundError
        from escpos.printer import Usb

        matching: dict[str, Any] = {}
        if self._backend is not None:
            matching["backend"] = self._backend
        if self._serial is not None:
            matching["custom_match"] = lambda device: _serial_of(device) == self._serial
        try:
            found = usb.core.find(idVendor=self._vendor, idProduct=self._product, **matching)
        except usb.core.NoBackendError as fault:
            # Seen in escpos: this error is not among those it catches.
            raise self._failed("transport.usb-library") from fault
        except (usb.core.USBError, OSError, ValueError) as fault:
            raise self._failed("transport.usb", why=_short(fault)) from fault
        if found is None:
            raise self._failed("transport.usb-absent")
        try:
            # Seen in escpos: end points 0x01 and 0x82 are assumed, which many printers do not
            # have; interface 0 is assumed when the kernel's driver is detached.
            self._interface, out, self._in = self._way(found)
            with contextlib.suppress(NotImplementedError):
                if found.is_kernel_driver_active(self._interface):
                    found.detach_kernel_driver(self._interface)
                    self._detached = True
            usb.util.dispose_resources(found)
            self._printer = Usb(
                self._vendor, self._product, matching, in_ep=self._in or 0, out_ep=out
            )
            self._printer.open()
            # Seen in escpos: when set_configuration fails (no rights, taken by another program)
            # it logs the error and open() succeeds. Claiming shows whether the device is ours.
            usb.util.claim_interface(self._printer.device, self._interface)
        except (DeviceNotFoundError, usb.core.USBError, OSError) as fault:
            self.abort()
            raise self._failed("transport.usb", why=_short(fault)) from fault
        except BaseException:
            self.abort()
            raise

    def send(self, payload: bytes) -> None:
        """Send all bytes; `stall_seconds` without any progress is a failure."""
        printer = self._open_printer()
        device: Any = printer.device
        sent = 0
        deadline = time.monotonic() + self._stall_seconds
        while sent < len(payload):
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._failed("transport.stalled", sent)
            try:
                # Not Escpos._raw: seen there, the count that a timed-out transfer returns is
                # dropped, so the rest of the chunk is lost, and its default timeout is for ever.
                wait = max(1, int(min(left, _SLICE_SECONDS) * 1000))
                taken = device.write(printer.out_ep, payload[sent : sent + _CHUNK], wait)
            except usb.core.USBTimeoutError:
                continue
            except (usb.core.USBError, OSError) as fault:
                # Except when the device is gone, a part of the failed chunk may be in it.
                gone = sent == 0 and fault.errno in _GONE
                may_have_left = 0 if gone else sent + 1
                raise self._failed("transport.closed", may_have_left, _short(fault)) from fault
            if taken:
                sent += taken
                deadline = time.monotonic() + self._stall_seconds

    def receive(self, seconds: float) -> bytes:
        """Wait up to `seconds` for bytes."""
        device: Any = self._open_printer().device
        deadline = time.monotonic() + max(seconds, 0.001)
        while self._in is not None and (left := deadline - time.monotonic()) > 0:
            try:
                found = bytes(device.read(self._in, _LONGEST_REPLY, max(1, int(left * 1000))))
            except usb.core.USBTimeoutError:
                return b""
            except (usb.core.USBError, OSError) as fault:
                raise self._failed("transport.closed", why=_short(fault)) from fault
            if found:
                return found
            time.sleep(0.01)  # an empty packet is an answer without bytes
        time.sleep(max(0.0, deadline - time.monotonic()))
        return b""

    def close(self) -> None:
        """Release the device and give it back to the kernel's driver."""
        printer, self._printer = self._printer, None
        if printer is None:
            return
        device: Any = printer._device
        if not device:
            return
        with contextlib.suppress(usb.core.USBError, OSError):
            usb.util.release_interface(device, self._interface)
        if self._detached:
            with contextlib.suppress(usb.core.USBError, OSError, NotImplementedError):
                device.attach_kernel_driver(self._interface)
            self._detached = False
        with contextlib.suppress(usb.core.USBError, OSError):
            printer.close()

    # A completed transfer is in the printer; nothing of it waits in this machine.
    abort = close

    def _way(self, device: Any) -> tuple[int, int, int | None]:
        """(interface, end point out, end point in or None), the printer class before others."""
        found: list[tuple[int, int, int, int | None]] = []
        for configuration in device:
            for interface in configuration:
                rank = (
                    (_PRINTER_CLASS, _VENDOR_CLASS).index(interface.bInterfaceClass)
                    if (interface.bInterfaceClass in (_PRINTER_CLASS, _VENDOR_CLASS))
                    else 2
                )
                bulk = [
                    one.bEndpointAddress
                    for one in interface
                    if usb.util.endpoint_type(one.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
                ]
                outs = [one for one in bulk if not one & usb.util.ENDPOINT_IN]
                ins = [one for one in bulk if one & usb.util.ENDPOINT_IN]
                if outs and interface.bAlternateSetting == 0:
                    found.append(
                        (rank, interface.bInterfaceNumber, outs[0], ins[0] if ins else None)
                    )
        if not found:
            raise self._failed("transport.usb-not-printer")
        _, interface_number, out, back = min(found, key=lambda one: one[:2])
        return interface_number, out, back

    def _open_printer(self) -> Usb:
        if self._printer is None:
            raise self._failed("transport.not-open")
        return self._printer

    def _failed(self, code: str, sent: int = 0, why: str = "?") -> TransportError:
        seconds = f"{self._stall_seconds:g}"
        return TransportError(code, sent, address=self.address, why=why, seconds=seconds)


def _serial_of(device: Any) -> str | None:
    try:
        return str(device.serial_number)
    except (usb.core.USBError, ValueError, NotImplementedError):
        return None  # not ours to read: no rights, or it has no texts


def _short(fault: BaseException) -> str:
    return " ".join(str(fault).split())[:160] or type(fault).__name__
