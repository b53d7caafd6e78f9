"""A proxy of real sockets between stations and a hub that spoils a part of the requests.

Each request is read whole, then: passed on; lost before the hub had it; lost after the hub had
answered; answered with half an answer; answered in drips; or given to the hub twice.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

FAULTS = ("lost-before", "lost-after", "truncated", "slow", "duplicated")
_PATIENCE = 60.0
_MOST = 64 * 1024 * 1024
_DRIPS = 8


class FaultyProxy:
    """Spoils a share of the requests, by seeded chance. `port` is where the hub answers now.

    `counted` is how many requests had which fate; `open` False turns everybody away.
    """

    def __init__(self, port: int, share: float, seed: int) -> None:
        self.port = port
        self.share = share
        self.open = True
        self.counted: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._stopped = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where stations go."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Take no more."""
        self._stopped = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while not self._stopped:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _fate(self) -> str:
        with self._lock:
            spoiled = self._chance.random() < self.share
            fate = self._chance.choice(FAULTS) if spoiled else "passed"
            self.counted[fate] += 1
        return fate

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(_PATIENCE)
            if not self.open:
                return
            request = _message(client)
            fate = self._fate()
            if fate == "lost-before":
                return
            if fate == "duplicated":
                self._ask(request)
            answer = self._ask(request)
            if fate == "lost-after":
                return
            if fate == "truncated":
                answer = answer[: len(answer) // 2]
            if fate == "slow":
                for part in _parts(answer, _DRIPS):
                    client.sendall(part)
                    time.sleep(0.01)
                return
            client.sendall(answer)

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE) as hub:
            hub.sendall(request)
            parts: list[bytes] = []
            while part := hub.recv(65536):
                parts.append(part)
            return b"".join(parts)


def _message(client: socket.socket) -> bytes:
    """One whole request, changed so that the connection ends with its answer."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        part = client.recv(65536)
        if not part or len(raw) > _MOST:
            raise OSError("the client hung up")
        raw += part
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    length = 0
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        part = client.recv(65536)
        if not part:
            raise OSError("the client hung up")
        body += part
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"connection: close"]) + b"\r\n\r\n" + body


def _parts(raw: bytes, count: int) -> Iterator[bytes]:
    width = max(len(raw) // count, 1)
    for first in range(0, len(raw), width):
        yield raw[first : first + width]


@contextmanager
def faulty_proxy(port: int, share: float, seed: int) -> Iterator[FaultyProxy]:
    """A proxy before a hub on `port`, until the block ends."""
    proxy = FaultyProxy(port, share, seed)
    try:
        yield proxy
    finally:
        proxy.close()
