"""A made-up libusb: one printer-class device whose bulk end points lead to a TCP printer.

It stands where libusb stands, below pyusb and python-escpos, which run unchanged. No real USB
printer has been tried.
"""

from __future__ import annotations

import errno
import socket
from array import array
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

VENDOR, PRODUCT, SERIAL = 0x04B8, 0x0E15, "X7"
OUT, IN, INTERFACE = 0x03, 0x84, 1
_BULK = 2


class UsbDevice(usb.backend.IBackend):  # type: ignore[misc]
    """Interface 0 is something else, interface 1 the printer, as combined devices have it.

    most         bytes taken by one transfer before it times out with a part done
    stalls_at    bytes after which every transfer times out with nothing done
    gone_at      bytes after which the device is unplugged
    refuses      nobody may claim it (no rights, or another program has it)
    """

    def __init__(
        self,
        link: socket.socket | None = None,
        most: int = 1000,
        stalls_at: int | None = None,
        gone_at: int | None = None,
        refuses: bool = False,
    ) -> None:
        self.link = link
        self.most = most
        self.stalls_at = stalls_at
        self.gone_at = gone_at
        self.refuses = refuses
        self.taken = bytearray()
        self.kernel_has = {INTERFACE}
        self.claimed: set[int] = set()

    def enumerate_devices(self) -> list[str]:
        return ["device"]

    def get_device_descriptor(self, dev: object) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT,
            bcdDevice=0x100, iManufacturer=0, iProduct=0, iSerialNumber=3, bNumConfigurations=1,
            address=5, bus=1, port_number=1, port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: object, config: int) -> SimpleNamespace:
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=64, bNumInterfaces=2,
            bConfigurationValue=1, iConfiguration=0, bmAttributes=0xC0, bMaxPower=1,
            extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(
        self, dev: object, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        if intf > 1 or alt:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=intf, bAlternateSetting=0,
            bNumEndpoints=(1, 2)[intf], bInterfaceClass=(255, 7)[intf], bInterfaceSubClass=1,
            bInterfaceProtocol=2, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, dev: object, ep: int, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=((0x01,), (OUT, IN))[intf][ep],
            bmAttributes=_BULK, wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0,
            extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: object) -> str:
        return "handle"

    def close_device(self, dev_handle: object) -> None: ...

    def get_configuration(self, dev_handle: object) -> int:
        return 1

    def set_configuration(self, dev_handle: object, config_value: int) -> None:
        if self.kernel_has or self.refuses:
            raise usb.core.USBError("Resource busy", -6, errno.EBUSY)

    def set_interface_altsetting(self, dev_handle: object, intf: int, altsetting: int) -> None: ...

    def reset_device(self, dev_handle: object) -> None:
        self.claimed.clear()

    def claim_interface(self, dev_handle: object, intf: int) -> None:
        if intf in self.kernel_has or self.refuses:
            raise usb.core.USBError("Access denied", -3, errno.EACCES)
        self.claimed.add(intf)

    def release_interface(self, dev_handle: object, intf: int) -> None:
        self.claimed.discard(intf)

    def is_kernel_driver_active(self, dev_handle: object, intf: int) -> bool:
        return intf in self.kernel_has

    def detach_kernel_driver(self, dev_handle: object, intf: int) -> None:
        self.kernel_has.discard(intf)

    def attach_kernel_driver(self, dev_handle: object, intf: int) -> None:
        self.kernel_has.add(intf)

    def ctrl_transfer(
        self, dev_handle: object, kind: int, request: int, value: int, index: int,
        data: Any, timeout: int,
    ) -> int:  # fmt: skip
        texts = {0x300: b"\x04\x03\x09\x04", 0x303: b"\x06\x03" + SERIAL.encode("utf-16-le")}
        found = texts[value]
        data[: len(found)] = array("B", found)
        return len(found)

    def bulk_write(self, dev_handle: object, ep: int, intf: int, data: Any, timeout: int) -> int:
        assert (ep, intf) == (OUT, INTERFACE)
        assert INTERFACE in self.claimed
        assert timeout > 0
        done = len(self.taken)
        if self.gone_at is not None and done >= self.gone_at:
            raise usb.core.USBError("No such device", -4, errno.ENODEV)
        if self.stalls_at is not None and done >= self.stalls_at:
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        marks = [mark - done for mark in (self.stalls_at, self.gone_at) if mark is not None]
        part = bytes(data)[: min([self.most, *marks])]
        self.taken += part
        if self.link is not None:
            self.link.sendall(part)
        return len(part)

    def bulk_read(self, dev_handle: object, ep: int, intf: int, buff: Any, timeout: int) -> int:
        assert (ep, intf) == (IN, INTERFACE)
        assert self.link is not None
        self.link.settimeout(timeout / 1000)
        try:
            found = self.link.recv(len(buff))
        except TimeoutError:
            raise usb.core.USBTimeoutError("timed out", -7, errno.ETIMEDOUT) from None
        buff[: len(found)] = array("B", found)
        return len(found)
