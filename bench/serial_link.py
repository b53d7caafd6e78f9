"""Labels a second over a real serial speed: 115200 baud through a pseudo-terminal."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from printers.design.render import lay_out
from printers.design.template import Template
from printers.encoders.choose import Send, encode_label
from printers.label import Label
from printers.profile import Profile
from printers.transport.serial_port import SerialTransport
from printers.virtual.serial_line import SerialLine
from printers.virtual.server import VirtualPrinter

_BAUD = 115_200
_LABELS: dict[Send, int] = {"whole": 6, "changes": 24}
_FIELDS = {
    "product_name": "Chè Shan tuyết Phìn Hồ",
    "net_content": "100 g",
    "made_on": "02/04/26",
    "use_by": "02/04/28",
    "lot": "PH-260402-A",
    "origin": "Việt Nam",
    "producer_name": "HTX Chế biến chè Phìn Hồ",
    "producer_address": "thôn Phìn Hồ, xã Thông Nguyên, tỉnh Tuyên Quang",
}


def _label(n: int) -> Label:
    serial = f"{n:06}K7M2"
    url = f"HTTPS://TRUYXUAT.VN/01/08936012345674/10/PH-260402-A/21/{serial}"
    return Label(serial, url, _FIELDS, 4)


def _measure(send: Send) -> tuple[float, float]:
    """(labels a second, bytes a label): from the first byte until the last label is on paper.

    The background that `changes` sends once is part of the time, and of no label's bytes.
    """
    template, profile = Template.shipped("tron-58-nhanh"), Profile.shipped("virtual")
    count = _LABELS[send]
    labels = [encode_label(lay_out(template, _label(n)), profile, send) for n in range(count)]
    with (
        tempfile.TemporaryDirectory() as folder,
        VirtualPrinter(Path(folder)) as printer,
        SerialLine(printer.address, _BAUD) as line,
    ):
        way = SerialTransport(line.path, _BAUD)
        way.open()
        started = time.monotonic()
        if labels[0].prologue:
            way.send(labels[0].prologue)
        for label in labels:
            way.send(label.payload)
        while printer.printed < count and time.monotonic() < started + 60:
            time.sleep(0.005)
        took = time.monotonic() - started
        way.close()
        done = printer.printed
    size = sum(len(label.payload) for label in labels) / count
    return (done / took if done == count else 0.0), size


def rows() -> list[tuple[str, str, str]]:
    """(what, measured, bar): labels a second through a line that passes 11520 bytes a second."""
    whole, whole_bytes = _measure("whole")
    changes, changes_bytes = _measure("changes")
    return [
        (
            "serial 115200, whole picture",
            f"{whole:.2f} labels/s ({whole_bytes:.0f} bytes)",
            "beside, no bar",
        ),
        (
            "serial 115200, changes only",
            f"{changes:.2f} labels/s ({changes_bytes:.0f} bytes)",
            ">= 4 labels/s",
        ),
    ]


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
