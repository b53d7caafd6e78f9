"""What a dead process, a wrong choice or an unforeseen failure leaves behind is no label lost."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from api.bootstrap import Services
from api.errors import DoorError
from api.labels.jobs import Job
from printers.errors import EncodingError
from printers.spooling.outcome import JobOutcome
from printers.spooling.schema import PrintItem
from tests.labelling_room import account, kinds, station
from tests.pages.cooperative import GTIN, LOT


def dead_reprint(services: Services, serial: str) -> str:
    """What a process leaves that died after it had queued a copy, before it recorded one."""
    desk = services.labelling.desk
    with desk.spool() as spool:
        shape = desk.templates.get("goi-50x40")
        job = spool.next_job_id(f"{GTIN}/{LOT}/")
        copy = PrintItem(f"{GTIN}/{serial}", serial, b"drawn", 2, "damaged")
        spool.add_job(job, "may", [copy], b"", (shape.name, shape.digest()))
    return job


def test_the_copy_of_a_dead_process_is_never_printed_without_a_statement(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        (serial,), _ = services.labelling.print_labels(GTIN, LOT, 1, "may")
        job = dead_reprint(services, serial)
        with pytest.raises(DoorError) as refused:
            services.labelling.resume(job)
        assert refused.value.code == "nothing-queued"
        assert printer.printed == 1
        assert "labels-reprinted" not in kinds(services)
        assert services.labelling.unfinished() == []


def test_a_copy_can_be_asked_for_again_after_its_process_died(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        (serial,), _ = services.labelling.print_labels(GTIN, LOT, 1, "may")
        dead_reprint(services, serial)
        assert services.labelling.reprint(GTIN, LOT, serial, "damaged", "may").ending == "done"
        assert (printer.printed, kinds(services).count("labels-reprinted")) == (2, 1)
        assert account(services)["confirmed"] == 1


def test_no_serial_is_issued_for_a_label_that_the_printer_cannot_print(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        before = kinds(services)
        with pytest.raises(EncodingError):
            services.labelling.print_labels(GTIN, LOT, 12, "may", "tron-80")
        assert (kinds(services), printer.printed) == (before, 0)
        assert account(services)["issued"] == 10


def test_a_device_file_is_real_paper(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        services.printers.add("usb", "virtual", "file:///dev/usb/lp0")
        desk = services.labelling.desk
        unset = replace(desk, settings=replace(desk.settings, base_url=None))
        with pytest.raises(DoorError) as refused:
            unset.refuse_no_address(unset.list_of_printers.get("usb"))
        assert refused.value.code == "base-url-missing"


def test_a_job_that_fails_as_nobody_foresaw_does_not_look_finished(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):

        def work(_: Job) -> JobOutcome:
            raise OSError(28, "No space left on device")

        running = services.labelling.running
        job = running.get(running.start(Job(GTIN, LOT, 3), work))
        assert job is not None
        ends = time.monotonic() + 10
        while not job.done and time.monotonic() < ends:
            time.sleep(0.01)
        assert "No space left" in (job.fault("vi") or "")
