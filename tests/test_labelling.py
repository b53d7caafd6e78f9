"""Labels between ledger, spool and paper: every serial is accounted for, whatever happens."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from api.bootstrap import Services
from api.errors import DoorError
from api.labels.check import LabelRefused
from api.labels.jobs import Job
from api.labels.run import Watch
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.verify.wording import Refusal
from printers.design.template import Template
from printers.spooling.outcome import Progress
from printers.spooling.schema import PrintItem
from printers.spooling.spool import Spool
from printers.virtual import VirtualPrinter
from tests.labelling_room import AT_ONCE, account, kinds, on_paper, reopened, station
from tests.pages.cooperative import GTIN, LOT, PARTY, record


def wait_for(job: Job | None) -> Job:
    assert job is not None
    for thread in threading.enumerate():
        if thread.name == f"print-{job.name}":
            thread.join(30)
    assert job.done
    return job


def body_of(services: Services, kind: str) -> dict[str, object]:
    found = [
        services.projector.located(index).statement
        for index in range(services.log.size)
        if services.projector.located(index).statement.type == kind
    ]
    return dict(found[-1].body)


def test_what_was_printed_is_recorded_with_the_real_printer_and_template(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        template = services.labelling.templates()[0]
        assert template == "goi-50x40"
        serials, outcome = services.labelling.print_labels(GTIN, LOT, 12, "may", template)
        assert (outcome.ending, len(serials)) == ("done", 12)
        assert account(services) == {
            "issued": 12, "confirmed": 12, "in_doubt": 0, "void": 0, "waiting": 0,
        }  # fmt: skip
        assert set(on_paper(tmp_path)) == set(serials)
        printed = body_of(services, "labels-printed")
        assert (printed["printer"], printed["template"]) == ("may", template)
        law = body_of(services, "labels-issued")["law"]
        assert isinstance(law, dict)
        assert law["rules"] == "vn-2026"


def test_recorded_later_by_another_process_the_printer_is_still_the_real_one(
    tmp_path: Path,
) -> None:
    with station(tmp_path) as (services, _):
        serials = dead_job(services, ("sent", "sent"))
        other = reopened(services)
        assert other.labelling.resolve(GTIN, LOT, serials[1]) == (serials[:2], [])
        other.close()
        services.station.catch_up()
        printed = body_of(services, "labels-printed")
        assert (printed["printer"], printed["template"]) == ("may", "goi-50x40")


def test_a_second_print_on_a_busy_printer_says_wait_and_how_many(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        printer.trouble(paper_out_after=1)
        told = threading.Event()
        watch = Watch(on_trouble=lambda _: told.set(), patience_seconds=30)
        first = threading.Thread(
            target=services.labelling.print_labels, args=(GTIN, LOT, 5, "may"),
            kwargs={"watch": watch},
        )  # fmt: skip
        first.start()
        assert told.wait(10)
        other = reopened(services)
        with pytest.raises(DoorError) as refused:
            other.labelling.print_labels(GTIN, LOT, 2, "may")
        other.close()
        assert refused.value.code == "printing-now"
        assert "chờ" in refused.value.say("vi")
        assert account(services)["issued"] == 10
        printer.refill()
        first.join(30)
        assert account(services)["confirmed"] == 5


def test_two_starts_at_the_same_moment_print_no_serial_twice_and_say_no_internal_word(
    tmp_path: Path,
) -> None:
    with station(tmp_path) as (services, _), VirtualPrinter(tmp_path / "paper2") as second:
        services.printers.add("hai", "virtual", second.address)
        names = [
            services.labelling.start_printing(GTIN, LOT, 8, printer)
            for printer in ("may", "hai", "may", "hai")
        ]
        jobs = [wait_for(services.labelling.job(name)) for name in names]
        for job in jobs:
            assert job.problem is None or job.problem.code == "printing-now", job.fault("en")
        done = sum(8 for job in jobs if job.outcome is not None)
        assert done >= 16
        assert account(services)["confirmed"] == done
        assert (tmp_path / "paper2").exists()
        assert sum(len(list((tmp_path / p).glob("*.png"))) for p in ("paper", "paper2")) == done


def dead_job(services: Services, states: tuple[str, ...], count: int = 5) -> list[str]:
    """A job whose process died: its first labels left, the others are queued."""
    waiting = [s for s, state in services.labelling.states(GTIN, LOT).items() if state == "waiting"]
    template = services.labelling.desk.templates.get("goi-50x40")
    with services.labelling.desk.spool() as spool:
        before = spool.attempts(f"{GTIN}/")
        labels = [
            PrintItem(key, serial, b"x", before.get(key, (0, ""))[0] + 1, "never left the queue")
            for serial in waiting[:count]
            for key in [f"{GTIN}/{serial}"]
        ]
        spool.add_job(
            spool.next_job_id(f"{GTIN}/{LOT}/"),
            "may",
            labels,
            template=(template.name, template.digest()),
        )
        job = spool.job_ids(f"{GTIN}/{LOT}/")[-1]
        for state in states:
            claimed = spool.claim(job, lambda _, payload: payload)
            assert claimed is not None
            if state != "sending":
                spool.move(claimed.number, ("sending",), "sent")
    return waiting[:count]


def test_after_a_dead_process_resolve_then_print_the_rest(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        labelling = services.labelling
        serials = dead_job(services, ("sent", "sending"))
        (left,) = labelling.unfinished()
        assert (left.item, left.lot, left.queued, left.in_doubt) == (GTIN, LOT, 3, 2)
        with pytest.raises(DoorError) as refused:
            labelling.resume(left.job_id)
        assert refused.value.code == "job-in-doubt"
        assert labelling.doubted(GTIN, LOT) == serials[:2]
        assert labelling.resolve_listed(GTIN, LOT, [serials[1]]) == ([serials[1]], [serials[0]])
        name = labelling.start_resuming(left.job_id)
        assert wait_for(labelling.job(name)).fault("en") is None
        assert set(on_paper(tmp_path)) == set(serials[2:])
        found = account(services)
        assert (found["confirmed"], found["void"], found["waiting"]) == (4, 1, 5)
        assert labelling.unfinished() == []


def test_a_dead_queue_goes_back_to_waiting_at_the_next_print(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        serials = dead_job(services, ())
        printed, _ = services.labelling.print_labels(GTIN, LOT, 7, "may")
        assert printed[:5] == serials
        found = account(services)
        assert (found["confirmed"], found["issued"], found["waiting"]) == (7, 10, 3)


def test_the_rest_is_not_printed_on_a_template_that_has_changed(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        dead_job(services, ())
        with services.labelling.desk.spool() as spool:
            spool._file.run("UPDATE job SET template_digest = 'other'")
        with pytest.raises(DoorError) as refused:
            services.labelling.resume(f"{GTIN}/{LOT}/1")
        assert refused.value.code == "template-changed"
        assert printer.printed == 0
        assert account(services)["waiting"] == 10


def test_cancelling_gives_back_what_has_not_left(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        printer.trouble(paper_out_after=2)
        name = services.labelling.start_printing(GTIN, LOT, 9, "may")
        job = services.labelling.job(name)
        assert job is not None
        for _ in range(200):
            if job.trouble("vi"):
                break
            threading.Event().wait(0.05)
        assert "giấy" in str(job.trouble("vi"))
        assert job.progress["queued"] >= 5
        services.labelling.cancel(name)
        wait_for(job)
        found = account(services)
        assert found["waiting"] >= 6
        assert found["in_doubt"] <= 2
        assert job.progress["cancelled"] >= 5


@pytest.mark.parametrize("waiting", [True, False])
def test_void_serials_never_print_and_are_replaced_by_new_ones(
    tmp_path: Path, waiting: bool
) -> None:
    with station(tmp_path) as (services, _):
        labelling = services.labelling
        serials, _ = labelling.print_labels(GTIN, LOT, 3, "may")
        if waiting:
            assert len(labelling.void_waiting(GTIN, LOT, "lost")) == 7
        else:
            labelling.void(GTIN, LOT, serials[:1], "damaged")
            with services.labelling.desk.spool() as spool:
                assert spool.counts(f"{GTIN}/{LOT}/1")["void"] == 1
        voided = 7 if waiting else 1
        assert account(services)["void"] == voided
        labelling.print_labels(GTIN, LOT, 97 if waiting else 98, "may")
        found = account(services)
        assert (found["confirmed"], found["void"]) == (100, voided)
        with pytest.raises(Refusal):
            labelling.print_labels(GTIN, LOT, 1, "may")


def test_a_queued_label_that_the_ledger_voided_leaves_the_queue(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        serials = dead_job(services, (), 2)
        services.labelling.void(GTIN, LOT, serials[:1], "lost")
        services.labelling.resume(f"{GTIN}/{LOT}/1")
        assert set(on_paper(tmp_path)) == {serials[1]}


def test_a_label_on_its_way_cannot_be_voided(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        serials = dead_job(services, ("sent",))
        with services.labelling.desk.spool() as spool, spool.lock("may"):
            with pytest.raises(DoorError) as refused:
                services.labelling.void(GTIN, LOT, serials[:1], "lost")
            assert refused.value.code == "serial-printing"
        assert "labels-voided" not in kinds(services)


def test_a_reprint_is_in_the_ledger_before_its_copy_can_leave(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        labelling = services.labelling
        serials, _ = labelling.print_labels(GTIN, LOT, 2, "may")
        seen: list[tuple[str, bool]] = []

        def progress(one: Progress) -> None:
            seen.append((one.state, "labels-reprinted" in kinds(services)))

        watch = Watch(on_progress=progress, patience_seconds=0)
        outcome = labelling.reprint(GTIN, LOT, serials[0], "damaged", "may", watch=watch)
        assert outcome.ending == "done"
        assert seen[0] == ("sending", True)
        assert printer.printed == 3
        assert account(services)["confirmed"] == 2


def test_an_unreachable_printer_leaves_no_reprint_on_record(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        serials, _ = services.labelling.print_labels(GTIN, LOT, 1, "may")
        printer.trouble(cover_open_after=0)
        outcome = services.labelling.reprint(GTIN, LOT, serials[0], "damaged", "may")
        assert outcome.error is not None
        assert "labels-reprinted" not in kinds(services)
        printer.refill()
        assert services.labelling.reprint(GTIN, LOT, serials[0], "damaged", "may").ending == "done"
        assert kinds(services).count("labels-reprinted") == 1


def test_a_reprint_in_doubt_shows_so_and_the_first_copy_stands_when_it_did_not_come_out(
    tmp_path: Path,
) -> None:
    with station(tmp_path) as (services, printer):
        labelling = services.labelling
        serials, _ = labelling.print_labels(GTIN, LOT, 1, "may")
        printer.trouble(drop_at_byte=4000)
        outcome = labelling.reprint(GTIN, LOT, serials[0], "damaged", "may")
        assert outcome.needs_check_scan
        assert labelling.states(GTIN, LOT)[serials[0]] == "in_doubt"
        account(services)
        with pytest.raises(DoorError):
            labelling.print_labels(GTIN, LOT, 1, "may")
        assert labelling.resolve(GTIN, LOT, None) == ([], [serials[0]])
        assert labelling.states(GTIN, LOT)[serials[0]] == "confirmed"
        assert "labels-voided" not in kinds(services)
        assert labelling.reprint(GTIN, LOT, serials[0], "damaged", "may").ending == "done"


def test_a_recall_stops_the_job_that_is_printing(tmp_path: Path) -> None:
    with (
        station(tmp_path) as (services, _),
        VirtualPrinter(tmp_path / "slow", speed_mm_s=60) as slow,
    ):
        services.printers.add("cham", "virtual", slow.address)

        def recall(one: Progress) -> None:
            if one.state == "confirmed" and "held" not in body_kinds(services):
                lots = [{"item": GTIN, "code": LOT}]
                body = {"lots": lots, "reason": "contamination"}
                services.station.record(Draft("held", PARTY, services.station.now_text(), body))

        watch = Watch(on_progress=recall, patience_seconds=0)
        with pytest.raises(LedgerError) as refused:
            services.labelling.print_labels(GTIN, LOT, 10, "cham", watch=watch)
        assert refused.value.code == "lot-stopped"
        found = account(services)
        assert 1 <= found["confirmed"] < 10
        assert found["waiting"] == 10 - found["confirmed"]
        assert "labels-printed" not in kinds(services)
        record(services, "released", "2026-10-01", {
            "lots": [{"item": GTIN, "code": LOT}], "reason": "other",
        })  # fmt: skip
        services.labelling.settle(GTIN, LOT)
        assert "labels-printed" in kinds(services)


def body_kinds(services: Services) -> set[str]:
    return {services.projector.located(index).statement.type for index in range(services.log.size)}


def test_a_label_that_the_law_forbids_is_neither_issued_nor_printed(tmp_path: Path) -> None:
    with station(tmp_path) as (services, printer):
        folder = services.folder / "templates"
        folder.mkdir()
        lawful = Template.shipped("goi-50x40").raw.decode()
        unlawful = lawful.replace('"goi-50x40"', '"thieu"').replace("HSD: {use_by}", "Tem")
        (folder / "thieu.toml").write_text(unlawful, encoding="utf-8")
        before = kinds(services)
        for act in (
            lambda: services.labelling.print_labels(GTIN, LOT, 3, "may", "thieu"),
            lambda: services.labelling.issue(GTIN, LOT, 3, "thieu"),
        ):
            with pytest.raises(LabelRefused) as refused:
                act()
            assert "37/2026" in refused.value.say("vi")
        assert services.labelling.check(GTIN, LOT, "thieu").errors
        assert (kinds(services), printer.printed) == (before, 0)
        serials, _ = services.labelling.print_labels(GTIN, LOT, 1, "may")
        with pytest.raises(LabelRefused):
            services.labelling.reprint(GTIN, LOT, serials[0], "damaged", "may", "thieu")
        assert "labels-reprinted" not in kinds(services)


def test_label_sheets_are_a_pdf_and_a_person_says_what_came_out(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _):
        folder = tmp_path / "to-in"
        folder.mkdir()
        services.printers.add("van-phong", "a4-50x40", folder.as_uri())
        serials, outcome = services.labelling.print_labels(GTIN, LOT, 5, "van-phong")
        assert outcome.needs_check_scan
        assert [path.suffix for path in folder.iterdir()] == [".pdf"]
        assert services.labelling.doubted(GTIN, LOT) == serials
        assert account(services)["in_doubt"] == 5
        services.labelling.resolve_listed(GTIN, LOT, serials[:4])
        found = account(services)
        assert (found["confirmed"], found["void"]) == (4, 1)


def test_lots_whose_codes_begin_alike_do_not_share_jobs(tmp_path: Path) -> None:
    with Spool(tmp_path / "s.db", lambda: "t") as spool:
        for job in ("G/A/1", "G/A/1/1", "G/A/1/2"):
            spool.add_job(job, "p", [PrintItem(job, job, b"x")])
        assert spool.job_ids("G/A/") == ["G/A/1"]
        assert spool.job_ids("G/A/1/") == ["G/A/1/1", "G/A/1/2"]
        assert spool.next_job_id("G/A/1/") == "G/A/1/3"


@pytest.mark.parametrize("count", [0, 10_001])
def test_an_impossible_count_starts_nothing(tmp_path: Path, count: int) -> None:
    with station(tmp_path) as (services, _):
        for act in (services.labelling.print_labels, services.labelling.start_printing):
            with pytest.raises(DoorError) as refused:
                act(GTIN, LOT, count, "may")
            assert refused.value.code == "count-wrong"
        assert AT_ONCE.patience_seconds == 0
        assert services.labelling.jobs() == []
