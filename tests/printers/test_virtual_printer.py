"""The virtual printer as a printer: commands, answers, troubles while it runs, and its speed."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops

from printers.bitmap import Bitmap
from printers.design.render import lay_out, render
from printers.design.template import Template
from printers.encoders.choose import encode_label
from printers.encoders.escpos import encode
from printers.profile import Profile
from printers.virtual import Faults, Stock, VirtualPrinter
from tests.printers.escpos_reference import decode, dots
from tests.printers.sample_labels import label

TEMPLATE = Template.shipped("goi-50x40")
ID = b"\x1d(H\x06\x00\x30\x30"


def payload(n: int) -> bytes:
    return encode(render(TEMPLATE, label(n)), Profile.shipped("virtual"), TEMPLATE.media)


@contextmanager
def connected(printer: VirtualPrinter) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", printer.port), timeout=5) as link:
        yield link


def read(link: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        more = link.recv(count - len(found))
        assert more, f"connection ended after {found.hex(' ')}"
        found += more
    return found


def ask(link: socket.socket, question: bytes, count: int = 1) -> bytes:
    link.sendall(question)
    return read(link, count)


def quiet(link: socket.socket, seconds: float = 0.3) -> bool:
    """Nothing arrives for so long."""
    link.settimeout(seconds)
    try:
        return not link.recv(1)
    except TimeoutError:
        return True
    finally:
        link.settimeout(5)


def until(what: object, seconds: float = 5.0) -> None:
    ends = time.monotonic() + seconds
    while not what():  # type: ignore[operator]  # a lambda of the test
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.01)


def statuses(link: socket.socket) -> str:
    return " ".join(ask(link, bytes([16, 4, kind])).hex() for kind in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("fault", "answers"),
    [
        ({}, "12 12 12 12"),
        ({"paper_out_after": 0}, "1a 32 12 72"),
        ({"cover_open_after": 0}, "1a 16 12 12"),
        ({"hot_after": 0}, "1a 52 52 12"),
        ({"jam_after": 0}, "1a 52 16 12"),
        ({"offline_after": 0}, "1a 12 12 12"),
        ({"paper_low_after": 0}, "12 12 12 1e"),
    ],
)
def test_real_time_status_tells_each_trouble_and_its_end(
    tmp_path: Path, fault: dict[str, int], answers: str
) -> None:
    with VirtualPrinter(tmp_path) as printer, connected(printer) as link:
        printer.trouble(**fault)
        assert statuses(link) == answers
        printer.clear()
        assert statuses(link) == "12 12 12 12"


def test_an_unknown_fault_is_refused(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path) as printer:
        with pytest.raises(TypeError, match="expected one of"):
            printer.trouble(explode=True)
        with pytest.raises(ValueError, match="expected 0 or more"):
            printer.trouble(hot_after=-1)


def test_troubles_while_running_are_counted_from_then_on(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path) as printer, connected(printer) as link:
        link.sendall(payload(1))
        until(lambda: printer.printed == 1)
        printer.trouble(paper_out_after=1)
        link.sendall(payload(2) + payload(3))
        until(lambda: printer.state() == {"paper-out"})
        assert quiet(link)
        assert printer.printed == 2
        printer.refill()
        until(lambda: printer.printed == 3)


def test_a_silent_printer_prints_and_says_nothing(tmp_path: Path) -> None:
    with (
        VirtualPrinter(tmp_path, faults=Faults(silent=True)) as printer,
        connected(printer) as link,
    ):
        link.sendall(payload(1) + ID + b"AAAA\x10\x04\x01")
        until(lambda: printer.printed == 1)
        assert quiet(link)


def test_an_odd_printer_answers_with_no_answer(tmp_path: Path) -> None:
    with (
        VirtualPrinter(tmp_path, faults=Faults(odd_reply=True)) as printer,
        connected(printer) as link,
    ):
        assert ask(link, b"\x10\x04\x01", 4)[0] & 0b1001_0011 != 0b0001_0010


def test_slow_answers_come_late_and_in_order(tmp_path: Path) -> None:
    with (
        VirtualPrinter(tmp_path, faults=Faults(slow_replies_seconds=0.4)) as printer,
        connected(printer) as link,
    ):
        started = time.monotonic()
        link.sendall(payload(1) + ID + b"AAAA" + payload(2) + ID + b"AAAB")
        assert read(link, 14) == b"7\x22AAAA\x007\x22AAAB\x00"
        assert 0.4 <= time.monotonic() - started < 2


def test_a_printer_that_keeps_its_buffer_prints_after_the_connection_is_lost(
    tmp_path: Path,
) -> None:
    faults = Faults(keeps_buffer=True)
    with VirtualPrinter(tmp_path, faults=faults, speed_mm_s=200) as printer:
        with connected(printer) as link:
            link.sendall(payload(1) + payload(2))
            until(lambda: printer.rows_printed > 0)
        assert printer.printed == 0
        until(lambda: printer.printed == 2)
    assert [one.name for one in sorted(tmp_path.iterdir())] == ["000001.png", "000002.png"]


def test_half_a_raster_command_swallows_the_beginning_of_the_next_connection(
    tmp_path: Path,
) -> None:
    raster = b"\x1dv0\x00\x02\x00\x03\x00"
    with VirtualPrinter(tmp_path, faults=Faults(keeps_buffer=True)) as printer:
        with connected(printer) as link:
            link.sendall(b"\x1b@" + raster + b"\xaa\xaa\xaa")
            until(lambda: printer.idle)
        with connected(printer) as link:
            # The first three bytes are dots of the old picture, the rest commands of the new.
            link.sendall(b"\x1b@\x0f" + b"\x0c")
            until(lambda: printer.printed == 1)
    found = Bitmap.from_png((tmp_path / "000001.png").read_bytes())
    assert [found.row(y)[:2] for y in range(3)] == [b"\xaa\xaa", b"\xaa\x1b", b"@\x0f"]


def test_without_a_kept_buffer_half_a_label_is_torn_and_forgotten(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path) as printer:
        with connected(printer) as link:
            link.sendall(payload(1)[:-1] + b"\x1dv0\x00\x02\x00\x03\x00\xaa")
        until((tmp_path / "000001-torn.png").exists)
        with connected(printer) as link:
            link.sendall(payload(2))
            until(lambda: printer.printed == 1)
    assert Bitmap.from_png((tmp_path / "000002.png").read_bytes()) == render(TEMPLATE, label(2))


def test_sensor_identity_and_automatic_status_are_answered_in_turn(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path) as printer, connected(printer) as link:
        assert ask(link, b"\x1dr\x01\x1dr\x02", 2) == b"\0\0"
        printer.trouble(paper_low_after=0)
        assert ask(link, b"\x1dr1") == b"\x03"
        assert ask(link, b"\x1dIC", 9) == b"_virtual\0"
        assert ask(link, b"\x1da\xff", 4).hex() == "10000300"
        printer.trouble(cover_open_after=0)
        assert read(link, 4).hex() == "38000300"
        printer.clear()
        assert read(link, 4).hex() == "10000000"


def test_a_label_without_paper_is_not_acknowledged_until_there_is_some(tmp_path: Path) -> None:
    faults = Faults(paper_out_after=0)
    with VirtualPrinter(tmp_path, faults=faults) as printer, connected(printer) as link:
        link.sendall(payload(1) + b"\x1dr\x01")
        assert quiet(link)
        printer.refill()
        assert read(link, 1) == b"\x00"


def test_the_decoder_agrees_with_an_independent_one(tmp_path: Path) -> None:
    stream = b"".join(payload(n) for n in range(1, 4))
    with VirtualPrinter(tmp_path) as printer, connected(printer) as link:
        link.sendall(stream)
        until(lambda: printer.printed == 3)
    for n, rows in enumerate(decode(stream, 384), 1):
        found = Bitmap.from_png((tmp_path / f"{n:06}.png").read_bytes())
        assert dots(found.rows, found.width, found.height) == rows


def test_a_native_qr_symbol_is_printed_where_it_is_asked_for(tmp_path: Path) -> None:
    text = b"HTTPS://TRUYXUAT.VN/01/08936012345674/10/A/21/000001K7M2"
    setting = b"\x1d(k\x04\x00\x31\x41\x32\x00\x1d(k\x03\x00\x31\x43\x04\x1d(k\x03\x00\x31\x45\x31"
    store = b"\x1d(k" + bytes([len(text) + 3, 0]) + b"\x31\x50\x30" + text
    stream = b"\x1b@" + setting + store + b"\x1bJ\x20"
    draw = b"\x1d(k\x03\x00\x31\x51\x30"
    with VirtualPrinter(tmp_path) as printer, connected(printer) as link:
        link.sendall(stream + b"\x1b$\x40\x00" + draw + b"\x1bJ\x20\x0c")
        link.sendall(stream + b"\x1ba\x01" + draw + b"\x1bJ\x20\x0c")
        until(lambda: printer.printed == 2)
        assert printer.unknown_commands == 0
    for name, left in (("000001.png", 64), ("000002.png", None)):
        with Image.open(tmp_path / name) as image:
            (code,) = zxingcpp.read_barcodes(image.convert("L"))
            assert code.text == text.decode()
            assert code.ec_level == "M"
            box = image.convert("L").point(lambda level: 255 - level).getbbox()
        assert box is not None
        size = box[2] - box[0]
        assert (size - 68) % 16 == 0  # 17 + 4 v modules of 4 dots
        assert box == (box[0], 32, box[0] + size, 32 + size)
        assert box[0] == ((384 - size) // 2 if left is None else left)


def test_a_downloaded_picture_is_printed_again_and_again_until_a_restart(tmp_path: Path) -> None:
    # 16 dots wide, 8 high, by columns: a diagonal and its mirror.
    columns = bytes(1 << (7 - x) for x in range(8)) + bytes(1 << x for x in range(8))
    stored = b"\x1b@\x1d*\x02\x01" + columns
    with VirtualPrinter(tmp_path) as printer, connected(printer) as link:
        link.sendall(stored + b"\x1dL\x08\x00\x1d/\x00\x1dL\x00\x00\x1d/\x00\x0c")
        until(lambda: printer.printed == 1)
        link.sendall(b"\x1b@\x1d/\x00\x0c")
        until(lambda: printer.unknown_commands == 1)
    found = Bitmap.from_png((tmp_path / "000001.png").read_bytes())
    assert found.height == 16
    assert [found.row(y)[:3].hex() for y in (0, 7, 8, 15)] == [
        "008001",
        "000180",
        "800100",
        "018000",
    ]


def test_unknown_commands_are_counted_and_text_is_seen_on_the_paper(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path) as printer, connected(printer) as link:
        link.sendall(b"\x1bz\x1d\x99Xin chao\n\x0c")
        until(lambda: printer.printed == 1)
        assert printer.unknown_commands == 2
        assert list(printer.log) == ["1b 7a", "1d 99"]
    found = Bitmap.from_png((tmp_path / "000001.png").read_bytes())
    assert found.height == 30
    assert any(found.rows)


def test_label_stock_moves_to_the_next_gap_and_shows_whole_labels(tmp_path: Path) -> None:
    with (
        VirtualPrinter(tmp_path, stock=Stock.parse("gap:50x40+3")) as printer,
        connected(printer) as link,
    ):
        link.sendall(b"\x1dv0\x00\x01\x00\x01\x00\xff\x0c" * 2)
        until(lambda: printer.printed == 2)
        assert printer.rows_printed == 2 * 43 * 8
    assert Bitmap.from_png((tmp_path / "000002.png").read_bytes()).height == 320


@pytest.mark.parametrize("text", ["gap:50", "roll:58", "continuous:0", "gap:50x0", "gap:9999x40"])
def test_an_unknown_stock_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Stock.parse(text)


def test_a_printer_whose_buffer_never_empties_is_busy_all_the_time(tmp_path: Path) -> None:
    stream = b"".join(payload(n) for n in range(1, 11))
    stock = Stock.parse("gap:50x40")
    with (
        VirtualPrinter(tmp_path, speed_mm_s=250, stock=stock, buffer_bytes=4096) as printer,
        connected(printer) as link,
    ):
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        started = time.monotonic()
        link.sendall(stream)
        until(lambda: printer.printed == 10)
        wall = time.monotonic() - started
        assert printer.busy_seconds == pytest.approx(10 * 42 / 250, rel=0.001)
    assert printer.busy_seconds / wall >= 0.95
    assert printer.rows_printed == 10 * 336


def test_a_full_buffer_stops_the_sender(tmp_path: Path) -> None:
    faults = Faults(offline_after=0)
    with (
        VirtualPrinter(tmp_path, faults=faults, buffer_bytes=4096) as printer,
        connected(printer) as link,
    ):
        link.settimeout(0.5)
        with pytest.raises(TimeoutError):
            link.sendall(bytes(20_000_000))
        printer.mend("offline")
        until(lambda: printer.state() == frozenset())


def test_power_lost_in_the_middle_of_a_label_leaves_a_torn_one(tmp_path: Path) -> None:
    whole = payload(1)
    faults = Faults(die_at_byte=2 * len(whole))
    with (
        VirtualPrinter(tmp_path, faults=faults, speed_mm_s=100) as printer,
        connected(printer) as link,
    ):
        link.sendall(whole)
        until(lambda: printer.rows_printed > 50)
        link.sendall(whole)
        with pytest.raises(ConnectionResetError):
            link.recv(1)
    assert printer.printed == 0
    assert [one.name for one in tmp_path.iterdir()] == ["000001-torn.png"]


def test_labels_sent_as_changes_come_out_as_drawn_but_for_the_mask(tmp_path: Path) -> None:
    template, profile = Template.shipped("tron-58-nhanh"), Profile.shipped("virtual")
    with VirtualPrinter(tmp_path) as printer, connected(printer) as link:
        for n in (1, 2):
            encoded = encode_label(lay_out(template, label(n)), profile, "changes")
            link.sendall((encoded.prologue if n == 1 else b"") + encoded.payload)
        until(lambda: printer.printed == 2)
        assert printer.unknown_commands == 0
    for n in (1, 2):
        laid = lay_out(template, label(n))
        found, drawn, qr = (
            Bitmap.from_png((tmp_path / f"{n:06}.png").read_bytes()),
            laid.bitmap(),
            laid.qr,
        )
        assert qr is not None
        side = qr.size * qr.module_dots
        box = (qr.x, qr.y, qr.x + side, qr.y + side)
        images = [one.image().convert("L") for one in (found, drawn)]
        for image in images:
            (code,) = zxingcpp.read_barcodes(image)
            assert code.text == qr.text
            image.paste(255, box)
        assert ImageChops.difference(*images).getbbox() is None


def test_paper_that_ends_in_the_middle_of_a_label_is_waited_for(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path, speed_mm_s=100) as printer, connected(printer) as link:
        link.sendall(payload(1) + ID + b"AAAA")
        until(lambda: printer.rows_printed > 40)
        printer.trouble(paper_out_after=0)
        assert ask(link, b"\x10\x04\x04") == b"\x72"
        assert quiet(link, 0.6)
        stood = printer.rows_printed
        assert stood < 320
        printer.refill()
        assert read(link, 7) == b"7\x22AAAA\x00"
    assert Bitmap.from_png((tmp_path / "000001.png").read_bytes()) == render(TEMPLATE, label(1))
