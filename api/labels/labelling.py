"""The one bridge from ledger to printers, as commands and pages call it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from api.labels import deciding, run
from api.labels.check import LabelCheck
from api.labels.desk import DEFAULT_TEMPLATE, LOCAL_BASE, MOST_AT_ONCE, Desk, refuse_stopped
from api.labels.drawing import picture
from api.labels.jobs import Job, Jobs
from api.labels.lawful import check_next, next_serial
from api.labels.run import PATIENCE_SECONDS, Watch
from api.labels.settling import settle
from api.labels.unfinished import Unfinished, unfinished
from ledger.domain.serials import serial_is_genuine
from printers.spooling.outcome import JobOutcome

__all__ = ["DEFAULT_TEMPLATE", "LOCAL_BASE", "MOST_AT_ONCE", "PATIENCE_SECONDS", "Job", "Labelling"]

Decided = tuple[list[str], list[str]]


@dataclass(frozen=True, slots=True)
class Labelling:
    """Labels of packed lots on one machine.

    Every act raises Refusal (ledger or doors) or PrintingError with one sentence; nothing was
    printed then, unless the act says otherwise.
    """

    desk: Desk
    running: Jobs = field(default_factory=Jobs)

    # --- reading -------------------------------------------------------------------------
    @property
    def label_key(self) -> bytes:
        """The key of the check letters in serials."""
        return self.desk.label_key

    def printers(self) -> list[str]:
        """Names of the printers set up."""
        return [one.name for one in self.desk.list_of_printers.all()]

    def templates(self) -> list[str]:
        """Names of the templates to choose from."""
        return list(self.desk.templates.names())

    def serial_is_genuine(self, gtin14: str, serial: str) -> bool:
        """True when the serial's check letters are ours."""
        return serial_is_genuine(self.desk.label_key, gtin14, serial)

    def status(self, item: str, lot: str) -> dict[str, int]:
        """Every serial of a lot in exactly one of confirmed, in_doubt, void, waiting."""
        return self.desk.account.status(item, lot)

    def states(self, item: str, lot: str) -> dict[str, str]:
        """Serial -> state, in the order of issue."""
        return self.desk.account.states(item, lot)

    def doubted(self, item: str, lot: str) -> list[str]:
        """Serials that a person must decide about, in printing order."""
        return deciding.doubted(self.desk, item, lot)

    def url(self, facts: dict[str, Any], serial: str) -> str:
        """The address in a label's QR code; without a confirmed one it leads to this machine."""
        return self.desk.url(facts, serial)

    def preview_png(self, item: str, lot: str, template: str = DEFAULT_TEMPLATE) -> bytes:
        """PNG of the very bitmap that would print next, without issuing anything."""
        facts = self.desk.facts(item, lot)
        shape = self.desk.templates.get(template)
        return picture(self.desk, facts, next_serial(self.desk, facts), shape)

    def check(self, item: str, lot: str, template: str = DEFAULT_TEMPLATE) -> LabelCheck:
        """What the label law says of the label that would print next."""
        facts = self.desk.facts(item, lot)
        return check_next(self.desk, facts, self.desk.templates.get(template))

    @staticmethod
    def refuse_stopped(facts: dict[str, Any]) -> None:
        """LedgerError for a held or recalled lot, which prints nothing."""
        refuse_stopped(facts)

    # --- printing ------------------------------------------------------------------------
    def issue(self, item: str, lot: str, count: int, template: str = DEFAULT_TEMPLATE) -> list[str]:
        """Issue serials in the ledger; never more than packs. Returns the new serials."""
        return run.issue(self.desk, item, lot, count, self.desk.templates.get(template))

    def print_labels(
        self,
        item: str,
        lot: str,
        count: int,
        printer: str | None = None,
        template: str = DEFAULT_TEMPLATE,
        watch: Watch | None = None,
    ) -> tuple[list[str], JobOutcome]:
        """Print `count` labels of a lot: those issued and waiting first, then newly issued ones.

        Returns the job's serials and how it ended.
        """
        # Nobody watches: nobody can be told to load paper either.
        watch = watch or Watch(patience_seconds=0)
        return run.print_new(self.desk, item, lot, count, printer, template, watch)

    def resume(self, job_id: str, watch: Watch | None = None) -> tuple[list[str], JobOutcome]:
        """Print what a dead process left in the queue of a job that `unfinished` names."""
        return run.print_rest(self.desk, job_id, watch or Watch(patience_seconds=0))

    def reprint(
        self,
        item: str,
        lot: str,
        serial: str,
        reason: str,
        printer: str | None,
        template: str = DEFAULT_TEMPLATE,
        watch: Watch | None = None,
    ) -> JobOutcome:
        """Print one confirmed serial again: an act of its own, with a reason in the ledger."""
        watch = watch or Watch(patience_seconds=0)
        return deciding.reprint(
            self.desk, item, lot, serial, reason, printer or None, template, watch
        )

    def settle(self, item: str, lot: str) -> None:
        """Record in the ledger what the spool knows and the ledger does not yet."""
        settle(self.desk, item, lot)

    # --- deciding ------------------------------------------------------------------------
    def resolve(self, item: str, lot: str, last_good: str | None) -> Decided:
        """Decide labels in doubt by the last good label; (confirmed, void) serials."""
        return deciding.resolve(self.desk, item, lot, last_good)

    def resolve_listed(self, item: str, lot: str, good: Collection[str]) -> Decided:
        """Decide labels in doubt by a ticked list; (confirmed, void) serials."""
        return deciding.resolve_listed(self.desk, item, lot, good)

    def void(self, item: str, lot: str, serials: Iterable[str], reason: str) -> None:
        """Void serials of a lot in the ledger, with a reason code."""
        deciding.void(self.desk, item, lot, serials, reason)

    def void_waiting(self, item: str, lot: str, reason: str) -> list[str]:
        """Void every serial that was issued and not printed; the serials."""
        return deciding.void_waiting(self.desk, item, lot, reason)

    # --- in the background, for pages -----------------------------------------------------
    def start_printing(
        self,
        item: str,
        lot: str,
        count: int,
        printer: str | None,
        template: str = DEFAULT_TEMPLATE,
    ) -> str:
        """Print in a thread of its own; returns the job's name for `job`."""
        run.require_count(count)
        chosen = self.desk.list_of_printers.get(printer or None).name
        shape = self.desk.templates.get(template)
        refuse_stopped(self.desk.facts(item, lot))
        job = Job(item, lot, count, printer=chosen, template=shape.name)
        return self.running.start(
            job, lambda one: self.print_labels(item, lot, count, chosen, template, _watch(one))[1]
        )

    def start_resuming(self, job_id: str) -> str:
        """Print the rest of an unfinished job in a thread of its own; the job's name."""
        known = next((one for one in self.unfinished() if one.job_id == job_id), None)
        item, lot = run.lot_of(job_id)
        refuse_stopped(self.desk.facts(item, lot))
        printer = "" if known is None else known.printer
        job = Job(item, lot, 0 if known is None else known.queued, printer=printer)
        return self.running.start(job, lambda one: self.resume(job_id, _watch(one))[1])

    def job(self, job: str) -> Job | None:
        """A job started by this process."""
        return self.running.get(job)

    def jobs(self) -> list[Job]:
        """Jobs started by this process, newest first."""
        return self.running.all()

    def unfinished(self) -> list[Unfinished]:
        """Jobs that nobody prints any more, with labels queued or in doubt."""
        return unfinished(self.desk)

    def cancel(self, name: str) -> None:
        """End a job: what has not left goes back to waiting. A job's name, or its spool id."""
        job = self.running.get(name)
        if job is not None:
            job.stopping = True
        spool_id = name if job is None else job.spool_id
        if spool_id:
            with self.desk.spool() as spool:
                spool.cancel(spool_id)

    def cancel_lot(self, item: str, lot: str) -> list[str]:
        """End every job of a lot, of any process; the serials that will not be printed."""
        with self.desk.spool() as spool:
            return [
                serial
                for job in self.desk.jobs_of(spool, item, lot)
                for serial in spool.cancel(job.job_id)
            ]

    def printing(self) -> dict[str, int]:
        """How many jobs of this process are running, and how many ended with a fault."""
        jobs = self.running.all()
        running = sum(1 for job in jobs if not job.done)
        return {"running": running, "faults": sum(1 for job in jobs if job.fault("vi"))}


def _watch(job: Job) -> Watch:
    return Watch(
        on_start=job.hear_start,
        on_progress=job.hear,
        on_trouble=job.hear_trouble,
        stop=_asked_to_stop(job),
    )


def _asked_to_stop(job: Job) -> Callable[[], bool]:
    return lambda: job.stopping
