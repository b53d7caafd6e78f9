"""CPU time per label of the printing room, beside the naive way, in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from escpos.printer import Dummy

from printers.design.render import render
from printers.design.template import Template
from printers.encoders.escpos import encode
from printers.label import Label
from printers.profile import Profile

_FIELDS = {
    "product_name": "Chè Shan tuyết Phìn Hồ",
    "net_content": "100 g",
    "made_on": "02/04/26",
    "use_by": "02/04/28",
    "origin": "Việt Nam",
    "producer_name": "HTX Chế biến chè Phìn Hồ",
    "producer_address": "thôn Phìn Hồ, xã Thông Nguyên, tỉnh Tuyên Quang",
}
_RUNS = 7
_LABELS = 20


def _label(n: int, lot: str) -> Label:
    serial = f"{n:06}K7M2"
    url = f"HTTPS://TRUYXUAT.VN/01/08936012345674/10/{lot}/21/{serial}"
    return Label(serial, url, {**_FIELDS, "lot": lot}, 4)


# A named model: without one the library prints a warning for every code, which would be measured.
_DUMMY = Dummy(profile="TM-T88III")


def _naive(n: int) -> None:
    printer = _DUMMY
    printer.clear()
    label = _label(n, "PH-260402-A")
    printer.qr(label.qr, native=False, size=4)
    for text in (*_FIELDS.values(), label.serial):
        printer.text(text + "\n")
    printer.cut()


def rows() -> list[tuple[str, str, str]]:
    """(what, measured, bar): medians of 7 interleaved runs of 20 labels, process CPU time."""
    template, profile = Template.shipped("goi-50x40"), Profile.shipped("virtual")

    def ours(n: int, lot: str) -> bytes:
        return encode(render(template, _label(n, lot)), profile, template.media)

    ways: dict[str, Callable[[int], object]] = {
        # A lot code never seen before misses the background's cache.
        "uncached": lambda n: ours(n, f"PH-{n:06}-A"),
        "cached": lambda n: ours(n, "PH-260402-A"),
        "naive": _naive,
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    number = 1
    for way in ways.values():
        way(0)
    for _ in range(_RUNS):
        for name, way in ways.items():
            started = time.process_time()
            for n in range(number, number + _LABELS):
                way(n)
            spent[name].append((time.process_time() - started) * 1000 / _LABELS)
        number += _LABELS
    median = {name: statistics.median(times) for name, times in spent.items()}
    size = len(ours(1, "PH-260402-A"))
    return [
        ("label render + encode, uncached", f"{median['uncached']:.2f} ms CPU", "<= 10 ms"),
        ("label render + encode, cached", f"{median['cached']:.2f} ms CPU", "<= 1.5 ms"),
        ("naive python-escpos (qr + text)", f"{median['naive']:.2f} ms CPU", "beside, no bar"),
        ("bytes of a label", f"{size}", "<= 15374 (naive raster)"),
    ]


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
