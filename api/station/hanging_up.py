"""An end to every answer: head and body together, however slowly they drip.

The HTTP library bounds each wait for some bytes; a head of which one byte comes now and then has no
end for it.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

_CONNECTED = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})
_SENT = "http11.receive_response_headers.started"


class HangingUp:
    """Hangs up on one client's connection when an answer takes too long. For one request at a time."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self._seconds = 0.0
        self.late = False

    @contextmanager
    def after(self, seconds: float) -> Iterator[None]:
        """Within the block an answer that takes longer is cut off, and `late` says so."""
        self.late, self._seconds = False, seconds
        try:
            yield
        finally:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """What the library tells of its connection (its extension `trace`)."""
        if event in _CONNECTED:
            self._socket = info["return_value"].get_extra_info("socket")
        elif event == _SENT and self._timer is None:
            # From here on: what is sent takes as long as the line needs.
            self._timer = threading.Timer(self._seconds, self._hang_up)
            self._timer.daemon = True
            self._timer.start()

    def _hang_up(self) -> None:
        self.late = True
        if self._socket is not None:
            with suppress(OSError):
                # Of the plain socket: that of TLS would take its own state away while it is read.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
