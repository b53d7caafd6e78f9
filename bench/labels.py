"""CPU time and bytes per label of every way to print, beside the naive ways, in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import qrcode
from escpos.printer import Dummy
from PIL import Image, ImageDraw, ImageFont

import printers
from printers.design.render import lay_out
from printers.design.template import Template
from printers.encoders.choose import encode_label
from printers.encoders.sheet import SheetLayout, compose_pdf
from printers.label import Label
from printers.profile import Profile, Send

_FIELDS = {
    "product_name": "Chè Shan tuyết Phìn Hồ",
    "net_content": "100 g",
    "made_on": "02/04/26",
    "use_by": "02/04/28",
    "origin": "Việt Nam",
    "producer_name": "HTX Chế biến chè Phìn Hồ",
    "producer_address": "xã Thông Nguyên, tỉnh Tuyên Quang",
}
_RUNS = 7
_LABELS = 20
_LINE_BYTES_A_SECOND = 11_520  # 115200 baud, ten bits a byte
_FONT = Path(printers.__path__[0]) / "fonts" / "NotoSans-Regular.ttf"


@dataclass(frozen=True)
class _Way:
    """What is measured, one label at a time: its bytes come back."""

    name: str
    print_one: Callable[[int], bytes]
    cpu_bar: str = "no bar"
    bytes_bar: str = ""


def _label(n: int, template: Template, lot: str = "PH-260402-A") -> Label:
    serial = f"{n:06}K7M2"
    url = f"HTTPS://TRUYXUAT.VN/01/08936012345674/10/{lot}/21/{serial}"
    known = {**_FIELDS, "lot": lot}
    return Label(serial, url, {k: v for k, v in known.items() if k in template.fields}, 4)


def _ours(template: str, profile: str, send: Send = "whole") -> Callable[[int], bytes]:
    shape, printer = Template.shipped(template), Profile.shipped(profile)
    return lambda n: encode_label(lay_out(shape, _label(n, shape)), printer, send).payload


def _uncached(n: int) -> bytes:
    # A lot code never seen before misses the background's cache.
    shape = Template.shipped("goi-50x40")
    laid = lay_out(shape, _label(n, shape, f"PH-{n:06}-A"))
    return encode_label(laid, Profile.shipped("virtual")).payload


def _sheet(n: int) -> bytes:
    shape = Template.shipped("goi-50x40")
    labels = [lay_out(shape, _label(n * 28 + k, shape)).bitmap() for k in range(28)]
    return compose_pdf(labels, SheetLayout.shipped("a4-50x40"))


# A named model: without one the library prints a warning for every code, which would be measured.
_DUMMY = Dummy(profile="TM-T88III")
_GOODS = Template.shipped("goi-50x40")


def _naive_text(n: int) -> bytes:
    label = _label(n, _GOODS)
    _DUMMY.clear()
    _DUMMY.qr(label.qr, native=False, size=4)
    for text in (*_FIELDS.values(), label.serial):
        _DUMMY.text(text + "\n")
    _DUMMY.cut()
    return bytes(_DUMMY.output)


def _naive_raster(n: int) -> bytes:
    label = _label(n, _GOODS)
    page = Image.new("1", (384, 320), 1)
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=4, border=4)
    code.add_data(label.qr)
    page.paste(code.make_image().get_image().convert("1"), (218, 64))
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(str(_FONT), 18)
    for line, text in enumerate((*_FIELDS.values(), label.serial)):
        pen.text((8, 4 + 24 * line), text, fill=0, font=font)
    _DUMMY.clear()
    _DUMMY.image(page)
    _DUMMY.cut()
    return bytes(_DUMMY.output)


_WAYS = (
    _Way("50x40 uncached lot, ESC/POS", _uncached, "<= 10 ms"),
    _Way("50x40, ESC/POS", _ours("goi-50x40", "virtual"), "<= 1.5 ms", "<= 15374"),
    _Way("50x40, TSPL", _ours("goi-50x40", "tsc-te200")),
    _Way("50x40, TSPL stored background", _ours("goi-50x40", "tsc-te200", "changes")),
    _Way("58 mm fast, ESC/POS", _ours("tron-58-nhanh", "virtual")),
    _Way(
        "58 mm fast, ESC/POS stored background + own QR",
        _ours("tron-58-nhanh", "virtual", "changes"),
        bytes_bar="<= 2880",
    ),
    _Way("naive python-escpos: qr() + text()", _naive_text, "beside"),
    _Way("naive raster: qrcode + image()", _naive_raster, "beside"),
)


def rows() -> list[tuple[str, str, str]]:
    """(what, measured, bar): medians of 7 interleaved runs of 20 labels, process CPU time."""
    spent: dict[str, list[float]] = {way.name: [] for way in _WAYS}
    for way in _WAYS:
        way.print_one(0)
    number = 1
    for _ in range(_RUNS):
        for way in _WAYS:
            started = time.process_time()
            for n in range(number, number + _LABELS):
                way.print_one(n)
            spent[way.name].append((time.process_time() - started) * 1000 / _LABELS)
        number += _LABELS
    table: list[tuple[str, str, str]] = []
    for way in _WAYS:
        size = len(way.print_one(number))
        pace = _LINE_BYTES_A_SECOND / size
        bars = ", ".join(
            bar for bar in (way.cpu_bar, way.bytes_bar and f"{way.bytes_bar} B") if bar
        )
        measured = f"{statistics.median(spent[way.name]):.2f} ms CPU, {size} B, {pace:.1f}/s at 115200 baud"
        table.append((f"label, {way.name}", measured, bars))
    _sheet(0)
    started = time.process_time()
    pdf = _sheet(1)
    cost = (time.process_time() - started) * 1000 / 28
    table.append(
        ("label, A4 sheet of 28 as PDF", f"{cost:.2f} ms CPU, {len(pdf) // 28} B", "no bar")
    )
    return table


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
