"""A person's word on labels: which came out, which are void, which are printed once more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from api.errors import DoorError
from api.labels.account import job_prefix
from api.labels.desk import Desk, refuse_stopped, require_state
from api.labels.drawing import Drawer
from api.labels.lawful import require_lawful_label
from api.labels.run import NEVER_LEFT, Watch
from api.labels.settling import (
    attempts_of,
    drop_dead_copies,
    marks,
    record_void,
    settle,
    settle_printed,
)
from ledger.domain.drafts import Draft
from ledger.domain.serials import read_serial
from printers.spooling.outcome import JobOutcome, Progress
from printers.spooling.schema import PrintItem, Resolved
from printers.spooling.spool import Spool
from printers.spooling.worker import print_held
from printers.transport.address import open_transport

_ON_ITS_WAY = {"sending", "sent"}


def doubted(desk: Desk, item: str, lot: str) -> list[str]:
    """Serials that a person must decide about, in printing order, job by job."""
    with desk.spool() as spool:
        desk.tidy(spool, item, lot)
        return [
            one.serial
            for job in desk.jobs_of(spool, item, lot)
            for one in spool.labels(job.job_id)
            if one.state == "in_doubt"
        ]


def resolve(desk: Desk, item: str, lot: str, last_good: str | None) -> tuple[list[str], list[str]]:
    """Decide labels in doubt by the last good label; (confirmed, void) serials.

    A last good label speaks for the job that it was printed in; None for every job of the lot:
    no label in doubt came out.
    """
    if last_good is not None and last_good not in desk.account.states(item, lot):
        raise DoorError("serial-unknown", found=last_good)
    decided: list[Resolved] = []
    with desk.writing(), desk.spool() as spool:
        desk.tidy(spool, item, lot)
        for job in _doubted_jobs(desk, spool, item, lot):
            if last_good is None:
                decided.append(spool.resolve(job, None))
            elif any(one.serial == last_good for one in spool.labels(job)):
                decided.append(spool.resolve(job, last_good))
        if last_good is not None and not decided:
            decided = _none_after(desk, spool, item, lot, last_good)
    settle(desk, item, lot)
    return [s for one in decided for s in one.confirmed], [s for one in decided for s in one.void]


def resolve_listed(
    desk: Desk, item: str, lot: str, good: Collection[str]
) -> tuple[list[str], list[str]]:
    """Decide every label in doubt by a ticked list: `good` came out, the others are void."""
    with desk.writing(), desk.spool() as spool:
        desk.tidy(spool, item, lot)
        known = desk.account.states(item, lot)
        for serial in good:
            require_state(known, serial, {"in_doubt", "confirmed"})
        decided = [spool.resolve_listed(job, good) for job in _doubted_jobs(desk, spool, item, lot)]
    settle(desk, item, lot)
    return [s for one in decided for s in one.confirmed], [s for one in decided for s in one.void]


def void(desk: Desk, item: str, lot: str, serials: Iterable[str], reason: str) -> None:
    """Void serials of a lot, with a reason code: spoiled, in doubt or never to be printed.

    DoorError for a serial that is just being printed; then none is voided.
    """
    chosen = list(dict.fromkeys(serials))
    asked: list[tuple[str, int]] = []

    def act() -> None:
        with desk.spool() as spool:
            desk.tidy(spool, item, lot)
            latest = attempts_of(spool, item, lot)
            if not asked:
                _take_out(desk, spool, item, lot, chosen, latest)
                asked.extend(read_serial(serial)[:2] for serial in chosen)
            # Begun anew: what the ledger calls void by now is so by this very act.
            marked = marks(desk, item, lot)
            pairs = [pair for pair in asked if marked.get(pair) != "void"]
            record_void(desk, item, lot, pairs, reason)
            for serial in chosen:
                if latest.get(serial, (0, ""))[1] in {"in_doubt", "confirmed"}:
                    spool.mark_void(f"{item}/{serial}", reason)

    desk.acting(act)


def _take_out(
    desk: Desk,
    spool: Spool,
    item: str,
    lot: str,
    chosen: list[str],
    latest: Mapping[str, tuple[int, str]],
) -> None:
    """Out of the queue first: a label that the ledger calls void must not leave any more."""
    known = desk.account.states(item, lot)
    for serial in chosen:
        require_state(known, serial, {"confirmed", "in_doubt", "waiting"})
        if latest.get(serial, (0, ""))[1] in _ON_ITS_WAY:
            raise DoorError("serial-printing", found=serial)
    keys = {f"{item}/{s}" for s in chosen if latest.get(s, (0, ""))[1] == "queued"}
    if late := keys - set(spool.cancel_keys(keys)):
        raise DoorError("serial-printing", found=min(late).rpartition("/")[2])


def void_waiting(desk: Desk, item: str, lot: str, reason: str) -> list[str]:
    """Void every serial that was issued and not printed; the serials."""
    waiting = [s for s, state in desk.account.states(item, lot).items() if state == "waiting"]
    if waiting:
        void(desk, item, lot, waiting, reason)
    return waiting


def reprint(
    desk: Desk,
    item: str,
    lot: str,
    serial: str,
    reason: str,
    printer: str | None,
    template: str,
    watch: Watch,
) -> JobOutcome:
    """Print one confirmed serial again: an act of its own, in the ledger before it can leave.

    The act is recorded when the printer is reached and ready, just before the first byte: an
    unreachable printer leaves no record, and no copy can exist without one.
    """
    facts = desk.facts(item, lot)
    refuse_stopped(facts)
    chosen = desk.list_of_printers.get(printer)
    shape = desk.templates.get(template)
    desk.refuse_no_address(chosen)
    tag, counter, _ = read_serial(serial)
    body = {
        "lot": {"item": item, "code": lot},
        "reprinted": {"tag": tag, "ranges": [{"first": counter, "last": counter}]},
        "reason": reason,
    }

    def progress(one: Progress) -> None:
        if one.state == "sending":
            refuse_stopped(desk.facts(item, lot))  # a person may have been waited for
            desk.station.record(Draft("labels-reprinted", facts["party"], desk.now_text(), body))
        if watch.on_progress is not None:
            watch.on_progress(one)

    with desk.spool() as spool, desk.held(spool, chosen.name):

        def queue() -> tuple[Drawer, str]:
            settle(desk, item, lot)
            spool.doubt_unfinished(chosen.name)
            drop_dead_copies(desk, spool, item, lot, chosen.name)
            require_state(desk.account.states(item, lot), serial, {"confirmed"})
            require_lawful_label(desk, facts, shape)
            drawer = Drawer(desk, facts, shape, chosen)
            return drawer, _add_copy(desk, spool, drawer, serial, reason)

        drawer, job = desk.acting(queue)
        try:
            outcome = print_held(
                spool,
                job,
                open_transport(chosen.address),
                drawer.profile,
                on_progress=progress,
                on_trouble=watch.on_trouble,
                patience_seconds=watch.patience_seconds,
                stop=watch.stop,
            )
        finally:
            spool.cancel(job)
        outcome = replace(outcome, counts=spool.counts(job))
    settle_printed(desk, item, lot, outcome.counts["confirmed"])
    return outcome


def _add_copy(desk: Desk, spool: Spool, drawer: Drawer, serial: str, reason: str) -> str:
    item, lot = drawer.facts["item"], drawer.facts["lot"]
    before = attempts_of(spool, item, lot).get(serial)
    tag, counter, _ = read_serial(serial)
    if before is not None and before[1] == "queued":
        raise DoorError("serial-printing", found=serial)
    if marks(desk, item, lot).get((tag, counter)) is None:
        # The ledger must know the first copy before a second one can be told from it.
        raise DoorError("serial-printing", found=serial)
    attempt = 1 if before is None else before[0] + 1
    encoded = drawer.encoded(serial)
    job = spool.next_job_id(job_prefix(item, lot))
    spool.add_job(
        job,
        drawer.printer.name,
        [PrintItem(f"{item}/{serial}", serial, encoded.payload, attempt, reason or NEVER_LEFT)],
        encoded.prologue,
        (drawer.template.name, drawer.template.digest()),
    )
    return job


def _none_after(desk: Desk, spool: Spool, item: str, lot: str, last_good: str) -> list[Resolved]:
    """The last good label is of an earlier job: what its printer was sent later did not come out."""
    require_state(desk.account.states(item, lot), last_good, {"confirmed"})
    printers = {
        spool.printer_of(job)
        for job in spool.job_ids(job_prefix(item, lot))
        if any(one.serial == last_good for one in spool.labels(job))
    }
    return [
        spool.resolve(job, None)
        for job in _doubted_jobs(desk, spool, item, lot)
        if spool.printer_of(job) in printers
    ]


def _doubted_jobs(desk: Desk, spool: Spool, item: str, lot: str) -> list[str]:
    return [job.job_id for job in desk.jobs_of(spool, item, lot) if job.counts["in_doubt"]]
