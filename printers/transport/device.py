"""Printer bytes to a device file, such as /dev/usb/lp0: bounded waits, replies when it has any."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import stat
import time
from pathlib import Path

from printers.errors import TransportError

# The kernel's usblp driver takes a chunk and finishes it later; small, so that what a stopped
# printer does not take shows early.
_CHUNK = 2048
_LONGEST_REPLY = 4096
_GONE = (errno.ENODEV, errno.ENXIO)


class DeviceTransport:
    """One character device, opened non-blocking; `stall_seconds` bounds every wait.

    Bytes are not synced: a device has no disk. POSIX only.
    """

    def __init__(self, path: Path, stall_seconds: float = 10.0) -> None:
        self._path = path
        self._stall_seconds = stall_seconds
        self._descriptor: int | None = None
        self._reads = False

    @property
    def address(self) -> str:
        """file:///dev/..."""
        return self._path.absolute().as_uri()

    @property
    def can_reply(self) -> bool:
        """True when the device can be read too: as it was opened, else as its rights say."""
        return self._reads if self._descriptor is not None else os.access(self._path, os.R_OK)

    def open(self) -> None:
        """Open for both directions, for writing alone where reading is not allowed."""
        self.abort()
        flags = os.O_NONBLOCK | os.O_NOCTTY
        try:
            try:
                descriptor, reads = os.open(self._path, os.O_RDWR | flags), True
            except PermissionError:
                descriptor, reads = os.open(self._path, os.O_WRONLY | flags), False
        except OSError as fault:
            raise self._failed("transport.device", why=fault.strerror or str(fault)) from fault
        try:
            if not stat.S_ISCHR(os.fstat(descriptor).st_mode):
                raise self._failed("transport.device", why="not a character device")
            if os.isatty(descriptor):
                import tty

                # A terminal line would turn every byte 0A into 0D 0A.
                tty.setraw(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor, self._reads = descriptor, reads

    def send(self, payload: bytes) -> None:
        """Hand over all bytes; `stall_seconds` without any progress is a failure."""
        descriptor = self._open_descriptor()
        sent = 0
        view = memoryview(payload)
        deadline = time.monotonic() + self._stall_seconds
        while sent < len(payload):
            try:
                taken = os.write(descriptor, view[sent : sent + _CHUNK])
            except BlockingIOError:
                taken = 0
            except OSError as fault:
                # Except when the device is gone, the error may be about a chunk it began to take.
                left = 0 if sent == 0 and fault.errno in _GONE else sent + 1
                raise self._failed("transport.closed", left, fault.strerror or "?") from fault
            if taken:
                sent += taken
                deadline = time.monotonic() + self._stall_seconds
            elif not self._writable(descriptor, deadline - time.monotonic()):
                raise self._failed("transport.stalled", sent)

    def receive(self, seconds: float) -> bytes:
        """Wait up to `seconds` for bytes; a device that can never be read gives none."""
        descriptor = self._open_descriptor()
        deadline = time.monotonic() + seconds
        while self._reads:
            left = max(0.0, deadline - time.monotonic())
            readable, _, _ = select.select([descriptor], [], [], left)
            if not readable:
                return b""
            try:
                found = os.read(descriptor, _LONGEST_REPLY)
            except BlockingIOError:
                found = b""
            except OSError as fault:
                raise self._failed("transport.closed", why=fault.strerror or "?") from fault
            if found or time.monotonic() >= deadline:
                return found
            time.sleep(min(0.02, left))  # readable without bytes: some devices say so always
        time.sleep(max(0.0, deadline - time.monotonic()))
        return b""

    def close(self) -> None:
        """Wait, bounded, until the last chunk is taken, since closing would cancel it."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError, ValueError):
                self._writable(self._descriptor, min(self._stall_seconds, 2.0))
        self.abort()

    def abort(self) -> None:
        """Close at once."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)

    @staticmethod
    def _writable(descriptor: int, seconds: float) -> bool:
        _, ready, _ = select.select([], [descriptor], [], max(0.0, seconds))
        return bool(ready)

    def _open_descriptor(self) -> int:
        if self._descriptor is None:
            raise self._failed("transport.not-open")
        return self._descriptor

    def _failed(self, code: str, sent: int = 0, why: str = "?") -> TransportError:
        seconds = f"{self._stall_seconds:g}"
        return TransportError(code, sent, address=self.address, why=why, seconds=seconds)
