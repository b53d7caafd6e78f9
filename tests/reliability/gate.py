"""A wire to a database server that can lose the answer to one request after it was done."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE = 30.0


class _Wire:
    """One client's connection and its continuation to the server."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.flows = threading.Event()
        self.flows.set()
        self.lost = False

    def hang_up(self) -> None:
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Gate:
    """Passes on all that comes to 127.0.0.1:`port`; a server that is away is a hung-up line."""

    def __init__(self, listener: socket.socket, server_port: int) -> None:
        self.port = int(listener.getsockname()[1])
        self._listener = listener
        self._server_port = server_port
        self._marker: bytes | None = None
        self._held: _Wire | None = None
        self._wires: list[_Wire] = []

    def hold(self, marker: bytes) -> None:
        """The next request with these bytes reaches the server, but its answer not the client."""
        self._marker = marker

    def cut(self) -> None:
        """Hang up the line whose answer is held; the answer is lost."""
        self._marker, held, self._held = None, self._held, None
        if held is not None:
            held.lost = True
            held.flows.set()
            held.hang_up()

    def run(self) -> None:
        """Serve until the listener is shut."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._server_port), _PATIENCE)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wire = _Wire(client, server)
            self._wires = [one for one in self._wires if one.client.fileno() >= 0] + [wire]
            there = threading.Thread(target=self._requests, args=(wire,), daemon=True)
            back = threading.Thread(target=self._answers, args=(wire, there), daemon=True)
            there.start()
            back.start()

    def _requests(self, wire: _Wire) -> None:
        last = b""
        with contextlib.suppress(OSError):
            while some := wire.client.recv(65536):
                marker, last = self._marker, last + some
                if marker is not None and marker in last:
                    self._marker, self._held = None, wire
                    wire.flows.clear()
                last = last[-256:]
                wire.server.sendall(some)
        wire.hang_up()

    def _answers(self, wire: _Wire, there: threading.Thread) -> None:
        with contextlib.suppress(OSError):
            while some := wire.server.recv(65536):
                wire.flows.wait()
                if wire.lost:
                    break
                wire.client.sendall(some)
        wire.hang_up()
        there.join()
        wire.client.close()
        wire.server.close()

    def close(self) -> None:
        """Hang up every line."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for wire in self._wires:
            wire.hang_up()


@contextmanager
def gate(server_port: int) -> Iterator[Gate]:
    """A gate before the server at this port of 127.0.0.1, until the block ends."""
    made = Gate(socket.create_server(("127.0.0.1", 0)), server_port)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.close()
        thread.join(_PATIENCE)
