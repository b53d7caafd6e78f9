"""Prints one job of the spool: a plain loop in which every wait ends."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from printers.dialogue.replies import ASK_STATUS, ReplyReader
from printers.encoders.escpos import acknowledgement_request, assert_no_real_time
from printers.errors import AttentionError, PrintingError, SpoolError, TransportError
from printers.profile import Profile
from printers.spooling.schema import Claimed, State
from printers.spooling.spool import Spool
from printers.transport.base import Transport

WINDOW = 2  # labels that may be on their way un-acknowledged
_POLL_SECONDS = 0.25
_ASK_AFTER_SECONDS = 1.0

Ending = Literal["done", "stopped", "fault", "in_doubt"]


@dataclass(frozen=True, slots=True)
class Progress:
    """A label's serial and the state it has just reached."""

    serial: str
    state: State


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a run of a job ended.

    ending        done: nothing queued is left; stopped: asked to; fault: see error; in_doubt:
                  nothing was sent, since labels in doubt wait for a check-scan
    counts        labels of the job by state, after the run
    needs_check_scan  True when labels are in doubt: scan the last good one, then resolve
    """

    ending: Ending
    counts: dict[State, int]
    needs_check_scan: bool
    error: PrintingError | None = None


def print_job(
    spool: Spool,
    job_id: str,
    transport: Transport,
    profile: Profile,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> JobOutcome:
    """Send the job's queued labels in order; never one that may have been sent before.

    With status tier T3 at most `WINDOW` labels are un-acknowledged; with T0, or a transport that
    cannot reply, every sent label is in doubt at the end until a check-scan. Failures of printer
    or transport are in the outcome; SpoolError is raised for an unknown job, and when another
    process prints on the same printer.
    """
    printer = spool.printer_of(job_id)
    with spool.lock(printer):
        spool.doubt_unfinished(printer)
        # Labels after a doubtful one would lie above it on the roll, and "the last good label"
        # would then confirm a label that never came out.
        if doubted := spool.counts(job_id)["in_doubt"]:
            error = SpoolError("spool.in-doubt", job=job_id, count=doubted)
            return JobOutcome("in_doubt", spool.counts(job_id), True, error)
        if not spool.counts(job_id)["queued"]:
            return JobOutcome("done", spool.counts(job_id), False)
        run = _Run(spool, job_id, transport, profile, on_progress=on_progress, stop=stop)
        fault: PrintingError | None = None
        try:
            transport.open()
            run.print_all()
            transport.close()
        except (TransportError, AttentionError) as found:
            fault = found
        finally:
            transport.abort()
            # Also when on_progress or the spool's disk fails: what had left stays in doubt.
            spool.doubt_unfinished(printer)
    counts = spool.counts(job_id)
    ending: Ending = "fault" if fault else "stopped" if counts["queued"] else "done"
    return JobOutcome(ending, counts, counts["in_doubt"] > 0, fault)


class _Run:
    def __init__(
        self,
        spool: Spool,
        job_id: str,
        transport: Transport,
        profile: Profile,
        *,
        on_progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self._spool = spool
        self._job_id = job_id
        self._transport = transport
        self._profile = profile
        self._tell = on_progress or (lambda _: None)
        self._stop = stop or (lambda: False)
        self._asks = profile.status_tier == "T3" and transport.can_reply
        self._waiting: deque[Claimed] = deque()
        self._replies = ReplyReader()

    def print_all(self) -> None:
        while not self._stop():
            claimed = self._spool.claim(self._job_id, self._wire)
            if claimed is None:
                break
            self._send(claimed)
            while self._asks and len(self._waiting) >= WINDOW:
                self._await_one()
        while self._asks and self._waiting:
            self._await_one()

    def _wire(self, number: int, payload: bytes) -> bytes:
        wire = payload + acknowledgement_request(number) if self._asks else payload
        assert_no_real_time(wire)
        return wire

    def _send(self, label: Claimed) -> None:
        self._tell(Progress(label.serial, "sending"))
        try:
            self._transport.send(label.payload)
        except TransportError as fault:
            # Crash point: not one byte left, so the label may be queued again; after the first
            # byte only a person can tell whether it came out.
            if fault.bytes_sent == 0:
                self._spool.move(label.number, ("sending",), "queued")
            raise
        self._spool.move(label.number, ("sending",), "sent")
        self._waiting.append(label)
        self._tell(Progress(label.serial, "sent"))

    def _await_one(self) -> None:
        """Wait until the oldest label is acknowledged; raise when the printer stays silent."""
        oldest = self._waiting[0]
        started = time.monotonic()
        asked = False
        while self._waiting and self._waiting[0] is oldest:
            silent = time.monotonic() - started
            if silent >= self._profile.acknowledge_seconds:
                raise AttentionError(
                    "printer.silent",
                    count=len(self._waiting),
                    seconds=f"{self._profile.acknowledge_seconds:g}",
                )
            if not asked and silent >= _ASK_AFTER_SECONDS and self._profile.realtime_status:
                # Between labels, never inside one, so that it cannot be taken for raster data.
                self._transport.send(ASK_STATUS)
                asked = True
            self._replies.feed(self._transport.receive(_POLL_SECONDS))
            while (number := self._replies.next_acknowledged()) is not None:
                self._confirm(number)

    def _confirm(self, number: int) -> None:
        # The printer finishes labels in order; an answer out of order is odd, hence not trusted.
        if not self._waiting or self._waiting[0].number != number:
            raise AttentionError("printer.odd-reply", found=f"process id {number}")
        label = self._waiting.popleft()
        self._spool.move(label.number, ("sent",), "confirmed")
        self._tell(Progress(label.serial, "confirmed"))
