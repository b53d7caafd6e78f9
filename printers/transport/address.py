"""Printer addresses: which transport an address means."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from printers.errors import AddressError
from printers.transport.base import Transport
from printers.transport.file import FileTransport
from printers.transport.lan import LanTransport

_LATER = frozenset({"serial", "usb", "cups", "winspool"})
_HOST = re.compile(r"[0-9A-Za-z._:%-]{1,253}")
MAX_ADDRESS_CHARS = 1024


def open_transport(address: str) -> Transport:
    """The transport for `tcp://host:port` or `file:///path`; `open()` on it reaches the printer.

    Raises AddressError for any other address; serial://, usb://, cups:// and winspool:// are
    named as not in this version.
    """
    malformed = AddressError("address.malformed", found=address[:100])
    if len(address) > MAX_ADDRESS_CHARS:
        raise malformed
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise malformed from None
    if parts.scheme in _LATER:
        raise AddressError("address.not-in-this-version", found=parts.scheme)
    if parts.query or parts.fragment or parts.username is not None:
        raise malformed
    if parts.scheme == "tcp":
        host = parts.hostname or ""
        if not _HOST.fullmatch(host) or not port or parts.path not in ("", "/"):
            raise malformed
        return LanTransport(host, port)
    if parts.scheme == "file":
        path = Path(url2pathname(parts.path))
        if parts.netloc or not path.is_absolute() or "\0" in unquote(parts.path):
            raise malformed
        return FileTransport(path)
    raise malformed
