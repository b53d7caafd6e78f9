"""The Windows spooler, by a made-up win32print below the real python-escpos.

It cannot be run here: what Windows itself does beyond Microsoft's reference is not shown.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from escpos.printer import win32raw

from printers.errors import TransportError
from printers.transport import open_transport
from printers.transport.windows_spooler import WindowsSpoolerTransport

NAME = "XP-58 tem"


class SystemRefusalError(Exception):
    """pywintypes.error."""


class Spooler(ModuleType):
    """Documents of one printer. `takes` bytes go at once; a document stays while `stuck`."""

    PRINTER_ENUM_NAME = 8

    def __init__(self) -> None:
        super().__init__("win32print")
        self.documents: list[bytearray] = []
        self.ended: list[bool] = []
        self.deleted: list[int] = []
        self.handles = 0
        self.takes = 1000
        self.fails_at: int | None = None
        self.stuck = 0

    def EnumPrinters(self, *_: object) -> list[dict[str, str]]:
        return [{"pPrinterName": NAME}]

    def OpenPrinter(self, name: str) -> int:
        if name != NAME:
            raise SystemRefusalError("1801 invalid printer name")
        self.handles += 1
        return 7

    def ClosePrinter(self, handle: int) -> None:
        self.handles -= 1

    def StartDocPrinter(self, handle: int, level: int, info: tuple[str, str, str]) -> int:
        assert info[2] == "RAW"
        self.documents.append(bytearray())
        self.ended.append(False)
        return len(self.documents)

    def StartPagePrinter(self, handle: int) -> None: ...

    def EndPagePrinter(self, handle: int) -> None: ...

    def EndDocPrinter(self, handle: int) -> None:
        self.ended[-1] = True

    def WritePrinter(self, handle: int, data: bytes) -> int:
        document = self.documents[-1]
        if self.fails_at is not None and len(document) >= self.fails_at:
            raise SystemRefusalError("the spooler stopped")
        part = data[: self.takes]
        document += part
        return len(part)

    def GetJob(self, handle: int, job: int, level: int) -> dict[str, Any]:
        if self.stuck:
            return {"Status": self.stuck}
        raise SystemRefusalError("87 the parameter is incorrect")

    def SetJob(self, handle: int, job: int, level: int, info: None, command: int) -> None:
        assert command == 5
        self.deleted.append(job)


@pytest.fixture
def spooler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spooler]:
    made, types = Spooler(), ModuleType("pywintypes")
    types.error = SystemRefusalError  # type: ignore[attr-defined]
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "win32print", made)
        patched.setitem(sys.modules, "pywintypes", types)
        # The library looks for Windows when it is imported.
        importlib.reload(win32raw)
        yield made
    importlib.reload(win32raw)


def test_each_label_is_one_raw_document_and_arrives_whole(spooler: Spooler) -> None:
    way = open_transport("winspool://XP-58%20tem")
    assert not way.can_reply
    way.open()
    labels = [bytes([number]) * 9000 for number in (1, 2, 3)]
    for one in labels:
        way.send(one)
    way.close()
    assert [bytes(one) for one in spooler.documents] == labels
    assert spooler.ended == [True, True, True]
    assert spooler.handles == 0


def test_an_unknown_printer_is_refused_with_those_there_are(spooler: Spooler) -> None:
    with pytest.raises(TransportError, match=NAME) as failed:
        WindowsSpoolerTransport("HP").open()
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.windows-unknown", 0)
    assert spooler.handles == 0


def test_a_spooler_that_fails_within_a_label_tells_that_bytes_had_left(spooler: Spooler) -> None:
    spooler.fails_at = 2000
    way = WindowsSpoolerTransport(NAME)
    way.open()
    with pytest.raises(TransportError) as failed:
        way.send(bytes(9000))
    way.abort()
    assert failed.value.code == "transport.closed"
    assert failed.value.bytes_sent == 2001
    assert spooler.handles == 0
    assert spooler.deleted == [1]


def test_a_label_that_stays_in_the_queue_is_noticed_named_and_deleted(spooler: Spooler) -> None:
    spooler.stuck = 0x40
    way = WindowsSpoolerTransport(NAME, queue_seconds=0.2)
    way.open()
    started = time.monotonic()
    with pytest.raises(TransportError, match="paper out") as failed:
        way.send(bytes(900))
    assert time.monotonic() - started < 3
    assert (failed.value.code, failed.value.bytes_sent) == ("transport.windows-stuck", 900)
    way.abort()
    assert spooler.deleted == [1]
    assert spooler.handles == 0


def test_elsewhere_the_address_is_refused_with_what_to_use_instead() -> None:
    if win32raw.is_usable():
        pytest.skip("this is Windows")
    with pytest.raises(TransportError, match="cups://") as failed:
        open_transport("winspool://XP-58").open()
    assert failed.value.code == "transport.windows-only"
