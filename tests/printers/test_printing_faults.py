from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from printers.bitmap import Bitmap
from printers.design.render import render
from printers.design.template import Template
from printers.errors import SpoolError
from printers.profile import Profile
from printers.spooling.outcome import JobOutcome, Progress
from printers.spooling.resync import end_of_old_command
from printers.spooling.schema import PrintItem
from printers.spooling.spool import Spool
from printers.spooling.worker import print_job
from printers.transport import open_transport
from printers.transport.memory import MemoryTransport
from printers.virtual import Faults, VirtualPrinter
from tests.printers.paper import profile_like, serials_on_paper
from tests.printers.sample_labels import items, label, qr_text, serial

HERE = Path(__file__).parent
LABELS = items(6)


def quick() -> Profile:
    """The virtual printer's profile with a short patience."""
    return profile_like(acknowledge_seconds=0.4)


def finish(spool: Spool, folder: Path, job: str = "j") -> None:
    """Resolve by what is really on the paper, then print the rest on a sound printer."""
    if spool.counts(job)["in_doubt"]:
        good = serials_on_paper(folder)
        seen = [x.serial for x in spool.labels(job) if x.serial in good]
        spool.resolve(job, seen[-1] if seen else None)
    with VirtualPrinter(folder) as printer:
        outcome = print_job(spool, job, open_transport(printer.address), quick())
    assert outcome.ending == "done", outcome
    assert outcome.counts["confirmed"] + outcome.counts["void"] == sum(outcome.counts.values())
    on_paper = serials_on_paper(folder)
    assert max(on_paper.values()) == 1, on_paper
    for printed in spool.labels(job):
        if printed.state == "confirmed":
            assert on_paper[printed.serial] == 1


def run(
    tmp_path: Path, faults: Faults, labels: list[PrintItem] | None = None
) -> tuple[Spool, JobOutcome]:
    spool = Spool(tmp_path / "s.db", lambda: "t")
    spool.add_job("j", "p", labels or LABELS)
    with VirtualPrinter(tmp_path / "paper", faults=faults) as printer:
        outcome = print_job(spool, "j", open_transport(printer.address), quick())
    return spool, outcome


def test_the_virtual_paper_holds_the_rendered_bitmaps_dot_for_dot(tmp_path: Path) -> None:
    spool, outcome = run(tmp_path, Faults())
    assert (outcome.ending, outcome.counts["confirmed"], outcome.needs_check_scan) == (
        "done",
        6,
        False,
    )
    template = Template.shipped("goi-50x40")
    for n in range(1, 7):
        png = (tmp_path / "paper" / f"{n:06}.png").read_bytes()
        assert Bitmap.from_png(png) == render(template, label(n))
        with Image.open(tmp_path / "paper" / f"{n:06}.png") as image:
            assert [c.text for c in zxingcpp.read_barcodes(image)] == [qr_text(n)]
    spool.close()


# Before the first label: the question for the state, the end of an old command, the agreement.
GREETING = 12 + len(end_of_old_command(quick())) + 11
SIZE = sum(len(x.payload or b"") + 11 for x in LABELS)


@pytest.mark.parametrize(
    "byte", [1, 9000, *(GREETING + 1 + n * (SIZE - 2) // 9 for n in range(10))]
)
@pytest.mark.parametrize("kind", ["drop_at_byte", "die_at_byte"])
def test_a_lost_connection_at_any_byte_doubles_and_loses_nothing(
    tmp_path: Path, byte: int, kind: str
) -> None:
    drops = kind == "drop_at_byte"
    faults = Faults(drop_at_byte=byte) if drops else Faults(die_at_byte=byte)
    spool, outcome = run(tmp_path, faults)
    assert outcome.counts["in_doubt"] <= 2
    assert outcome.counts["sending"] == outcome.counts["sent"] == 0
    assert outcome.ending == "fault" or outcome.counts["confirmed"] == 6
    finish(spool, tmp_path / "paper")
    spool.close()


@pytest.mark.parametrize("byte", [1, 5000, *(GREETING + n for n in (1, 5000, SIZE - 5))])
def test_a_stalled_printer_leaves_at_most_two_in_doubt(tmp_path: Path, byte: int) -> None:
    spool, outcome = run(tmp_path, Faults(stall_at_byte=byte))
    assert outcome.ending == "fault"
    assert (byte > GREETING) <= outcome.counts["in_doubt"] <= 2
    assert outcome.error is not None
    assert outcome.error.code in ("printer.silent", "transport.stalled")
    finish(spool, tmp_path / "paper")
    spool.close()


@pytest.mark.parametrize(
    ("faults", "code", "word"),
    [
        (Faults(paper_out_after=3), "printer.paper-out", "hết giấy"),
        (Faults(cover_open_after=0), "printer.cover-open", "nắp"),
    ],
)
def test_paper_out_and_open_cover_are_said_within_two_seconds(
    tmp_path: Path, faults: Faults, code: str, word: str
) -> None:
    with Spool(tmp_path / "s.db", lambda: "t") as spool:
        spool.add_job("j", "p", LABELS)
        with VirtualPrinter(tmp_path / "paper", faults=faults) as printer:
            started = time.monotonic()
            way = open_transport(printer.address)
            outcome = print_job(spool, "j", way, Profile.shipped("virtual"))
            assert time.monotonic() - started < 2
        assert outcome.error is not None
        assert outcome.error.code == code
        assert word in outcome.error.say("vi")
        assert outcome.counts["in_doubt"] <= 2
        finish(spool, tmp_path / "paper")


def test_a_job_goes_on_by_itself_when_paper_is_refilled_in_time(tmp_path: Path) -> None:
    with (
        Spool(tmp_path / "s.db", lambda: "t") as spool,
        VirtualPrinter(tmp_path / "paper", faults=Faults(paper_out_after=2)) as printer,
    ):
        spool.add_job("j", "p", LABELS)
        seen: list[Progress] = []

        def watch(progress: Progress) -> None:
            seen.append(progress)
            if progress == Progress(serial(3), "sent"):
                printer.refill()

        outcome = print_job(spool, "j", open_transport(printer.address), quick(), on_progress=watch)
    assert outcome.counts["confirmed"] == 6
    assert len(seen) == 18


@pytest.mark.parametrize("state", ["sending", "sent", "confirmed"])
@pytest.mark.parametrize("after", [0, 3])
def test_a_killed_worker_never_sends_a_label_again(tmp_path: Path, state: str, after: int) -> None:
    paper = tmp_path / "paper"
    with Spool(tmp_path / "s.db", lambda: "t") as spool, VirtualPrinter(paper) as printer:
        spool.add_job("j", "p", LABELS)
        ran = subprocess.run(
            [
                sys.executable,
                "-B",
                str(HERE / "print_until_killed.py"),
                str(tmp_path / "s.db"),
                "j",
                str(printer.port),
                state,
                str(after),
            ],
            env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
            timeout=30,
            check=False,
        )
        assert ran.returncode == -9
    with Spool(tmp_path / "s.db", lambda: "t") as spool:
        way = MemoryTransport()
        outcome = print_job(spool, "j", way, quick(), stop=lambda: True)
        doubted = outcome.counts["in_doubt"]
        assert doubted <= 2
        assert (outcome.ending == "in_doubt") == (doubted > 0)
        assert print_job(spool, "j", way, quick(), stop=lambda: True).counts == outcome.counts
        assert way.sent == []
        assert sum(outcome.counts.values()) == 6
        finish(spool, paper)


def test_a_write_only_printer_asks_for_a_check_scan_at_the_end(tmp_path: Path) -> None:
    with Spool(tmp_path / "s.db", lambda: "t") as spool:
        spool.add_job("j", "p", items(3, "escpos-58"))
        way = MemoryTransport()
        outcome = print_job(spool, "j", way, Profile.shipped("escpos-58"))
        assert (outcome.ending, outcome.needs_check_scan) == ("done", True)
        assert outcome.counts["in_doubt"] == 3
        assert len(way.sent) == 3
        assert spool.resolve("j", serial(2)).void == (serial(3),)
        again = print_job(spool, "j", way, Profile.shipped("escpos-58"))
        assert (again.ending, len(way.sent)) == ("done", 3)


def test_a_printer_that_is_not_there_leaves_all_labels_queued(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Spool(tmp_path / "s.db", lambda: "t") as spool:
        spool.add_job("j", "p", LABELS)
        outcome = print_job(spool, "j", open_transport(f"tcp://127.0.0.1:{port}"), quick())
        assert (outcome.ending, outcome.counts["queued"]) == ("fault", 6)


def test_stop_ends_after_the_labels_on_their_way(tmp_path: Path) -> None:
    with (
        Spool(tmp_path / "s.db", lambda: "t") as spool,
        VirtualPrinter(tmp_path / "paper") as printer,
    ):
        spool.add_job("j", "p", LABELS)
        way = open_transport(printer.address)
        outcome = print_job(
            spool, "j", way, quick(), stop=lambda: spool.counts("j")["confirmed"] >= 2
        )
        assert outcome.ending == "stopped"
        assert 2 <= outcome.counts["confirmed"] <= 4
        assert outcome.counts["in_doubt"] == 0
        with pytest.raises(SpoolError):
            print_job(spool, "k", way, quick())


def test_raster_with_a_real_time_sequence_would_be_answered_as_a_command(tmp_path: Path) -> None:
    """Why the encoder avoids these bytes: the printer answers in the middle of a picture."""
    with VirtualPrinter(tmp_path) as printer:
        way = open_transport(printer.address)
        way.open()
        way.send(b"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x02")
        assert way.receive(2) == b"\x12"
        way.abort()


def test_speed_is_simulated(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path / "paper", speed_mm_s=400) as printer:
        spool = Spool(tmp_path / "s.db", lambda: "t")
        spool.add_job("j", "p", LABELS[:3])
        started = time.monotonic()
        outcome = print_job(spool, "j", open_transport(printer.address), quick())
        spool.close()
    assert outcome.counts["confirmed"] == 3
    assert time.monotonic() - started > 3 * 35 / 400
