"""A TCP printer on 127.0.0.1 for demonstration and tests."""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from printers.virtual import status
from printers.virtual.answers import Answers
from printers.virtual.decoder import EscposDecoder
from printers.virtual.faults import Faults
from printers.virtual.intake import Intake
from printers.virtual.mechanism import Mechanism, PowerLost
from printers.virtual.paper import Paper
from printers.virtual.reading import Language, Reading
from printers.virtual.stock import Stock
from printers.virtual.troubles import Trouble, Troubles, named
from printers.virtual.tspl import TsplDecoder

_HOST = "127.0.0.1"
_CHUNK = 2048
_POLL_SECONDS = 0.05
_TSPL_SPEED = 150.0  # mm/s
_DOTS_WIDE: dict[Language, int] = {"escpos": 384, "tspl": 832}
log = logging.getLogger(__name__)


class VirtualPrinter:
    """Prints what arrives on 127.0.0.1:`port` as numbered PNG files in `out_dir`.

    `port` 0 takes a free one (see `.port`). `speed_mm_s` slows printing to that speed; None prints
    at once (TSPL: at 150 mm/s, since its acknowledgement is that it was seen printing). The head has
    384 dots, for TSPL 832, unless told. What is received goes into a buffer of `buffer_bytes`; when it is full nothing more is read. One
    connection at a time, others wait, as on real printers. A context manager.
    """

    def __init__(
        self,
        out_dir: Path,
        port: int = 0,
        faults: Faults | None = None,
        speed_mm_s: float | None = None,
        dots_wide: int | None = None,
        *,
        language: Language = "escpos",
        stock: Stock | None = None,
        buffer_bytes: int = 65_536,
    ) -> None:
        if speed_mm_s is None and language == "tspl":
            speed_mm_s = _TSPL_SPEED
        self.language: Language = language
        # The latest commands that it did not know, in hex.
        self.log: deque[str] = deque(maxlen=50)
        self.unknown_commands = 0
        self._instant = speed_mm_s is None
        self._troubles = Troubles(faults or Faults(), lambda: self._paper.printed)
        self._answers = Answers(self._troubles)
        self._mechanism = Mechanism(speed_mm_s, self._troubles.halted)
        self._paper = Paper(out_dir, dots_wide or _DOTS_WIDE[language], stock, self._mechanism.move)
        self._reading = self._reader(language)
        self._intake = Intake(buffer_bytes)
        self._stopped = threading.Event()
        self._drop_now = threading.Event()
        self._connected = False
        self._listener = socket.create_server((_HOST, port))
        self._listener.settimeout(_POLL_SECONDS)
        self._thread = threading.Thread(target=self._serve, name="virtual-printer", daemon=True)
        self._worker = threading.Thread(target=self._work, name="virtual-mechanism", daemon=True)

    def _reader(self, language: Language) -> Reading:
        if language == "escpos":
            return EscposDecoder(self._paper, self._answers.say, self.state, self._odd)
        return TsplDecoder(self._paper, self._answers.say, self.state, self._odd, self._restart)

    # --- what can be seen ---------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._port)

    @property
    def address(self) -> str:
        """For `open_transport`."""
        return f"tcp://{_HOST}:{self._port}"

    @property
    def out_dir(self) -> Path:
        """The folder of the pictures."""
        return self._paper.folder

    @property
    def printed(self) -> int:
        """Whole labels printed since the start."""
        return self._paper.printed

    @property
    def busy_seconds(self) -> float:
        """How long the mechanism has moved, at the speed given; 0 when it prints at once."""
        return self._mechanism.busy_seconds

    @property
    def rows_printed(self) -> int:
        """Rows of paper moved since the start, printed or blank."""
        return self._mechanism.rows

    @property
    def connected(self) -> bool:
        """Whether somebody is connected."""
        return self._connected

    @property
    def idle(self) -> bool:
        """Whether all that was received is printed, as far as it can be understood."""
        return self._intake.idle()

    def state(self) -> frozenset[Trouble]:
        """What is wrong with it now."""
        return self._troubles.now()

    # --- what can be done to it ---------------------------------------------------------------

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
        """Begin to listen in threads of its own."""
        self._port = self._listener.getsockname()[1]
        self._worker.start()
        self._thread.start()

    def stop(self) -> None:
        """Print at once what was received, then end; an unfinished label is written as torn."""
        self._mechanism.hurry.set()
        self._stopped.set()
        # Only hurries: where it wakes nobody, or is refused, waiting ends by itself.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=10)
        self._mechanism.off.set()
        self._intake.wake()
        self._worker.join(timeout=10)
        self._listener.close()

    def refill(self) -> None:
        """Put paper in and close the cover; printing goes on from where it stopped."""
        self._troubles.refill()

    def trouble(self, **faults: object) -> None:
        """Arm more faults, named as in `Faults`, counted from now: `trouble(paper_out_after=0)`."""
        self._troubles.arm(*named(faults))

    def mend(self, trouble: Trouble) -> None:
        """End one trouble."""
        self._troubles.mend(trouble)

    def clear(self) -> None:
        """End every trouble and disarm every fault; a stalled printer goes on."""
        self._troubles.clear()

    def drop(self) -> None:
        """Reset the connection now, if there is one."""
        if self._connected:
            self._drop_now.set()

    # --- the mechanism's thread ---------------------------------------------------------------

    def _work(self) -> None:
        mechanism = self._mechanism
        with contextlib.suppress(PowerLost):
            while not mechanism.off.is_set():
                if self._troubles.halted():
                    mechanism.off.wait(_POLL_SECONDS / 2)
                elif not self._reading.step():
                    received, since = self._intake.take(_POLL_SECONDS)
                    if since is not None:
                        mechanism.begin(since)
                    if received:
                        self._reading.feed(received)
        self._reading.reset()

    def _odd(self, command: bytes) -> None:
        self.unknown_commands += 1
        shown = command[:16].hex(" ") + (" ..." if len(command) > 16 else "")
        self.log.append(shown)
        log.warning("virtual printer: unknown command %s", shown)

    def _restart(self) -> None:
        self._intake.empty()

    # --- the connection's thread --------------------------------------------------------------

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                link, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                break
            self._answers.connect(link)
            self._connected = True
            broken = ""
            try:
                broken = self._converse(link)
            except OSError:
                pass  # The other side went away; a printer waits for the next one.
            finally:
                self._end_connection(link, broken)
        self._settle()

    def _converse(self, link: socket.socket) -> str:
        """Talk until the connection ends; "drop" or "die" when the printer ends it."""
        link.settimeout(_POLL_SECONDS)
        troubles, tail = self._troubles, b""
        while not self._stopped.is_set():
            self._answers.say_late()
            self._tell_changes()
            if self._drop_now.is_set():
                self._drop_now.clear()
                return "drop"
            room = self._intake.room()
            if troubles.stalled or room <= 0:
                self._intake.wait(_POLL_SECONDS)
                continue
            try:
                received = link.recv(troubles.room(min(_CHUNK, room)))
            except TimeoutError:
                continue
            if not received:
                return ""
            # Before the bytes are worked on: a printer that stalls at a byte does nothing more.
            broken = troubles.take(len(received))
            tail = self._reading.real_time(tail + received)
            self._intake.put(received)
            if broken:
                return broken
        return ""

    def _tell_changes(self) -> None:
        told, now = self._reading.automatic, status.automatic(self.state())
        if told and told != now:
            self._reading.automatic = now
            self._answers.say(now)

    def _end_connection(self, link: socket.socket, broken: str) -> None:
        kept = self._troubles.faults.keeps_buffer
        # A printer that prints at once has printed when the connection breaks, so that what is on
        # paper is known as soon as the other side learns of it.
        if self._instant:
            self._settle()
        if broken == "die":
            self._mechanism.off.set()
            self._stopped.set()
        if broken:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._answers.connect(None)
        self._connected = False
        link.close()
        if not kept and self._settle():
            self._reading.reset()

    def _settle(self) -> bool:
        """Wait until all that was received is printed; False when something holds it up."""
        while not self._mechanism.off.is_set():
            if self._troubles.halted():
                return False
            if self._intake.idle():
                return True
            self._intake.wait(_POLL_SECONDS)
        return False


def serve_virtual_printer(
    port: int,
    out: Path,
    *,
    faults: Faults | None = None,
    speed_mm_s: float | None = None,
    dots_wide: int | None = None,
    language: Language = "escpos",
    stock: Stock | None = None,
    ready: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Run a virtual printer until `stop` is set or Ctrl-C; `ready(address)` is called once."""
    until = stop or threading.Event()
    with VirtualPrinter(
        out, port, faults, speed_mm_s, dots_wide, language=language, stock=stock
    ) as printer:
        if ready is not None:
            ready(printer.address)
        with contextlib.suppress(KeyboardInterrupt):
            # A bounded wait, since an unbounded one cannot be interrupted on Windows.
            while not until.wait(0.5):
                pass
