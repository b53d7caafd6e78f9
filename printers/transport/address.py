"""Printer addresses: which transport an address means.

tcp://host:port                        network printer, raw TCP
file:///path                           bytes appended to a file
file:///dev/usb/lp0                    a device file: anything below /dev, any character device
serial:///dev/ttyUSB0?baud=115200&flow=none|rtscts|xonxoff     also serial://COM3?...
usb://04b8:0e15?serial=...             vendor and product number in hexadecimal
cups://queue, cups://host:port/queue   a queue of a CUPS server
winspool://name                        a printer as Windows names it; spaces as %20
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from printers.errors import AddressError
from printers.transport.base import Transport
from printers.transport.cups import CupsTransport
from printers.transport.device import DeviceTransport
from printers.transport.file import FileTransport
from printers.transport.lan import LanTransport
from printers.transport.serial_port import BAUDS, FLOWS, SerialTransport
from printers.transport.windows_spooler import WindowsSpoolerTransport

MAX_ADDRESS_CHARS = 1024
_HOST = re.compile(r"[0-9A-Za-z._:%-]{1,253}")
_USB = re.compile(r"([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})")
_SERIAL_DEVICE = re.compile(r"/[^\0]{1,255}|COM[1-9][0-9]{0,2}")
# Names of CUPS queues: printable without space, tab, / and # (lpadmin(8)); never a leading dash,
# which a program would take for an option.
_QUEUE = re.compile(r"(?!-)[^\s/#\0-\x1f\x7f]{1,127}")
_CUPS_HOST = re.compile(r"(?!-)[0-9A-Za-z._:\[\]-]{1,253}")


def open_transport(address: str) -> Transport:
    """The transport an address means; `open()` on it reaches the printer.

    Raises AddressError, one sentence each: of another kind, malformed, or with a setting that is
    unknown or has no such value.
    """
    if len(address) > MAX_ADDRESS_CHARS or any(ord(char) < 32 for char in address):
        raise _malformed(address)
    try:
        parts = urlsplit(address)
    except ValueError:
        raise _malformed(address) from None
    kinds = {
        "tcp": _tcp,
        "file": _file,
        "serial": _serial,
        "usb": _usb,
        "cups": _cups,
        "winspool": _winspool,
    }
    make = cast("Callable[[SplitResult, str], Transport] | None", kinds.get(parts.scheme))
    if make is None or parts.fragment or "@" in parts.netloc:
        raise _malformed(address)
    return make(parts, address)


def _malformed(address: str) -> AddressError:
    return AddressError("address.malformed", found=address[:100])


def _settings(parts: SplitResult, address: str, known: tuple[str, ...]) -> dict[str, str]:
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise _malformed(address) from None
    for name, _ in pairs:
        if name not in known:
            raise AddressError(
                "address.setting-unknown",
                found=name,
                kind=parts.scheme,
                known=", ".join(known) or "-",
            )
    if len(dict(pairs)) != len(pairs):
        raise _malformed(address)
    return dict(pairs)


def _tcp(parts: SplitResult, address: str) -> Transport:
    _settings(parts, address, ())
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _malformed(address) from None
    if not _HOST.fullmatch(host) or parts.path not in ("", "/"):
        raise _malformed(address)
    if not port:
        raise AddressError("address.no-port", found=address[:100])
    return LanTransport(host, port)


def _file(parts: SplitResult, address: str) -> Transport:
    _settings(parts, address, ())
    from urllib.request import url2pathname  # brings all of HTTP with it

    path = Path(url2pathname(parts.path))
    if parts.netloc or not path.is_absolute() or "\0" in unquote(parts.path):
        raise _malformed(address)
    return DeviceTransport(path) if _is_device(path) else FileTransport(path)


def _is_device(path: Path) -> bool:
    try:
        return stat.S_ISCHR(path.stat().st_mode)
    except OSError:
        # A printer that is unplugged just now must not become an ordinary file in its place.
        return path.parts[:2] == ("/", "dev") and path.parts[2:3] != ("shm",)


def _serial(parts: SplitResult, address: str) -> Transport:
    found = _settings(parts, address, ("baud", "flow"))
    device = unquote(parts.netloc or parts.path)
    if not _SERIAL_DEVICE.fullmatch(device) or (parts.netloc and parts.path):
        raise AddressError("address.serial", found=address[:100])
    baud, flow = found.get("baud", "9600"), found.get("flow", "none")
    if baud not in {str(one) for one in BAUDS}:
        raise AddressError("address.baud", found=baud, have=", ".join(str(one) for one in BAUDS))
    if flow not in FLOWS:
        raise AddressError("address.flow", found=flow, have=", ".join(FLOWS))
    return SerialTransport(device, int(baud), flow)


def _usb(parts: SplitResult, address: str) -> Transport:
    found = _settings(parts, address, ("serial",))
    match = _USB.fullmatch(parts.netloc)
    if not match or parts.path not in ("", "/"):
        raise AddressError("address.usb", found=address[:100])
    # Read here, with its library, for those few who have such a printer.
    from printers.transport.usb_printer import UsbTransport

    return UsbTransport(int(match[1], 16), int(match[2], 16), found.get("serial"))


def _cups(parts: SplitResult, address: str) -> Transport:
    _settings(parts, address, ())
    with_server = parts.path not in ("", "/")
    queue = unquote(parts.path.removeprefix("/") if with_server else parts.netloc)
    server = parts.netloc if with_server else None
    if not _QUEUE.fullmatch(queue) or (server is not None and not _CUPS_HOST.fullmatch(server)):
        raise AddressError("address.cups", found=address[:100])
    return CupsTransport(queue, server)


def _winspool(parts: SplitResult, address: str) -> Transport:
    _settings(parts, address, ())
    name = unquote(parts.netloc)
    if not name or len(name) > 255 or parts.path not in ("", "/"):
        raise AddressError("address.winspool", found=address[:100])
    return WindowsSpoolerTransport(name)
