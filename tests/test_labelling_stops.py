"""A job that is stopped prints nothing more: by a hold, by somebody's word, from elsewhere."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from api.bootstrap import Services
from api.labels.jobs import THREADS
from api.labels.run import Watch
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from printers.errors import AttentionError
from tests.labelling_room import account, kinds, on_paper, reopened, station
from tests.pages.cooperative import GTIN, LOT, PARTY


def hold(services: Services) -> None:
    body = {"lots": [{"item": GTIN, "code": LOT}], "reason": "contamination"}
    services.station.record(Draft("held", PARTY, services.station.now_text(), body))


def test_a_lot_held_just_before_the_first_label_prints_none(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        watch = Watch(on_start=lambda *_: hold(services), patience_seconds=0)
        with pytest.raises(LedgerError) as refused:
            services.labelling.print_labels(GTIN, LOT, 3, "may", watch=watch)
        assert refused.value.code == "lot-stopped"
        assert printer.printed == 0
        assert account(services)["waiting"] == 10


def test_a_lot_held_while_a_copy_waits_for_paper_prints_no_copy(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        (serial,), _ = services.labelling.print_labels(GTIN, LOT, 1, "may")
        printer.trouble(paper_out_after=0)

        def trouble(found: AttentionError | None) -> None:
            if found is not None:
                hold(services)
                printer.refill()

        watch = Watch(on_trouble=trouble, patience_seconds=30)
        with pytest.raises(LedgerError) as refused:
            services.labelling.reprint(GTIN, LOT, serial, "damaged", "may", watch=watch)
        assert refused.value.code == "lot-stopped"
        assert printer.printed == 1
        assert "labels-reprinted" not in kinds(services)
        assert account(services)["confirmed"] == 1


def test_a_sheet_that_somebody_stops_is_not_written(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        folder = tmp_path / "to-in"
        folder.mkdir()
        services.printers.add("van-phong", "a4-50x40", folder.as_uri())
        watch = Watch(stop=lambda: True, patience_seconds=0)
        _, outcome = services.labelling.print_labels(GTIN, LOT, 5, "van-phong", watch=watch)
        assert outcome.ending == "stopped"
        assert list(folder.iterdir()) == []
        assert account(services)["waiting"] == 10


def test_a_job_cancelled_by_another_process_does_not_say_that_it_is_done(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        other = reopened(services)

        def cancel(*_: object) -> None:
            other.labelling.cancel_lot(GTIN, LOT)

        watch = Watch(on_start=cancel, patience_seconds=0)
        _, outcome = services.labelling.print_labels(GTIN, LOT, 3, "may", watch=watch)
        other.close()
        assert outcome.ending == "stopped"
        assert (printer.printed, account(services)["waiting"]) == (0, 10)
        assert not on_paper(tmp_path)


def test_a_station_that_is_closed_lets_the_labels_under_way_end(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        other = reopened(services)
        name = other.labelling.start_printing(GTIN, LOT, 3, "may", "goi-50x40")
        other.close()
        job = other.labelling.job(name)
        assert job is not None and job.done and job.outcome is not None
        assert (job.outcome.ending, account(services)["confirmed"]) == ("done", 3)


def test_what_a_job_that_waits_for_paper_reads_from_is_not_taken_from_under_it(
    tmp_path: Path,
) -> None:
    with station(tmp_path) as (services, _):
        found: list[sqlite3.Connection] = []
        began, ends = threading.Event(), threading.Event()

        def waits() -> None:
            found.append(services.tables.connection())
            began.set()
            ends.wait(10)

        thread = threading.Thread(target=waits, name=f"{THREADS}9")
        thread.start()
        assert began.wait(10)
        services.tables.close(spare=THREADS)
        assert found[0].execute("SELECT 1").fetchone() == (1,)
        ends.set()
        thread.join(10)
        found[0].close()
