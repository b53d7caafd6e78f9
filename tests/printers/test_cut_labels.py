"""A label that the connection cut in half, in a printer that keeps what it received."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from printers.bitmap import Bitmap
from printers.design.render import render
from printers.design.template import Template
from printers.spooling.outcome import Progress
from printers.spooling.worker import print_job
from printers.transport import open_transport
from printers.virtual import Faults
from tests.printers.paper import profile_like
from tests.printers.sample_labels import label, serial
from tests.printers.test_worker import job


@pytest.mark.parametrize("byte", [300, 3000, 9000])
def test_a_label_cut_in_half_never_eats_the_next_connections_label(
    tmp_path: Path, byte: int
) -> None:
    """The printer keeps the half-received picture and waits for its rest."""
    patient = profile_like(acknowledge_seconds=10)
    with job(tmp_path, Faults(keeps_buffer=True)) as (spool, printer):

        def progress(one: Progress) -> None:
            # On a busy machine the next label would leave before the connection is seen to break.
            if one == Progress(serial(2), "sending"):
                ends = time.monotonic() + 10
                while printer.connected and time.monotonic() < ends:
                    time.sleep(0.01)
                time.sleep(0.05)

        print_job(spool, "j", open_transport(printer.address), patient, stop=lambda: True)
        printer.trouble(drop_at_byte=12 + byte)
        way = open_transport(printer.address)
        outcome = print_job(spool, "j", way, patient, on_progress=progress)
        assert outcome.counts["in_doubt"] == 1
        assert printer.printed == 0
        spool.resolve("j", None)
        outcome = print_job(spool, "j", open_transport(printer.address), patient)
        assert outcome.counts["confirmed"] == 5
    template = Template.shipped("goi-50x40")
    pictures = [Bitmap.from_png(p.read_bytes()) for p in sorted((tmp_path / "paper").glob("*.png"))]
    assert pictures[-5:] == [render(template, label(n)) for n in range(2, 7)]
