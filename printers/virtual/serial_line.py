"""A serial cable to a virtual printer: a pseudo-terminal that passes bytes at the line's speed."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
from types import TracebackType
from urllib.parse import urlsplit

_BITS_A_BYTE = 10  # start bit, 8 data bits, stop bit
_STEP_SECONDS = 0.004
_LONGEST_REPLY = 4096
# A serial port's own buffer in this machine; what does not fit waits in the pseudo-terminal.
_BUFFER = 64


class SerialLine:
    """A context manager: programs open `.path`, `printer_address` (tcp://) gets what they write.

    Towards the printer exactly `baud` / 10 bytes a second pass, as on a line with 8 data bits,
    no parity and 1 stop bit; back they pass at once. `unplug()` pulls the cable. POSIX only.
    """

    def __init__(self, printer_address: str, baud: int) -> None:
        place = urlsplit(printer_address)
        self._place = (place.hostname or "127.0.0.1", place.port or 9100)
        self._bytes_a_second = baud / _BITS_A_BYTE
        self._baud = baud
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._pump, name="serial-line", daemon=True)
        self.passed = 0

    @property
    def path(self) -> str:
        """The device to open."""
        return self._path

    @property
    def address(self) -> str:
        """For `open_transport`."""
        return f"serial://{self._path}?baud={self._baud}"

    def __enter__(self) -> SerialLine:
        import tty

        self._link = socket.create_connection(self._place, 5)
        self._outer, self._inner = os.openpty()
        tty.setraw(self._inner)
        os.set_blocking(self._outer, False)
        self._path = os.ttyname(self._inner)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.unplug()
        with contextlib.suppress(OSError):
            os.close(self._inner)

    def unplug(self) -> None:
        """Pull the cable: what is written from now on fails, and the printer gets no more."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._thread.join(timeout=10)
        os.close(self._outer)
        self._link.close()

    def _pump(self) -> None:
        # Time owed is counted from the first byte of a burst, so that sleeping too long in one
        # step is made good in the next and an idle line saves nothing up.
        began, moved = time.monotonic(), 0
        while not self._stopped.is_set():
            self._pass_back()
            now = time.monotonic()
            due = int((now - began) * self._bytes_a_second) - moved
            if due > 0:
                found = self._take(min(due, 4096))
                if found:
                    with contextlib.suppress(OSError):
                        self._link.sendall(found)
                    self.passed += len(found)
                    moved += len(found)
                if len(found) < due - _BUFFER:
                    began, moved = now, 0
            self._stopped.wait(_STEP_SECONDS)

    def _take(self, most: int) -> bytes:
        try:
            return os.read(self._outer, most)
        except OSError:
            return b""  # nothing there, or nobody has the other end open

    def _pass_back(self) -> None:
        readable, _, _ = select.select([self._link], [], [], 0)
        if not readable:
            return
        with contextlib.suppress(OSError):
            if answer := self._link.recv(_LONGEST_REPLY):
                os.write(self._outer, answer)
