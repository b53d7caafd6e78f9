"""The one bridge from ledger to printers: issue in the ledger, print, record what came out.

Order of events: `labels-issued` is in the ledger before a bitmap exists; the spool
knows every label before its first byte leaves; `labels-printed` follows what the
spool confirmed. If the process dies in between, `settle` records what is missing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.errors import DoorError
from api.labels.account import LabelAccount, job_prefix, ranges_of
from api.labels.fields import codes_of, label_of
from api.labels.printer_list import PrinterList
from api.settings import DEFAULT_PORT, Settings
from ledger.domain.digital_link import label_url
from ledger.domain.drafts import Draft
from ledger.domain.serials import read_serial, serial_is_genuine, serial_text
from ledger.errors import LedgerError
from ledger.projections.views import Views
from ledger.station import Station
from ledger.verify.wording import Refusal
from printers.design.render import render
from printers.design.template import Template
from printers.encoders import escpos
from printers.errors import PrintingError
from printers.profile import Profile
from printers.spooling.schema import PrintItem
from printers.spooling.spool import Spool
from printers.spooling.worker import JobOutcome, Progress, print_job
from printers.transport.address import open_transport

DEFAULT_TEMPLATE = "goi-50x40"
MOST_AT_ONCE = 10_000
# Where labels lead until a public address is confirmed: good for trials on this machine only.
LOCAL_BASE = f"http://127.0.0.1:{DEFAULT_PORT}"


@dataclass(slots=True)
class Job:
    """A printing job as the pages see it."""

    item: str
    lot: str
    count: int
    done: bool = False
    outcome: JobOutcome | None = None
    problem: Refusal | PrintingError | None = None

    def fault(self, lang: str) -> str | None:
        """What went wrong, as a sentence; None while all is well."""
        if self.problem is not None:
            return self.problem.say(lang)
        error = None if self.outcome is None else self.outcome.error
        return None if error is None else error.say(lang)


@dataclass(frozen=True, slots=True)
class Labelling:
    """Labels of packed lots on one machine."""

    folder: Path
    settings: Settings
    station: Station
    views: Views
    list_of_printers: PrinterList
    label_key: bytes
    now_text: Callable[[], str]
    account: LabelAccount
    jobs: dict[str, Job] = field(default_factory=dict)

    # --- reading -------------------------------------------------------------------------
    def printers(self) -> list[str]:
        """Names of the printers set up."""
        return [one.name for one in self.list_of_printers.all()]

    def serial_is_genuine(self, gtin14: str, serial: str) -> bool:
        """True when the serial's check letters are ours."""
        return serial_is_genuine(self.label_key, gtin14, serial)

    def status(self, item: str, lot: str) -> dict[str, int]:
        """Every serial of a lot in exactly one of confirmed, in_doubt, void, waiting."""
        return self.account.status(item, lot)

    def states(self, item: str, lot: str) -> dict[str, str]:
        """Serial -> state, in the order of issue."""
        return self.account.states(item, lot)

    def url(self, facts: dict[str, Any], serial: str) -> str:
        """The address in a label's QR code; without a confirmed one it leads to this machine."""
        return label_url(self.settings.base_url or LOCAL_BASE, *codes_of(facts), serial)

    def preview_png(self, item: str, lot: str, template: str = DEFAULT_TEMPLATE) -> bytes:
        """PNG of the very bitmap that would print next, without issuing anything."""
        facts = self._facts(item, lot)
        waiting = (s for s, state in self.states(item, lot).items() if state == "waiting")
        serial = next(waiting, None)
        if serial is None:
            tag = self.station.tag_of(facts["party"])
            serial = serial_text(self.label_key, item, tag, self.views.next_counter(item, tag))
        shape = Template.shipped(template)
        return render(shape, label_of(facts, serial, self.url(facts, serial), shape)).png()

    # --- doing ---------------------------------------------------------------------------
    def issue(self, item: str, lot: str, count: int, template: str = DEFAULT_TEMPLATE) -> list[str]:
        """Issue serials in the ledger; never more than packs. Returns the new serials."""
        if not 1 <= count <= MOST_AT_ONCE:
            raise DoorError("count-wrong", found=count, most=MOST_AT_ONCE)
        facts = self._facts(item, lot)
        before = set(self.states(item, lot))
        body = {
            "lot": {"item": item, "code": lot},
            "count": count,
            "template": template,
            "template_digest": Template.shipped(template).digest(),
        }
        self.station.record(Draft("labels-issued", facts["party"], self.now_text(), body))
        return [serial for serial in self.states(item, lot) if serial not in before]

    def print_labels(
        self,
        item: str,
        lot: str,
        count: int,
        printer: str | None = None,
        template: str = DEFAULT_TEMPLATE,
        on_progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> tuple[list[str], JobOutcome]:
        """Print `count` labels of a lot: those issued and waiting first, then newly issued ones.

        Returns the job's serials and how it ended. A label whose link would lead nowhere is
        never printed: the base address must be set and every serial must be in the views.

        Raises:
            DoorError, LedgerError: nothing was printed.
        """
        if not 1 <= count <= MOST_AT_ONCE:
            raise DoorError("count-wrong", found=count, most=MOST_AT_ONCE)
        chosen = self.list_of_printers.get(printer)
        facts = self._facts(item, lot)
        self.refuse_stopped(facts)
        self.settle(item, lot)
        states = self.states(item, lot)
        doubted = sum(1 for state in states.values() if state == "in_doubt")
        if doubted:
            raise DoorError("job-in-doubt", count=doubted, lot=lot, item=item)
        if self.settings.base_url is None and not _on_this_machine(chosen.address):
            raise DoorError("base-url-missing", path=self.folder)
        profile, shape = Profile.shipped(chosen.profile), Template.shipped(template)
        with self._spool() as spool:
            unsent = self._unsent(spool, item, lot)
            serials = [s for s, state in states.items() if state == "waiting" and s not in unsent]
            if len(serials) < count:
                serials += self.issue(item, lot, count - len(serials), template)
            serials = serials[:count]
            job = f"{job_prefix(item, lot)}{len(spool.job_ids(job_prefix(item, lot))) + 1}"
            spool.add_job(
                job,
                chosen.name,
                [
                    PrintItem(
                        key=f"{item}/{serial}",
                        serial=serial,
                        payload=escpos.encode(
                            render(shape, label_of(facts, serial, self.url(facts, serial), shape)),
                            profile,
                            shape.media,
                        ),
                        **self._attempt(spool, item, lot, serial),
                    )
                    for serial in serials
                ],
            )
            outcome = print_job(
                spool,
                job,
                open_transport(chosen.address),
                profile,
                on_progress=on_progress,
                stop=stop,
            )
            if outcome.counts["queued"]:
                spool.cancel(job)  # what never left goes back to waiting, for the next job
        self.settle(item, lot, chosen.name, template)
        return serials, outcome

    def settle(
        self, item: str, lot: str, printer: str = "spool", template: str = DEFAULT_TEMPLATE
    ) -> None:
        """Record in the ledger what the spool knows and the ledger does not yet."""
        known = {
            (tag, counter)
            for tag, first, last, _ in self.views.label_marks(item, lot)
            for counter in range(first, last + 1)
        }
        confirmed, void = [], []
        with self._spool() as spool:
            for job in spool.job_ids(job_prefix(item, lot)):
                for one in spool.labels(job):
                    tag, counter, _ = read_serial(one.serial)
                    if (tag, counter) in known:
                        continue
                    if one.state == "confirmed":
                        confirmed.append((tag, counter))
                    elif one.state == "void":
                        void.append((tag, counter))
        party = self._facts(item, lot)["party"]
        target = {"item": item, "code": lot}
        for ranges in ranges_of(confirmed):
            body = {
                "lot": target,
                "printed": ranges,
                "printer": printer,
                "template": template,
                "template_digest": Template.shipped(template).digest(),
            }
            self.station.record(Draft("labels-printed", party, self.now_text(), body))
        for ranges in ranges_of(void):
            voided = {"lot": target, "voided": ranges, "reason": "in-doubt"}
            self.station.record(Draft("labels-voided", party, self.now_text(), voided))

    def resolve(self, item: str, lot: str, last_good: str | None) -> tuple[list[str], list[str]]:
        """Decide labels in doubt by the last good label; (confirmed, void) serials."""
        if last_good is not None and last_good not in self.states(item, lot):
            raise DoorError("serial-unknown", found=last_good)
        confirmed: list[str] = []
        void: list[str] = []
        with self._spool() as spool:
            for job in spool.job_ids(job_prefix(item, lot)):
                labels = spool.labels(job)
                if not any(one.state == "in_doubt" for one in labels):
                    continue
                here = last_good if any(one.serial == last_good for one in labels) else None
                resolved = spool.resolve(job, here)
                confirmed += resolved.confirmed
                void += resolved.void
        self.settle(item, lot)
        return confirmed, void

    def void(self, item: str, lot: str, serials: Iterable[str], reason: str) -> None:
        """Void serials of a lot in the ledger, with a reason code."""
        known = self.states(item, lot)
        pairs = []
        for serial in serials:
            self._require(known, serial, {"confirmed", "in_doubt", "waiting"})
            tag, counter, _ = read_serial(serial)
            pairs.append((tag, counter))
        party = self._facts(item, lot)["party"]
        for ranges in ranges_of(pairs):
            body = {"lot": {"item": item, "code": lot}, "voided": ranges, "reason": reason}
            self.station.record(Draft("labels-voided", party, self.now_text(), body))

    def reprint(
        self, item: str, lot: str, serial: str, reason: str, printer: str | None
    ) -> JobOutcome:
        """Print one confirmed serial again: an act of its own, with a reason in the ledger."""
        facts = self._facts(item, lot)
        self.refuse_stopped(facts)
        self._require(self.states(item, lot), serial, {"confirmed"})
        chosen = self.list_of_printers.get(printer)
        profile, shape = Profile.shipped(chosen.profile), Template.shipped(DEFAULT_TEMPLATE)
        tag, counter, _ = read_serial(serial)
        with self._spool() as spool:
            attempt = self._attempt(spool, item, lot, serial) or {"attempt": 1, "reason": ""}
            bitmap = render(shape, label_of(facts, serial, self.url(facts, serial), shape))
            payload = escpos.encode(bitmap, profile, shape.media)
            job = f"{job_prefix(item, lot)}{len(spool.job_ids(job_prefix(item, lot))) + 1}"
            attempt["reason"] = reason if attempt["attempt"] > 1 else ""
            spool.add_job(
                job, chosen.name, [PrintItem(f"{item}/{serial}", serial, payload, **attempt)]
            )
            outcome = print_job(spool, job, open_transport(chosen.address), profile)
            if outcome.counts["queued"]:
                spool.cancel(job)
                return outcome  # not a byte left: there is no second copy to speak of
        body = {
            "lot": {"item": item, "code": lot},
            "reprinted": {"tag": tag, "ranges": [{"first": counter, "last": counter}]},
            "reason": reason,
        }
        self.station.record(Draft("labels-reprinted", facts["party"], self.now_text(), body))
        return outcome

    # --- in the background, for pages -----------------------------------------------------
    def start_printing(self, item: str, lot: str, count: int, printer: str | None) -> str:
        """Print in a thread of its own; returns the job's name for `job`."""
        self.refuse_stopped(self._facts(item, lot))
        self.list_of_printers.get(printer or None)
        name = f"{len(self.jobs) + 1}"
        job = self.jobs[name] = Job(item, lot, count)

        def run() -> None:
            try:
                _, job.outcome = self.print_labels(item, lot, count, printer or None)
            except (Refusal, PrintingError) as problem:
                job.problem = problem
            finally:
                job.done = True

        threading.Thread(target=run, name=f"print-{name}", daemon=True).start()
        return name

    def job(self, job: str) -> Job | None:
        """A job started by this process."""
        return self.jobs.get(job)

    def printing(self) -> dict[str, int]:
        """How many jobs of this process are running, and how many ended with a fault."""
        running = sum(1 for job in self.jobs.values() if not job.done)
        return {"running": running, "faults": sum(1 for j in self.jobs.values() if j.fault("vi"))}

    # --- small ---------------------------------------------------------------------------
    def _spool(self) -> Spool:
        return Spool(self.folder / "spool.db", self.now_text)

    def _facts(self, item: str, lot: str) -> dict[str, Any]:
        found = self.views.lot(item, lot)
        if found is None:
            raise LedgerError("lot-unknown", lot=lot, item=item)
        return found.facts

    @staticmethod
    def _require(states: dict[str, str], serial: str, wanted: set[str]) -> None:
        state = states.get(serial)
        if state is None:
            raise DoorError("serial-unknown", found=serial)
        if state not in wanted:
            words = {"void": "đã hủy", "waiting": "chờ in", "in_doubt": "chưa rõ"}
            raise DoorError(
                "serial-state", found=serial, state=state, state_vi=words.get(state, "đã in")
            )

    @staticmethod
    def refuse_stopped(facts: dict[str, Any]) -> None:
        """A held or recalled lot prints nothing (domain.md, "Rules")."""
        stopped = facts["stopped"]
        if stopped is not None:
            words = {"recalled": "đang bị thu hồi", "held": "đang bị tạm giữ"}
            raise LedgerError(
                "lot-stopped",
                lot=facts["lot"],
                status=stopped["type"],
                status_vi=words[stopped["type"]],
            )

    @staticmethod
    def _attempt(spool: Spool, item: str, lot: str, serial: str) -> dict[str, Any]:
        """A serial that was queued and cancelled before is a further attempt, and says why."""
        before = sum(
            1
            for job in spool.job_ids(job_prefix(item, lot))
            for one in spool.labels(job)
            if one.serial == serial
        )
        return {"attempt": before + 1, "reason": "never left the queue"} if before else {}

    @staticmethod
    def _unsent(spool: Spool, item: str, lot: str) -> set[str]:
        """Serials that the spool has queued already, for a job that another process runs."""
        return {
            one.serial
            for job in spool.job_ids(job_prefix(item, lot))
            for one in spool.labels(job)
            if one.state == "queued"
        }


def _on_this_machine(address: str) -> bool:
    """True for a file, or a printer simulated here: its labels reach nobody."""
    return address.startswith(("file:", "tcp://127.0.0.1:", "tcp://localhost:", "tcp://[::1]:"))
