"""Printer bytes appended to a file, durable label by label."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from printers.errors import TransportError


class FileTransport:
    """Appends to one file and syncs it after each label; never replies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def path(self) -> Path:
        """The file, or the folder that sheets are put into."""
        return self._path

    @property
    def address(self) -> str:
        """file:///path."""
        return self._path.absolute().as_uri()

    @property
    def can_reply(self) -> bool:
        """A file says nothing back."""
        return False

    def open(self) -> None:
        """Open or create the file for appending."""
        self.abort()
        try:
            # Non-blocking for a named pipe alone, which without a reader would wait for ever.
            special = getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | special
            self._descriptor = os.open(self._path, flags, 0o644)
        except OSError as fault:
            raise self._failed(fault) from fault

    def send(self, payload: bytes) -> None:
        """Append and fsync; a full disk is a failure that says how much was written."""
        if self._descriptor is None:
            raise TransportError("transport.not-open", address=self.address)
        sent = 0
        try:
            while sent < len(payload):
                sent += os.write(self._descriptor, payload[sent:])
            os.fsync(self._descriptor)
        except OSError as fault:
            raise self._failed(fault, sent) from fault

    def receive(self, seconds: float) -> bytes:  # noqa: ARG002 - the interface names it
        """Nothing ever arrives."""
        return b""

    def close(self) -> None:
        """Close the file."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)

    abort = close

    def _failed(self, fault: OSError, sent: int = 0) -> TransportError:
        return TransportError("transport.file", sent, address=self.address, why=str(fault))
