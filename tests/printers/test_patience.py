"""Patience with people ends, also when the printer's trouble comes and goes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from pathlib import Path

from printers.spooling.spool import Spool
from printers.spooling.worker import print_job
from printers.transport.lan import LanTransport
from tests.printers.paper import profile_like
from tests.printers.sample_labels import items


def test_a_printer_that_stops_and_goes_on_for_ever_does_not_hold_a_job_for_ever(
    tmp_path: Path,
) -> None:
    """Paper out in every second answer, and no label ever acknowledged."""
    good, bad = b"\x12\x12\x12\x12", b"\x1a\x32\x12\x72"
    with socket.create_server(("127.0.0.1", 0)) as server, Spool(tmp_path / "s.db", str) as spool:

        def serve() -> None:
            link, _ = server.accept()
            rounds = 0
            with link, contextlib.suppress(OSError):
                while more := link.recv(65_536):
                    for _ in range(more.count(b"\x10\x04\x04")):
                        link.sendall(bad if rounds % 2 else good)
                        rounds += 1

        threading.Thread(target=serve, daemon=True).start()
        spool.add_job("j", "p", items(6))
        spool.line_opened("p")
        spool.line_closed("p")
        started = time.monotonic()
        outcome = print_job(
            spool,
            "j",
            LanTransport("127.0.0.1", server.getsockname()[1]),
            profile_like(acknowledge_seconds=2),
            patience_seconds=2.5,
            stop=lambda: time.monotonic() - started > 15,
        )
    assert time.monotonic() - started < 8
    assert outcome.error is not None
    assert outcome.error.code == "printer.paper-out"
    assert outcome.needs_check_scan
