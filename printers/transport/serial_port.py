"""A serial printer through python-escpos (escpos.printer.Serial, version 3.1) and pyserial."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from serial import SerialException, SerialTimeoutException

from printers.errors import TransportError

if TYPE_CHECKING:
    from escpos.printer import Serial

Flow = Literal["none", "rtscts", "xonxoff"]
FLOWS: tuple[Flow, ...] = ("none", "rtscts", "xonxoff")
BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
try:
    import termios
except ImportError:  # Windows
    _FAULTS: tuple[type[Exception], ...] = (SerialException, OSError)
else:
    # Seen in pyserial: a cable pulled out shows as termios.error too, which is no OSError.
    _FAULTS = (SerialException, OSError, termios.error)

_CHUNK = 128  # 11 ms of a line at 115200 baud
_DRAIN_POLL_SECONDS = 0.005


class SerialTransport:
    """One serial port, 8 data bits, no parity, 1 stop bit; `stall_seconds` bounds every wait."""

    def __init__(
        self, device: str, baud: int = 9600, flow: Flow = "none", stall_seconds: float = 10.0
    ) -> None:
        self._device = device
        self._baud = baud
        self._flow = flow
        self._stall_seconds = stall_seconds
        self._printer: Serial | None = None

    @property
    def address(self) -> str:
        """serial:///dev/...?baud=...&flow=..."""
        return f"serial://{quote(self._device)}?baud={self._baud}&flow={self._flow}"

    @property
    def can_reply(self) -> bool:
        """A serial cable has both directions; whether the printer answers its profile says."""
        return True

    def open(self) -> None:
        """Open the port for this process alone."""
        self.abort()
        # Imported when used: importing escpos takes a quarter of a second, sets up logging for the
        # whole program and leaves a temporary folder behind.
        from escpos.exceptions import DeviceNotFoundError
        from escpos.printer import Serial

        # Seen in escpos: dsrdtr=False does not switch RTS/CTS on, whatever its docstring says, and
        # its default of True is no flow control either: pyserial on POSIX then only leaves DTR
        # alone and waits for nothing.
        printer = Serial(
            devfile=self._device,
            baudrate=self._baud,
            timeout=0.1,
            xonxoff=self._flow == "xonxoff",
            dsrdtr=False,
        )
        try:
            printer.open()
            port: Any = printer.device
            port.rtscts = self._flow == "rtscts"
            # Seen in escpos: no write timeout, so a printer that holds the line up by flow
            # control stops the program for ever.
            port.write_timeout = self._stall_seconds
            if self._device.startswith("/"):
                port.exclusive = True  # two writers on one cable would mix their labels
            port.reset_input_buffer()
        except (DeviceNotFoundError, ValueError, *_FAULTS) as fault:
            _drop(printer, discard=True)
            raise self._failed("transport.serial", why=_short(fault)) from fault
        self._printer = printer

    def send(self, payload: bytes) -> None:
        """Hand over all bytes in small chunks.

        On failure `bytes_sent` counts the failing chunk too, as some of it may have left, but not
        what was still waiting in this machine and could be thrown away.
        """
        port = self._port()
        handed = 0
        while handed < len(payload):
            chunk = payload[handed : handed + _CHUNK]
            # Not through Escpos._raw: seen there, `device` opens the port again by itself when it
            # was closed, and the rest of a label goes to a printer that has lost its beginning.
            try:
                handed += len(chunk)
                port.write(chunk)
            except SerialTimeoutException as fault:
                raise self._failed("transport.stalled", self._may_have_left(handed)) from fault
            except _FAULTS as fault:
                raise self._failed("transport.closed", handed, _short(fault)) from fault

    def receive(self, seconds: float) -> bytes:
        """Wait up to `seconds` for bytes."""
        port = self._port()
        try:
            # Seen in escpos: _read asks for 16 bytes and so waits for its whole timeout when an
            # answer has 1 or 7.
            port.timeout = max(seconds, 0.001)
            first: bytes = port.read(1)
            return first + bytes(port.read(port.in_waiting)) if first else b""
        except _FAULTS as fault:
            raise self._failed("transport.closed", why=_short(fault)) from fault

    def close(self) -> None:
        """Let the line take what it still holds, for at most the stall time, then close."""
        printer, self._printer = self._printer, None
        if printer is not None:
            gone = False
            with contextlib.suppress(*_FAULTS):
                gone = self._drained(printer.device)
            _drop(printer, discard=not gone)

    def abort(self) -> None:
        """Throw away what has not left this machine and close."""
        printer, self._printer = self._printer, None
        if printer is not None:
            _drop(printer, discard=True)

    def _drained(self, port: Any) -> bool:
        waiting, deadline = port.out_waiting, time.monotonic() + self._stall_seconds
        while waiting and time.monotonic() < deadline:
            time.sleep(_DRAIN_POLL_SECONDS)
            if port.out_waiting < waiting:
                deadline = time.monotonic() + self._stall_seconds
            waiting = port.out_waiting
        return not waiting

    def _may_have_left(self, handed: int) -> int:
        port = self._port()
        with contextlib.suppress(*_FAULTS):
            waiting = int(port.out_waiting)
            port.reset_output_buffer()
            return max(1, handed - waiting)
        return handed

    def _port(self) -> Any:
        if self._printer is None:
            raise self._failed("transport.not-open")
        return self._printer.device

    def _failed(self, code: str, sent: int = 0, why: str = "?") -> TransportError:
        return TransportError(
            code, sent, address=self.address, why=why, seconds=f"{self._stall_seconds:g}"
        )


def _drop(printer: Serial, *, discard: bool) -> None:
    port: Any = printer._device
    if not port:
        return
    # Before closing, since the system's own close waits for what is still to be sent.
    with contextlib.suppress(*_FAULTS):
        if discard:
            port.reset_output_buffer()
    # Not Escpos.close(): it flushes without a limit, and when the cable was pulled it raises
    # before it has closed the port.
    with contextlib.suppress(*_FAULTS):
        port.close()
    printer._device = False


def _short(fault: BaseException) -> str:
    return " ".join(str(fault).split())[:160] or type(fault).__name__
