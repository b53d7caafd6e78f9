"""`ocop printer ...` as a person meets it."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from api.commands.main import main
from api.labels.printer_list import PrinterList
from printers.bitmap import Bitmap
from printers.errors import EncodingError
from printers.profile import SHIPPED, Profile
from printers.testing import draw_test_label, encode_test_label, stock_of, vietnamese_letters
from printers.virtual import Faults, VirtualPrinter


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop") / "ledger"
    assert main(["init", "--dir", str(folder), "--lang", "en"]) == 0
    return folder


def ocop(*words: object) -> int:
    return main(["printer", *map(str, words)])


def asked(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    capsys.readouterr()
    ocop(*words, "--json")
    return json.loads(capsys.readouterr().out)


def test_a_printer_is_added_listed_tested_and_removed(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with VirtualPrinter(tmp_path) as printer:
        to = printer.address
        assert ocop("add", "quay", "--profile", "virtual", "--to", to, "--dir", shop) == 0
        known = asked(capsys, "list", "--dir", shop)
        assert {"name": "quay", "profile": "virtual", "address": to, "send": "whole"} in known
        assert ocop("test", "quay", "--dir", shop) == 0
        ends = time.monotonic() + 5
        while not list(tmp_path.glob("*.png")) and time.monotonic() < ends:
            time.sleep(0.02)
        profile = Profile.shipped("virtual")
        wanted = draw_test_label("quay", profile, stock_of(profile))
        (path,) = tmp_path.glob("*.png")
        printed = Bitmap.from_png(path.read_bytes()).image()
        assert printed.crop((0, 0, wanted.width, wanted.height)).tobytes() == (
            wanted.image().tobytes()
        )
    assert ocop("remove", "quay", "--dir", shop) == 0
    assert not [one for one in asked(capsys, "list", "--dir", shop) if one["name"] == "quay"]
    assert ocop("remove", "quay", "--dir", shop) == 2


def test_status_says_in_vietnamese_what_is_known_and_what_is_not(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        VirtualPrinter(tmp_path / "a") as good,
        VirtualPrinter(tmp_path / "b", faults=Faults(paper_out_after=0)) as empty,
    ):
        for name, profile, one in (
            ("tot", "virtual", good),
            ("het-giay", "virtual", empty),
            ("mu", "escpos-58", good),
        ):
            to = one.address
            assert ocop("add", name, "--profile", profile, "--to", to, "--dir", shop) == 0
        capsys.readouterr()
        assert ocop("status", "tot", "--dir", shop, "--lang", "vi") == 0
        assert "giấy" in capsys.readouterr().out
        assert ocop("status", "het-giay", "--dir", shop, "--lang", "vi") == 1
        assert "hết giấy" in capsys.readouterr().out.lower()
        unknown = asked(capsys, "status", "mu", "--dir", shop)[0]
        assert (unknown["reached"], unknown["paper"], unknown["wrong"]) == (True, None, False)
        assert ocop("status", "--dir", shop) == 1
        everyone = {one["name"]: one for one in asked(capsys, "status", "--dir", shop)}
        assert everyone["tot"]["paper"] is True
        assert everyone["het-giay"]["paper"] is False
    gone = asked(capsys, "status", "tot", "--dir", shop)[0]
    assert (gone["reached"], gone["wrong"], gone["paper"]) == (False, True, None)
    for name in ("tot", "het-giay", "mu"):
        assert ocop("remove", name, "--dir", shop) == 0


def test_wrong_printers_are_refused_and_nothing_is_saved(shop: Path) -> None:
    for words in (
        ("x1", "--profile", "no-such", "--to", "tcp://127.0.0.1:9100"),
        ("x2", "--profile", "escpos-58", "--to", "lpt1:"),
        ("Ô", "--profile", "escpos-58", "--to", "tcp://127.0.0.1:9100"),
        ("x4", "--profile", "a4-50x40", "--to", "tcp://127.0.0.1:9100"),
        ("x5", "--profile", "a4-50x40", "--to", "file:///no/such/folder"),
        ("x3", "--profile", "escpos-58", "--to", "cups://tem", "--send", "changes"),
    ):
        assert ocop("add", *words, "--dir", shop) == 2
    assert PrinterList(shop / "printers.json").all() == []


def test_the_way_of_sending_is_kept_and_old_lists_are_read(tmp_path: Path) -> None:
    path = tmp_path / "printers.json"
    path.write_text('[{"name": "cu", "profile": "escpos-58", "address": "file:///tmp/x"}]')
    known = PrinterList(path)
    assert known.get("cu").send == "whole"
    known.add("nhanh", "virtual", "serial:///dev/ttyUSB0?baud=115200", "changes")
    assert PrinterList(path).get("nhanh").send == "changes"
    assert PrinterList(path).get(None).name == "cu"
    with pytest.raises(EncodingError):
        known.add("mu", "escpos-58", "tcp://127.0.0.1:9100", "changes")


def test_find_lists_what_answers_and_says_when_nothing_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with VirtualPrinter(tmp_path) as printer:
        port = printer.port
        found = asked(capsys, "find", "127.0.0.1", "--port", port)
        assert [one["address"] for one in found] == [printer.address]
        assert ocop("find", "127.0.0.1", "--port", port, "--lang", "vi") == 0
        assert "ESC/POS" in capsys.readouterr().out
    assert ocop("find", "127.0.0.1", "--port", port, "--lang", "vi") == 1
    assert "Không có máy nào" in capsys.readouterr().err
    assert ocop("find", "10.0.0.0/8") == 2


def test_a_network_printer_without_a_port_is_looked_for_on_9100_there(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        printer = VirtualPrinter(tmp_path, 9100)
    except OSError:
        pytest.skip("port 9100 of this machine is taken")
    with printer:
        words = ("mang", "--profile", "virtual", "--to", "tcp://127.0.0.1", "--dir", shop)
        assert ocop("add", *words) == 0
        assert asked(capsys, "list", "--dir", shop)[0]["address"] == "tcp://127.0.0.1:9100"
        assert ocop("remove", "mang", "--dir", shop) == 0
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 9100)) == 0:
            pytest.skip("another program answers on port 9100")
    assert ocop("add", *words) == 2
    assert "9100" in capsys.readouterr().err


@pytest.mark.parametrize("name", SHIPPED)
def test_every_profile_has_a_test_label_it_can_print(name: str) -> None:
    profile = Profile.shipped(name)
    media = stock_of(profile)
    picture = draw_test_label("quay-1", profile, media)
    assert len(encode_test_label(picture, profile, media)) > 1000


def test_the_test_label_measures_and_shows_all_134_letters() -> None:
    letters = vietnamese_letters()
    assert (len(letters), len(set(letters))) == (134, 134)
    assert all(one.isalpha() and ord(one) > 127 for one in letters)
    profile = Profile.shipped("escpos-58")
    picture = draw_test_label("quay-1", profile, stock_of(profile)).image().convert("L")
    width, height = picture.size
    ink = picture.load()
    assert ink is not None
    # Both edges of the printable width are marked from top to bottom.
    assert all(ink[x, y] == 0 for x in (0, width - 1) for y in range(height))
    # A bar of exactly 100 dots, and ruler ticks every 8 dots.
    runs = []
    for y in range(height):
        row = "".join("#" if ink[x, y] == 0 else "." for x in range(2, width - 2))
        runs += [len(run) for run in row.split(".") if len(run) > 60]
    assert runs.count(100) == 8
    ticks = [x for x in range(10, width - 2) if all(ink[x, y] == 0 for y in range(42, 52))]
    assert ticks[:5] == [10, 18, 26, 34, 42]


def test_sheets_go_into_their_folder_as_a_pdf(shop: Path, tmp_path: Path) -> None:
    to = tmp_path.as_uri()
    assert ocop("add", "a4", "--profile", "a4-50x40", "--to", to, "--dir", shop) == 0
    assert ocop("test", "a4", "--dir", shop) == 0
    assert (tmp_path / "a4-test.pdf").read_bytes().startswith(b"%PDF")
    assert ocop("status", "a4", "--dir", shop) == 0
    assert ocop("remove", "a4", "--dir", shop) == 0
