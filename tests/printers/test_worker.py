"""The worker's conversation: state first, patience with people, prologue once, bytes drawn late."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from printers.errors import AttentionError, EncodingError, TransportError
from printers.profile import Profile
from printers.spooling.outcome import Progress
from printers.spooling.schema import PrintItem
from printers.spooling.spool import Spool
from printers.spooling.worker import print_job
from printers.transport import open_transport
from printers.transport.lan import LanTransport
from printers.transport.memory import MemoryTransport
from printers.virtual import Faults, VirtualPrinter
from tests.printers.paper import profile_like, serials_on_paper
from tests.printers.sample_labels import items, serial

LABELS = items(6)


@contextmanager
def job(
    tmp_path: Path, faults: Faults | None = None, prologue: bytes = b""
) -> Iterator[tuple[Spool, VirtualPrinter]]:
    with (
        Spool(tmp_path / "s.db", lambda: "t") as spool,
        VirtualPrinter(tmp_path / "paper", faults=faults) as printer,
    ):
        spool.add_job("j", "p", LABELS, prologue)
        yield spool, printer


def test_nothing_is_sent_to_a_printer_known_to_be_out_of_paper(tmp_path: Path) -> None:
    with job(tmp_path, Faults(paper_out_after=0)) as (spool, printer):
        outcome = print_job(spool, "j", open_transport(printer.address), profile_like())
        assert outcome.error is not None
        assert (outcome.error.code, outcome.counts["queued"]) == ("printer.paper-out", 6)
        assert not outcome.needs_check_scan


def test_the_job_waits_for_a_person_and_goes_on_from_where_it_truly_stopped(
    tmp_path: Path,
) -> None:
    heard: list[str | None] = []
    since: list[float] = []
    with job(tmp_path, Faults(paper_out_after=2)) as (spool, printer):

        def progress(one: Progress) -> None:
            if one == Progress(serial(2), "confirmed"):
                since.append(time.monotonic())

        def trouble(found: AttentionError | None) -> None:
            heard.append(None if found is None else found.code)
            if found is not None:
                since.append(time.monotonic())
                threading.Timer(0.5, printer.refill).start()

        outcome = print_job(
            spool,
            "j",
            open_transport(printer.address),
            profile_like(),
            on_progress=progress,
            on_trouble=trouble,
            patience_seconds=20,
        )
        assert outcome.ending == "done"
        assert outcome.counts["confirmed"] == 6
    assert heard == ["printer.paper-out", None]
    assert since[1] - since[0] < 2
    assert set(serials_on_paper(tmp_path / "paper").values()) == {1}


@pytest.mark.parametrize("stops", [False, True])
def test_when_patience_ends_or_somebody_stops_the_labels_on_their_way_are_in_doubt(
    tmp_path: Path, stops: bool
) -> None:
    told = threading.Event()
    with job(tmp_path, Faults(cover_open_after=1)) as (spool, printer):
        started = time.monotonic()
        outcome = print_job(
            spool,
            "j",
            open_transport(printer.address),
            profile_like(),
            on_trouble=lambda _: told.set(),
            patience_seconds=60 if stops else 0.6,
            stop=lambda: stops and told.is_set(),
        )
        assert time.monotonic() - started < 5
        assert outcome.error is not None
        assert outcome.error.code == "printer.cover-open"
        assert 1 <= outcome.counts["in_doubt"] <= 2
        assert outcome.counts["queued"] >= 3
        assert sum(outcome.counts.values()) == 6


def test_a_printer_that_confirms_nothing_is_still_asked_how_it_is(tmp_path: Path) -> None:
    asked = profile_like(status_tier="T0")
    heard: list[str | None] = []
    sent: list[str] = []
    with job(tmp_path, Faults(paper_out_after=3)) as (spool, printer):

        def trouble(found: AttentionError | None) -> None:
            heard.append(None if found is None else found.code)
            threading.Timer(0.3, printer.refill).start()

        def progress(one: Progress) -> None:
            # Its buffer takes all six labels: without this the job may end before the paper does.
            if one.state == "sent":
                sent.append(one.serial)
                ends = time.monotonic() + 10
                while printer.printed < min(len(sent), 3) and time.monotonic() < ends:
                    time.sleep(0.01)

        outcome = print_job(
            spool,
            "j",
            open_transport(printer.address),
            asked,
            on_progress=progress,
            on_trouble=trouble,
            patience_seconds=20,
        )
        assert (outcome.ending, outcome.counts["in_doubt"]) == ("done", 6)
    assert heard == ["printer.paper-out", None]
    assert len(serials_on_paper(tmp_path / "paper")) == 6


def test_a_printer_that_counts_its_answers_confirms_as_well(tmp_path: Path) -> None:
    with job(tmp_path) as (spool, printer):
        counting = profile_like(status_tier="T2")
        outcome = print_job(spool, "j", open_transport(printer.address), counting)
        assert outcome.counts["confirmed"] == 6
        assert printer.printed == 6


class Recorded:
    """A real connection whose sent payloads can be looked at."""

    def __init__(self, address: str) -> None:
        self._way = open_transport(address)
        self.sent: list[bytes] = []
        self.can_reply = True
        self.address = address
        self.open, self.receive = self._way.open, self._way.receive
        self.close, self.abort = self._way.close, self._way.abort

    def send(self, payload: bytes) -> None:
        self.sent.append(payload)
        self._way.send(payload)


PROLOGUE = b"\x1b@\x1b@\x1b@"


def test_the_prologue_is_sent_once_after_each_opening_before_the_first_label(
    tmp_path: Path,
) -> None:
    with job(tmp_path, prologue=PROLOGUE) as (spool, printer):
        for stop_after in (2, 6):
            way = Recorded(printer.address)
            print_job(
                spool,
                "j",
                way,
                profile_like(),
                stop=lambda: spool.counts("j")["confirmed"] >= stop_after,  # noqa: B023  # used at once
            )
            assert way.sent.count(PROLOGUE) == 1
            first = next(n for n, sent in enumerate(way.sent) if len(sent) > 1000 and any(sent[:4]))
            assert way.sent.index(PROLOGUE) < first
        assert spool.counts("j")["confirmed"] == 6


def test_a_prologue_that_fails_leaves_every_label_queued(tmp_path: Path) -> None:
    with job(tmp_path, prologue=PROLOGUE) as (spool, printer):

        class Cut(Recorded):
            def send(self, payload: bytes) -> None:
                if payload == PROLOGUE:
                    raise TransportError("transport.closed", 2, address="x", why="x", seconds="1")
                super().send(payload)

        outcome = print_job(spool, "j", Cut(printer.address), profile_like())
        assert (outcome.ending, outcome.counts["queued"]) == ("fault", 6)


def test_labels_are_drawn_a_few_at_a_time_and_their_bytes_leave_the_spool(tmp_path: Path) -> None:
    drawn: list[int] = []
    with (
        Spool(tmp_path / "s.db", lambda: "t") as spool,
        VirtualPrinter(tmp_path / "paper") as printer,
    ):
        spool.add_job("j", "p", [PrintItem(x.key, x.serial, None) for x in items(40)])

        def draw(serials: Sequence[str]) -> list[bytes]:
            drawn.append(len(serials))
            assert 40 - spool.counts("j")["queued"] >= sum(drawn) - len(serials)
            return [LABELS[0].payload or b"" for _ in serials]

        outcome = print_job(spool, "j", open_transport(printer.address), profile_like(), draw=draw)
        assert outcome.counts["confirmed"] == 40
    assert len(drawn) == 3
    with sqlite3.connect(tmp_path / "s.db") as db:
        assert db.execute("SELECT max(length(payload)) FROM label").fetchone() == (0,)
    db.close()


def test_a_label_that_cannot_be_drawn_brings_no_doubt_over_those_on_their_way(
    tmp_path: Path,
) -> None:
    with (
        Spool(tmp_path / "s.db", lambda: "t") as spool,
        VirtualPrinter(tmp_path / "paper") as printer,
    ):
        spool.add_job("j", "p", [PrintItem(x.key, x.serial, None) for x in items(20)])

        def draw(serials: Sequence[str]) -> list[bytes]:
            if serial(20) in serials:
                raise EncodingError("encoding.real-time", row=1, found="10 04")
            return [LABELS[0].payload or b"" for _ in serials]

        outcome = print_job(spool, "j", open_transport(printer.address), profile_like(), draw=draw)
        assert outcome.error is not None
        assert outcome.error.code == "encoding.real-time"
        assert (outcome.counts["confirmed"], outcome.counts["queued"]) == (16, 4)


def test_without_anybody_to_draw_them_undrawn_labels_stay_queued(tmp_path: Path) -> None:
    with Spool(tmp_path / "s.db", lambda: "t") as spool:
        spool.add_job("j", "p", [PrintItem("k", "s", None)])
        outcome = print_job(spool, "j", MemoryTransport(), Profile.shipped("escpos-58"))
        assert (outcome.ending, outcome.counts["queued"]) == ("stopped", 1)


def test_whoever_objects_just_before_a_label_leaves_keeps_it_queued(tmp_path: Path) -> None:
    def object_to(one: Progress) -> None:
        if one == Progress(serial(3), "sending"):
            raise ZeroDivisionError

    with job(tmp_path) as (spool, printer):
        with pytest.raises(ZeroDivisionError):
            print_job(
                spool,
                "j",
                open_transport(printer.address),
                profile_like(),
                on_progress=object_to,
            )
        counts = spool.counts("j")
        assert (counts["queued"], counts["sending"]) == (4, 0)
        assert counts["confirmed"] + counts["in_doubt"] == 2


def test_a_full_disk_is_one_sentence_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    with (
        Spool(tmp_path / "s.db", lambda: "t") as spool,
        VirtualPrinter(tmp_path / "paper") as printer,
    ):
        spool.add_job("j", "p", [PrintItem(x.key, x.serial, None) for x in items(40)])
        database = spool._file._db
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages + 20}")  # room for five labels
        payload = LABELS[0].payload or b""
        way = open_transport(printer.address)
        outcome = print_job(
            spool, "j", way, profile_like(), draw=lambda serials: [payload for _ in serials]
        )
        assert outcome.error is not None
        assert outcome.error.code == "spool.unwritable"
        assert "chỗ" in outcome.error.say("vi") or "ổ đĩa" in outcome.error.say("vi")
        assert (outcome.counts["queued"], printer.printed) == (40, 0)


@pytest.mark.parametrize("patience", [30.0, 0.0])
def test_a_printer_that_takes_no_more_is_told_within_two_seconds_and_waited_for(
    tmp_path: Path, patience: float
) -> None:
    """Its buffer is full, so that nothing can be asked; the label goes on at the very byte."""
    received = bytearray()
    refilled = threading.Event()
    with socket.socket() as server, Spool(tmp_path / "s.db", lambda: "t") as spool:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        server.bind(("127.0.0.1", 0))
        server.listen()

        def serve() -> None:
            link, _ = server.accept()
            with link, contextlib.suppress(OSError):
                refilled.wait(20)
                while more := link.recv(65_536):
                    received.extend(more)

        printing = threading.Thread(target=serve)
        printing.start()
        payload = bytes(range(1, 16)) * 100_000
        spool.add_job("j", "p", [PrintItem("k", "s", payload)])
        heard: list[tuple[float, str | None]] = []
        started = time.monotonic()

        def trouble(found: AttentionError | None) -> None:
            heard.append((time.monotonic() - started, found.code if found else None))
            if found is not None:
                threading.Timer(1.0, refilled.set).start()

        way = LanTransport(
            "127.0.0.1", server.getsockname()[1], stall_seconds=0.7 if patience else 2.5
        )
        outcome = print_job(
            spool,
            "j",
            way,
            Profile.shipped("escpos-58"),
            on_trouble=trouble,
            patience_seconds=patience,
        )
        refilled.set()
        printing.join(10)
    if patience:
        assert [code for _, code in heard] == ["spool.not-taking", None]
        assert heard[0][0] < 2
        assert outcome.ending == "done"
        assert bytes(received) == payload
    else:
        assert outcome.error is not None
        assert outcome.error.code == "transport.stalled"
        assert None not in [code for _, code in heard]
    assert outcome.counts["in_doubt"] == 1


def answering(*answers: bytes) -> Iterator[int]:
    """A server that gives the first answer to the first bytes, and so on; the last one for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            link, _ = server.accept()
            with link, contextlib.suppress(OSError):
                given = 0
                while link.recv(1_000_000):
                    link.sendall(answers[min(given, len(answers) - 1)])
                    given += 1
                    time.sleep(0.05)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.mark.parametrize(("answers", "doubted"), [((b"OK",), 0), ((b"\x12\x12\x12\x12", b"OK"), 1)])
def test_an_odd_reply_is_never_taken_as_fine(
    tmp_path: Path, answers: tuple[bytes, ...], doubted: int
) -> None:
    with Spool(tmp_path / "s.db", lambda: "t") as spool:
        spool.add_job("j", "p", LABELS[:1])
        spool.line_opened("p")
        spool.line_closed("p")
        for port in answering(*answers):
            way = open_transport(f"tcp://127.0.0.1:{port}")
            outcome = print_job(spool, "j", way, profile_like())
        assert outcome.error is not None
        assert outcome.error.code == "printer.odd-reply"
        assert outcome.counts["in_doubt"] == doubted
