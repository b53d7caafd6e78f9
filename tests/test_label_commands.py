"""`ocop labels` at a station: Ctrl-C, cancel, resume, void, templates by name."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.commands.main import main
from printers.virtual import VirtualPrinter
from tests.labelling_room import account, kinds, station
from tests.pages.cooperative import GTIN, LOT
from tests.test_labelling import dead_job


def ocop(folder: Path, *words: str) -> int:
    return main(["labels", words[0], GTIN, LOT, *words[1:], "--dir", str(folder)])


def test_ctrl_c_ends_between_two_labels_and_says_how_many_came_out(tmp_path: Path) -> None:
    with (
        station(tmp_path) as (services, _),
        VirtualPrinter(tmp_path / "slow", speed_mm_s=50) as slow,
    ):
        services.printers.add("cham", "virtual", slow.address)
        running = subprocess.Popen(
            [
                *(sys.executable, "-m", "api.commands.main", "labels", "print", GTIN, LOT),
                *("--count", "10", "--printer", "cham", "--dir", str(services.folder)),
                *("--lang", "vi"),
            ],
            cwd=Path(__file__).resolve().parents[1],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        ends = time.monotonic() + 60
        while not slow.printed and time.monotonic() < ends:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
        assert running.returncode == 130, told
        assert "Đã dừng" in told
        services.station.catch_up()
        found = account(services)
        assert found["in_doubt"] == 0
        assert 1 <= found["confirmed"] <= 5
        assert found["confirmed"] == slow.printed
        assert kinds(services)[-1] == "labels-printed"


def test_resume_prints_what_a_dead_process_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with station(tmp_path) as (services, printer):
        serials = dead_job(services, ("sent",))
        assert ocop(services.folder, "resume", "--lang", "en") == 2
        assert "in doubt" in capsys.readouterr().err
        assert ocop(services.folder, "void", "--last-good", serials[0]) == 0
        capsys.readouterr()
        assert ocop(services.folder, "resume", "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert told["status"]["confirmed"] == 5
        assert printer.printed == 4
        assert ocop(services.folder, "resume", "--lang", "vi") == 2
        assert "không có lượt in dở" in capsys.readouterr().err


def test_cancel_and_void_waiting_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with station(tmp_path) as (services, _):
        dead_job(services, ())
        assert ocop(services.folder, "cancel", "--json") == 0
        assert json.loads(capsys.readouterr().out)["waiting"] == 10
        assert ocop(services.folder, "void", "--waiting") == 2
        assert ocop(services.folder, "void", "--waiting", "--reason", "lost", "--json") == 0
        told = capsys.readouterr()
        assert json.loads(told.out)["void"] == 10
        assert "10" in told.err


def test_a_template_is_chosen_by_name_and_an_unknown_one_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with station(tmp_path) as (services, printer):
        words = ("print", "--count", "1", "--lang", "en")
        assert ocop(services.folder, *words, "--template", "no-such") == 2
        assert "no-such" in capsys.readouterr().err
        assert printer.printed == 0
        assert ocop(services.folder, *words, "--template", "nho-30x20") == 0
        assert account(services)["confirmed"] == 1
