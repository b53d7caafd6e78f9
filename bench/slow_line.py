"""A slow line of real sockets: so many bytes a second each way, and a delay each way."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_PIECE = 1400  # bytes, as a packet has
_HEADERS = 52  # bytes of IP and TCP that each of them costs on the line


@dataclass
class Way:
    """One direction of the line, shared by every connection. `carried` counts bytes."""

    bytes_a_second: float
    delay: float
    carried: int = 0
    _free: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arrival(self, size: int) -> float:
        """When a piece that is sent now has arrived, by the monotonic clock."""
        with self._lock:
            self._free = max(self._free, time.monotonic()) + (size + _HEADERS) / self.bytes_a_second
            self.carried += size
            return self._free + self.delay


class SlowLine:
    """Passes connections on to `port` of 127.0.0.1 over a line of bits a second and a round trip."""

    def __init__(self, port: int, bits: float, round_trip: float) -> None:
        self._port = port
        self._round_trip = round_trip
        self.up = Way(bits / 8, round_trip / 2)
        self.down = Way(bits / 8, round_trip / 2)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Where to connect."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        with suppress(OSError):
            time.sleep(self._round_trip)  # a handshake takes one
            hub = socket.create_connection(("127.0.0.1", self._port))
            for way, source, target in ((self.up, client, hub), (self.down, hub, client)):
                pieces: queue.Queue[tuple[float, bytes]] = queue.Queue(maxsize=64)
                for work in (_send, _deliver):
                    args = (way, source, pieces) if work is _send else (way, target, pieces)
                    threading.Thread(target=work, args=args, daemon=True).start()


def _send(way: Way, source: socket.socket, pieces: queue.Queue[tuple[float, bytes]]) -> None:
    piece = b"."
    while piece:
        try:
            piece = source.recv(_PIECE)
        except OSError:
            piece = b""
        pieces.put((way.arrival(len(piece)), piece))


def _deliver(_way: Way, target: socket.socket, pieces: queue.Queue[tuple[float, bytes]]) -> None:
    with suppress(OSError):
        while True:
            due, piece = pieces.get()
            time.sleep(max(due - time.monotonic(), 0))
            if not piece:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(piece)


@contextmanager
def slow_line(port: int, bits: float, round_trip: float) -> Iterator[SlowLine]:
    """A line before `port`, until the block ends. `round_trip` in seconds."""
    line = SlowLine(port, bits, round_trip)
    try:
        yield line
    finally:
        line.close()
