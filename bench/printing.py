"""Printing: how busy a fast printer is kept, and what a large job costs."""

from __future__ import annotations

import re
import socket
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from printers.design.render import lay_out
from printers.design.template import Template
from printers.dialogue.process_id import answer_of, to_number
from printers.encoders.choose import encode_label
from printers.label import Label
from printers.profile import Profile
from printers.spooling.outcome import JobOutcome, Progress
from printers.spooling.schema import PrintItem
from printers.spooling.spool import Spool
from printers.spooling.worker import print_job
from printers.transport import open_transport
from printers.virtual import VirtualPrinter

Row = tuple[str, str, str]

_FIELDS = {
    "product_name": "Chè Shan tuyết Phìn Hồ",
    "net_content": "100 g",
    "made_on": "02/04/26",
    "use_by": "02/04/28",
    "lot": "PH-260402-A",
    "origin": "Việt Nam",
    "producer_name": "HTX Chế biến chè Phìn Hồ",
    "producer_address": "xã Thông Nguyên, tỉnh Tuyên Quang",
}
_TEMPLATE = Template.shipped("goi-50x40")
_PROFILE = Profile.shipped("virtual")
_FAST_MM_S = 250.0
_WATCHED = 60
_JOB = 2_000
_SPOOLED = 10_000
_BATCH = 16  # as many as the worker draws at once
_REQUEST = re.compile(rb"\x1d\(H\x06\x00\x30\x30(.{4})", re.DOTALL)
_STATUS = b"\x10\x04\x04"  # the last question of a round


def _item(n: int) -> PrintItem:
    return PrintItem(f"B/{n}", f"{n}", None)


def _payload(number: int) -> bytes:
    serial = f"{number:06}K7M2"
    url = f"HTTPS://TRUYXUAT.VN/01/08936012345674/10/{_FIELDS['lot']}/21/{serial}"
    words = {name: text for name, text in _FIELDS.items() if name in _TEMPLATE.fields}
    return encode_label(lay_out(_TEMPLATE, Label(serial, url, words, 4)), _PROFILE).payload


def _draw(serials: Sequence[str]) -> list[bytes]:
    return [_payload(int(serial)) for serial in serials]


def _print(folder: Path, address: str, count: int) -> tuple[JobOutcome, float]:
    """A job of `count` labels; seconds from its first label's first byte to the last answer."""
    at: list[float] = []

    def progress(one: Progress) -> None:
        if one.state in ("sending", "confirmed"):
            at.append(time.monotonic())

    with Spool(folder / "spool.db", lambda: "t") as spool:
        spool.add_job("bench", "p", map(_item, range(1, count + 1)))
        outcome = print_job(
            spool,
            "bench",
            open_transport(address),
            _PROFILE,
            on_progress=progress,
            draw=_draw,
        )
    return outcome, at[-1] - at[0]


def _utilisation() -> Row:
    with (
        tempfile.TemporaryDirectory() as folder,
        VirtualPrinter(Path(folder) / "paper", speed_mm_s=_FAST_MM_S) as printer,
    ):
        _draw(["1"])
        outcome, seconds = _print(Path(folder), printer.address, _WATCHED)
        busy = printer.busy_seconds
    done = outcome.counts["confirmed"]
    measured = f"{busy / seconds:.1%} busy, {done / seconds:.2f} labels/s, {done} of {_WATCHED}"
    return f"simulated {_FAST_MM_S:.0f} mm/s printer", measured, ">= 95 % busy"


class _Sink:
    """A printer that takes no time: it reads, and answers what it is asked."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        link, _ = self._server.accept()
        tail = b""
        with link, self._server:
            while received := link.recv(65_536):
                stream = tail + received
                if stream.endswith(_STATUS):
                    link.sendall(b"\x12" * 4)
                end = 0
                for found in _REQUEST.finditer(stream):
                    number = to_number(b"\x37\x22" + found[1] + b"\x00")
                    if number is not None:
                        link.sendall(answer_of(number))
                    end = found.end()
                tail = stream[max(end, len(stream) - 10) :]


def _large_job() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        cpu = time.process_time()
        outcome, seconds = _print(Path(folder), _Sink().address, _JOB)
        cpu = time.process_time() - cpu
        size = (Path(folder) / "spool.db").stat().st_size
    done = outcome.counts["confirmed"]
    measured = (
        f"{seconds:.1f} s, {cpu:.1f} s CPU, {done / seconds:.0f} labels/s, spool {size >> 10} KiB"
    )
    return f"job of {_JOB:,} labels, each confirmed by a printer without a mechanism", measured, ""


def _spooled() -> Row:
    with (
        tempfile.TemporaryDirectory() as folder,
        Spool(Path(folder) / "s.db", lambda: "t") as spool,
    ):
        cpu = time.process_time()
        spool.add_job("bench", "p", map(_item, range(1, _SPOOLED + 1)))
        while serials := spool.undrawn("bench", _BATCH):
            spool.keep_drawn("bench", dict(zip(serials, _draw(serials), strict=True)))
        cpu = time.process_time() - cpu
    return f"{_SPOOLED:,} labels rendered, encoded, spooled", f"{cpu:.1f} s CPU", "<= 20 s CPU"


def rows() -> list[Row]:
    """(what, measured, bar)."""
    return [_utilisation(), _large_job(), _spooled()]


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
