"""A printer of the Windows spooler through python-escpos (escpos.printer.Win32Raw, version 3.1).

Each label is one RAW document. The spooler says what it did with a document, never that ink is on
paper, so nothing is confirmed this way (tier T0). Facts about the spooler: Microsoft's reference of
GetJob, SetJob and JOB_INFO_1.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any
from urllib.parse import quote

from printers.errors import TransportError

_CHUNK = 4096
_POLL_SECONDS = 0.1
_DELETE = 5  # JOB_CONTROL_DELETE
_PAUSED, _ERROR, _OFFLINE, _PAPER_OUT, _BLOCKED, _PERSON = 0x1, 0x2, 0x20, 0x40, 0x200, 0x400
_PRINTED = 0x80 | 0x1000  # JOB_STATUS_PRINTED, JOB_STATUS_COMPLETE
_WAITS = {
    _PAUSED: "paused",
    _ERROR: "error",
    _OFFLINE: "offline",
    _PAPER_OUT: "paper out",
    _BLOCKED: "driver blocked",
    _PERSON: "needs a person",
}


class WindowsSpoolerTransport:
    """One printer by its Windows name; `queue_seconds` is how long one label may wait there."""

    def __init__(self, name: str, queue_seconds: float = 60.0) -> None:
        self._name = name
        self._queue_seconds = queue_seconds
        self._open = False
        self._job: int | None = None

    @property
    def address(self) -> str:
        """winspool://name, spaces as %20."""
        return f"winspool://{quote(self._name, safe='')}"

    @property
    def can_reply(self) -> bool:
        """The spooler passes nothing back."""
        return False

    def open(self) -> None:
        """Ask whether Windows has this printer; a document is opened for each label."""
        self.abort()
        library = _library()
        if not library.is_usable():
            raise self._failed("transport.windows-only")
        win32print, system_error = _windows()
        try:
            known = library.Win32Raw(self._name).printers
            if self._name not in known:
                raise self._failed("transport.windows-unknown", why=", ".join(sorted(known)) or "-")
            win32print.ClosePrinter(win32print.OpenPrinter(self._name))
        except system_error as fault:
            raise self._failed("transport.windows", why=_short(fault)) from fault
        self._open = True

    def send(self, payload: bytes) -> None:
        """Give one label to the spooler as one document and wait until it has left.

        Once the document began, all of it may print, also after a failure: `bytes_sent` says so.
        """
        if not self._open:
            raise self._failed("transport.not-open")
        win32print, system_error = _windows()
        from escpos.exceptions import DeviceNotFoundError

        printer = _library().Win32Raw(self._name)
        try:
            printer.open(job_name="OCOP")
        except (DeviceNotFoundError, system_error) as fault:
            raise self._failed("transport.windows", why=_short(fault)) from fault
        self._job = int(printer.current_job)
        given = 0
        try:
            while given < len(payload):
                # Not Escpos._raw: seen there, the number of bytes that WritePrinter took is dropped.
                taken = win32print.WritePrinter(printer.device, payload[given : given + _CHUNK])
                if not taken:
                    raise self._failed("transport.stalled", given + 1)
                given += taken
            # Seen in escpos: close() ends page, document and handle in turn, and an error in the
            # first leaves the handle open; hence the second try below.
            printer.close()
        except system_error as fault:
            raise self._failed("transport.closed", given + 1, _short(fault)) from fault
        finally:
            self._let_go(printer)
        self._wait_until_gone(len(payload))
        self._job = None

    def receive(self, seconds: float) -> bytes:  # noqa: ARG002 - the interface names it
        """Nothing ever arrives."""
        return b""

    def close(self) -> None:
        """No longer ready; every document has left when its send returned."""
        self._open = False
        self._job = None

    def abort(self) -> None:
        """Delete a document that still waits: it must not print later by surprise."""
        job, self._job, self._open = self._job, None, False
        if job is None:
            return
        win32print, system_error = _windows()
        with contextlib.suppress(system_error):
            handle = win32print.OpenPrinter(self._name)
            try:
                win32print.SetJob(handle, job, 0, None, _DELETE)
            finally:
                win32print.ClosePrinter(handle)

    def _wait_until_gone(self, size: int) -> None:
        win32print, system_error = _windows()
        deadline = time.monotonic() + self._queue_seconds
        try:
            handle = win32print.OpenPrinter(self._name)
        except system_error as fault:
            raise self._failed("transport.closed", size, _short(fault)) from fault
        try:
            while True:
                try:
                    status = int(win32print.GetJob(handle, self._job, 1)["Status"])
                except system_error:
                    return  # ERROR_INVALID_PARAMETER: the document is no longer in the queue
                if status & _PRINTED:
                    return
                if time.monotonic() > deadline:
                    why = ", ".join(word for bit, word in _WAITS.items() if status & bit)
                    raise self._failed("transport.windows-stuck", size, why or "?")
                time.sleep(_POLL_SECONDS)
        finally:
            win32print.ClosePrinter(handle)

    @staticmethod
    def _let_go(printer: Any) -> None:
        if printer._device:
            win32print, system_error = _windows()
            for step in (win32print.EndDocPrinter, win32print.ClosePrinter):
                with contextlib.suppress(system_error):
                    step(printer._device)
            printer._device = False

    def _failed(self, code: str, sent: int = 0, why: str = "?") -> TransportError:
        seconds = f"{self._queue_seconds:g}"
        return TransportError(code, sent, address=self.address, why=why, seconds=seconds)


def _library() -> Any:
    # Imported when used: importing escpos takes a quarter of a second, sets up logging for the
    # whole program and leaves a temporary folder behind.
    from escpos.printer import win32raw

    return win32raw


def _windows() -> tuple[Any, type[Exception]]:
    """The module win32print and the error it raises; taken from escpos, which imported both."""
    return _library().win32print, _library().pywintypes.error


def _short(fault: BaseException) -> str:
    return " ".join(str(fault).split())[:160] or type(fault).__name__
