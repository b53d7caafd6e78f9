"""The virtual printer speaking TSPL: labels, stored pictures, and its one byte of state."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from printers.bitmap import Bitmap
from printers.design.render import lay_out, render
from printers.design.template import Template
from printers.encoders.choose import Send, encode_label
from printers.profile import Profile
from printers.virtual import Faults, VirtualPrinter
from tests.printers.sample_labels import label
from tests.printers.test_virtual_printer import ask, connected, quiet, until
from tests.printers.tspl_reference import Printer

TEMPLATE = Template.shipped("goi-50x40")
LEFT = 8  # the label is 50 mm wide, its print area 48 mm


def printer_in(folder: Path, faults: Faults | None = None, speed: float = 1000) -> VirtualPrinter:
    return VirtualPrinter(folder, faults=faults, speed_mm_s=speed, language="tspl")


def dots(path: Path) -> list[list[int]]:
    found = Bitmap.from_png(path.read_bytes())
    return [
        [found.row(y)[x // 8] >> (7 - x % 8) & 1 for x in range(found.width)]
        for y in range(found.height)
    ]


@pytest.mark.parametrize("send", ["whole", "changes"])
def test_labels_come_out_as_drawn_and_as_an_independent_decoder_reads_them(
    tmp_path: Path, send: Send
) -> None:
    profile, stream = Profile.shipped("virtual-tspl"), b""
    for n in range(1, 4):
        encoded = encode_label(lay_out(TEMPLATE, label(n)), profile, send)
        stream += (b"" if n > 1 else encoded.prologue) + encoded.payload
    with printer_in(tmp_path) as printer, connected(printer) as link:
        link.sendall(stream)
        until(lambda: printer.printed == 3)
        assert printer.unknown_commands == 0
        assert printer.rows_printed == 3 * 336
    reference = Printer().feed(stream)
    for n in range(1, 4):
        found = dots(tmp_path / f"{n:06}.png")
        drawn = render(TEMPLATE, label(n))
        assert [row[LEFT : LEFT + drawn.width] for row in found] == [
            [drawn.row(y)[x // 8] >> (7 - x % 8) & 1 for x in range(drawn.width)]
            for y in range(drawn.height)
        ]
        assert [row[: len(found[0])] for row in reference[n - 1].rows] == found


@pytest.mark.parametrize(
    ("fault", "state", "longer"),
    [
        ({}, 0x00, "40404040"),
        ({"cover_open_after": 0}, 0x01, "45404060"),
        ({"jam_after": 0}, 0x02, "45404042"),
        ({"paper_out_after": 0}, 0x04, "45404041"),
        ({"paper_out_after": 0, "cover_open_after": 0}, 0x05, "45404061"),
        ({"offline_after": 0}, 0x10, "60404040"),
        ({"hot_after": 0}, 0x80, "45404140"),
    ],
)
def test_the_state_byte_tells_each_trouble(
    tmp_path: Path, fault: dict[str, int], state: int, longer: str
) -> None:
    with printer_in(tmp_path) as printer, connected(printer) as link:
        printer.trouble(**fault)
        assert ask(link, b"\x1b!?") == bytes([state])
        assert ask(link, b"\x1b!S", 8) == b"\x02" + bytes.fromhex(longer) + b"\x03\r\n"


def test_it_is_seen_printing_and_then_ready(tmp_path: Path) -> None:
    page = b"SIZE 50 mm,40 mm\r\nGAP 2 mm,0 mm\r\nCLS\r\nBAR 0,0,400,8\r\nPRINT 1,2\r\n"
    with printer_in(tmp_path, speed=100) as printer, connected(printer) as link:
        link.sendall(page)
        until(lambda: ask(link, b"\x1b!?") == b"\x20")
        assert printer.printed == 0
        until(lambda: ask(link, b"\x1b!?") == b"\x00")
        assert printer.printed == 2
    found = Bitmap.from_png((tmp_path / "000002.png").read_bytes())
    assert (found.width, found.height) == (400, 320)
    assert [any(found.row(y)) for y in (0, 7, 8)] == [True, True, False]


def one_bit_bmp(rows: list[int]) -> bytes:
    """8 dots wide, bottom row first, index 0 black (BMP, BITMAPINFOHEADER)."""
    body = b"".join(bytes([255 - row, 0, 0, 0]) for row in reversed(rows))
    info = struct.pack("<IiiHHIIiiII", 40, 8, len(rows), 1, 1, 0, len(body), 0, 0, 2, 0)
    colours = b"\0\0\0\0\xff\xff\xff\0"
    return struct.pack("<2sIHHI", b"BM", 62 + len(body), 0, 0, 62) + info + colours + body


def test_a_stored_picture_is_put_and_changed_by_each_mode(tmp_path: Path) -> None:
    stored = one_bit_bmp([0b11110000, 0b10101010])
    start = b'SIZE 16 dot,4 dot\r\nDOWNLOAD "A.BMP",%d,' % len(stored) + stored + b"\r\n"
    modes = b"".join(
        b'CLS\r\nPUTBMP 8,1,"A.BMP"\r\nBITMAP 8,1,1,1,%d,\x3c\r\nPRINT 1,1\r\n' % mode
        for mode in (0, 1, 2)
    )
    with printer_in(tmp_path) as printer, connected(printer) as link:
        link.sendall(start + modes + b'KILL "A.BMP"\r\nPUTBMP 0,0,"A.BMP"\r\nNONSENSE 1\r\n')
        until(lambda: printer.printed == 3)
        until(lambda: printer.unknown_commands == 2)
        assert list(printer.log)[-1].endswith(b"NONSENSE 1".hex(" "))
    # Ink of the BITMAP is where its bits are 0: 1100 0011.
    for n, expected in ((1, 0b11000011), (2, 0b11110011), (3, 0b00110011)):
        found = Bitmap.from_png((tmp_path / f"{n:06}.png").read_bytes())
        assert [found.row(y).hex() for y in range(4)] == [
            "0000",
            f"00{expected:02x}",
            "00aa",
            "0000",
        ]


def test_half_a_bitmap_waits_for_the_next_connection_or_is_forgotten(tmp_path: Path) -> None:
    begun = b"SIZE 8 dot,2 dot\r\nCLS\r\nBITMAP 0,0,1,2,0,\x0f"
    with printer_in(tmp_path / "a", Faults(keeps_buffer=True)) as printer:
        with connected(printer) as link:
            link.sendall(begun)
            until(lambda: printer.idle)
        with connected(printer) as link:
            link.sendall(b"\xf0\r\nPRINT 1,1\r\n")
            until(lambda: printer.printed == 1)
    assert Bitmap.from_png((tmp_path / "a" / "000001.png").read_bytes()).rows == b"\xf0\x0f"
    with printer_in(tmp_path / "b") as printer:
        with connected(printer) as link:
            link.sendall(begun)
            until(lambda: printer.idle)
        with connected(printer) as link:
            link.sendall(b"\xf0\r\nCLS\r\nPRINT 1,1\r\n")
            until(lambda: printer.printed == 1)
    assert Bitmap.from_png((tmp_path / "b" / "000001.png").read_bytes()).rows == b"\x00\x00"


def test_a_restart_empties_the_buffer(tmp_path: Path) -> None:
    faults = Faults(offline_after=0)
    with printer_in(tmp_path, faults) as printer, connected(printer) as link:
        link.sendall(b"SIZE 8 dot,8 dot\r\nCLS\r\nPRINT 1,1\r\n")
        assert ask(link, b"\x1b!?") == b"\x10"
        link.sendall(b"\x1b!R")
        printer.clear()
        assert quiet(link)
        assert printer.printed == 0
        assert ask(link, b"\x1b!?") == b"\x00"
