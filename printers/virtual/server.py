"""A TCP printer on 127.0.0.1 for demonstration and tests."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from printers.virtual.decoder import Decoder
from printers.virtual.faults import Faults
from printers.virtual.paper import Paper

_HOST = "127.0.0.1"
_CHUNK = 2048
_POLL_SECONDS = 0.05
_DOTS_PER_MM = 8
# A stopped printer takes in this much before it stops reading, as real ones fill their buffer.
_INPUT_BUFFER = 65_536
_READY, _COVER, _PAPER = 0x12, 0x16, 0x32  # answers to DLE EOT 2


class VirtualPrinter:
    """Prints what arrives on 127.0.0.1:`port` as numbered PNG files in `out_dir`.

    `port` 0 takes a free one (see `.port`). `speed_mm_s` slows printing to that speed; None prints
    at once. One connection at a time, others wait, as on real printers. A context manager.
    """

    def __init__(
        self,
        out_dir: Path,
        port: int = 0,
        faults: Faults | None = None,
        speed_mm_s: float | None = None,
        dots_wide: int = 384,
    ) -> None:
        self._faults = faults or Faults()
        self._speed = speed_mm_s
        self._paper = Paper(out_dir, dots_wide)
        self._decoder = Decoder(self._paper, self._reply)
        self._stopped = threading.Event()
        self._refilled = threading.Event()
        self._dropped = False
        self._stalled = False
        self._taken = 0
        self._backlog = 0
        self._link: socket.socket | None = None
        self._listener = socket.create_server((_HOST, port))
        self._listener.settimeout(_POLL_SECONDS)
        self._thread = threading.Thread(target=self._serve, name="virtual-printer", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._port)

    @property
    def printed(self) -> int:
        """Whole labels printed since the start."""
        return self._paper.printed

    @property
    def address(self) -> str:
        """For `open_transport`."""
        return f"tcp://{_HOST}:{self._port}"

    def __enter__(self) -> VirtualPrinter:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to listen in a thread of its own."""
        self._port = self._listener.getsockname()[1]
        self._thread.start()

    def stop(self) -> None:
        """End; an unfinished label is written as torn."""
        self._stopped.set()
        self._thread.join(timeout=10)
        self._listener.close()

    def refill(self) -> None:
        """Put paper in and close the cover; printing goes on from where it stopped."""
        self._refilled.set()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                link, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self._link = link
            try:
                self._converse(link)
            except OSError:
                pass  # The other side went away; a printer waits for the next one.
            finally:
                self._print_pending()
                # While paper or cover holds it up, a printer keeps its buffer over a lost
                # connection and prints it after refilling.
                if not self._cause():
                    self._decoder.reset()
                self._link = None
                link.close()

    def _converse(self, link: socket.socket) -> None:
        link.settimeout(_POLL_SECONDS)
        tail = b""
        while not self._stopped.is_set():
            self._print_pending()
            if self._stalled or self._backlog >= _INPUT_BUFFER:
                self._stopped.wait(_POLL_SECONDS)
                continue
            try:
                received = link.recv(self._room())
            except TimeoutError:
                continue
            if not received:
                return
            self._taken += len(received)
            tail = self._answer_real_time(tail + received)
            self._decoder.feed(received)
            if self._cause():
                self._backlog += len(received)
            if self._break_now(link):
                return

    def _room(self) -> int:
        marks = (self._faults.drop_at_byte, self._faults.die_at_byte, self._faults.stall_at_byte)
        ahead = [mark - self._taken for mark in marks if mark is not None and mark > self._taken]
        return min([_CHUNK, *ahead])

    def _break_now(self, link: socket.socket) -> bool:
        faults, taken = self._faults, self._taken
        if faults.stall_at_byte is not None and taken >= faults.stall_at_byte:
            self._stalled = True
        drop = faults.drop_at_byte is not None and taken >= faults.drop_at_byte
        die = faults.die_at_byte is not None and taken >= faults.die_at_byte
        if (drop and not self._dropped) or die:
            self._dropped = True
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if die:
                self._stopped.set()
            return True
        return False

    def _print_pending(self) -> None:
        """Do what was received, as far as paper, cover and a stall allow."""
        if self._stalled:
            return
        while not self._cause():
            before = self._paper.rows_since_label
            if not self._decoder.step():
                self._backlog = 0
                return
            rows = self._paper.rows_since_label - before
            if self._speed and rows > 0:
                self._stopped.wait(rows / _DOTS_PER_MM / self._speed)

    def _cause(self) -> int:
        """Why printing stands still: a DLE EOT 2 answer, or 0."""
        if self._refilled.is_set():
            return 0
        faults, printed = self._faults, self._paper.printed
        if faults.paper_out_after is not None and printed >= faults.paper_out_after:
            return _PAPER
        if faults.cover_open_after is not None and printed >= faults.cover_open_after:
            return _COVER
        return 0

    def _answer_real_time(self, stream: bytes) -> bytes:
        # A real printer looks for these in everything that arrives, raster data not excepted.
        at = stream.find(b"\x10\x04")
        while 0 <= at < len(stream) - 2:
            kind, cause = stream[at + 2], self._cause()
            if kind == 2:
                self._reply(bytes([cause or _READY]))
            elif kind == 4:
                self._reply(b"\x72" if cause == _PAPER else b"\x12")
            elif kind in (1, 3):
                self._reply(b"\x1a" if cause and kind == 1 else b"\x12")
            stream = stream[at + 3 :]
            at = stream.find(b"\x10\x04")
        return stream[at:] if at >= 0 else stream[-1:] if stream.endswith(b"\x10") else b""

    def _reply(self, answer: bytes) -> None:
        if self._link is not None:
            with contextlib.suppress(OSError):
                self._link.sendall(answer)


def serve_virtual_printer(
    port: int,
    out: Path,
    *,
    faults: Faults | None = None,
    speed_mm_s: float | None = None,
    dots_wide: int = 384,
    ready: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Run a virtual printer until `stop` is set or Ctrl-C; `ready(address)` is called once."""
    until = stop or threading.Event()
    with VirtualPrinter(out, port, faults, speed_mm_s, dots_wide) as printer:
        if ready is not None:
            ready(printer.address)
        with contextlib.suppress(KeyboardInterrupt):
            # A bounded wait, since an unbounded one cannot be interrupted on Windows.
            while not until.wait(0.5):
                pass
