"""Raw TCP to a network printer (commonly port 9100).

Our own rather than python-escpos's network class: in its version 3.1, 179 labels were reported
as sent after paper had run out, and a reset connection was reported as success, since nothing
looks at the connection between labels and the system's send buffer swallows the bytes.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time

from printers.errors import TransportError

_CHUNK = 4096
# Small, so that what a stopped printer does not take shows after a few kilobytes, not after 179
# labels. The system doubles the figure for its own bookkeeping.
SEND_BUFFER = 8192
_LONGEST_REPLY = 4096


class LanTransport:
    """One TCP connection; `connect_seconds` and `stall_seconds` bound every wait."""

    def __init__(
        self, host: str, port: int, connect_seconds: float = 3.0, stall_seconds: float = 10.0
    ) -> None:
        self._host = host
        self._port = port
        self._connect_seconds = connect_seconds
        self._stall_seconds = stall_seconds
        self._socket: socket.socket | None = None

    @property
    def address(self) -> str:
        """tcp://host:port."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"tcp://{host}:{self._port}"

    @property
    def can_reply(self) -> bool:
        """A connection has both directions."""
        return True

    def open(self) -> None:
        """Connect within `connect_seconds` over all the host's addresses together."""
        self.abort()
        deadline = time.monotonic() + self._connect_seconds
        code, why = "transport.connect", "no address"
        try:
            places = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as fault:
            raise self._failed("transport.connect", why=str(fault)) from fault
        for family, kind, protocol, _, place in places:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            link = socket.socket(family, kind, protocol)
            try:
                # Before connecting, since the buffer's size is agreed then.
                link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                link.settimeout(left)
                link.connect(place)
            except OSError as fault:
                refused = isinstance(fault, ConnectionRefusedError)
                code = "transport.refused" if refused else "transport.connect"
                why = fault.strerror or str(fault)
                link.close()
                continue
            self._socket = link
            return
        raise self._failed(code, why=why)

    def send(self, payload: bytes) -> None:
        """Send all bytes; `stall_seconds` without any progress is a failure."""
        link = self._open_socket()
        self._require_alive(link)
        sent = 0
        link.settimeout(self._stall_seconds)
        view = memoryview(payload)
        while sent < len(payload):
            try:
                sent += link.send(view[sent : sent + _CHUNK])
            except TimeoutError as fault:
                raise self._failed("transport.stalled", sent) from fault
            except OSError as fault:
                raise self._failed("transport.closed", sent, why=str(fault)) from fault

    def receive(self, seconds: float) -> bytes:
        """Wait up to `seconds` for bytes."""
        link = self._open_socket()
        link.settimeout(max(seconds, 0.001))
        try:
            reply = link.recv(_LONGEST_REPLY)
        except TimeoutError:
            return b""
        except OSError as fault:
            raise self._failed("transport.closed", why=str(fault)) from fault
        if not reply:
            raise self._failed("transport.closed", why="end of stream")
        return reply

    def close(self) -> None:
        """End our direction, wait briefly for the printer to end its own, close."""
        link, self._socket = self._socket, None
        if link is None:
            return
        with contextlib.suppress(OSError):
            link.shutdown(socket.SHUT_WR)
            deadline = time.monotonic() + 1.0
            while (left := deadline - time.monotonic()) > 0:
                link.settimeout(left)
                if not link.recv(_LONGEST_REPLY):
                    break
        link.close()

    def abort(self) -> None:
        """Reset the connection: bytes still in our buffer must not print later by surprise."""
        link, self._socket = self._socket, None
        if link is not None:
            with contextlib.suppress(OSError):
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            link.close()

    def _require_alive(self, link: socket.socket) -> None:
        # A connection closed by the printer still takes a first send without complaint.
        link.setblocking(False)
        try:
            if link.recv(1, socket.MSG_PEEK) == b"":
                raise self._failed("transport.closed", why="end of stream")
        except BlockingIOError:
            return
        except OSError as fault:
            raise self._failed("transport.closed", why=str(fault)) from fault

    def _open_socket(self) -> socket.socket:
        if self._socket is None:
            raise self._failed("transport.not-open")
        return self._socket

    def _failed(self, code: str, sent: int = 0, why: str = "") -> TransportError:
        seconds = self._connect_seconds if code == "transport.connect" else self._stall_seconds
        return TransportError(
            code, sent, address=self.address, why=why or "?", seconds=f"{seconds:g}"
        )
