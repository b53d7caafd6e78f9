"""Prints one job of the spool: a plain loop in which every wait ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from printers.dialogue.process_id import PROCESS_IDS
from printers.encoders.live_bytes import assert_no_real_time
from printers.errors import AttentionError, PrintingError, SpoolError, TransportError
from printers.profile import Profile
from printers.spooling.listening import Listener
from printers.spooling.outcome import Ending, JobOutcome, Progress
from printers.spooling.resync import end_of_old_command
from printers.spooling.schema import Claimed
from printers.spooling.sheets import print_sheets
from printers.spooling.spool import Spool
from printers.transport.base import Transport

Draw = Callable[[Sequence[str]], Sequence[bytes]]

_READY_SECONDS = 1.0
# Drawn ahead of the printer: enough that it never waits, few enough that memory stays small.
_DRAWN_AT_ONCE = 16
# A printer that kept its buffer may still answer for labels of the old connection: at most the
# window's two. T2 answers carry no number, so they must have died down first.
_TRIES_TO_AGREE = 3
_QUIET_SECONDS = {"T1": 1.0, "T2": 2.0, "T3": 0.2}
_QUIET_AT_MOST = 10.0
# Process ids above every label's, one for each opening.
_SYNC_IDS = 1_000_000


def print_job(
    spool: Spool,
    job_id: str,
    transport: Transport,
    profile: Profile,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    on_trouble: Callable[[AttentionError | None], None] | None = None,
    patience_seconds: float = 0.0,
    stop: Callable[[], bool] | None = None,
    draw: Draw | None = None,
) -> JobOutcome:
    """Hold the job's printer and send its queued labels; see `print_held`.

    SpoolError is raised for an unknown job, and when another process prints on the same printer.
    """
    with spool.lock(spool.printer_of(job_id)):
        return print_held(
            spool,
            job_id,
            transport,
            profile,
            on_progress=on_progress,
            on_trouble=on_trouble,
            patience_seconds=patience_seconds,
            stop=stop,
            draw=draw,
        )


def print_held(
    spool: Spool,
    job_id: str,
    transport: Transport,
    profile: Profile,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    on_trouble: Callable[[AttentionError | None], None] | None = None,
    patience_seconds: float = 0.0,
    stop: Callable[[], bool] | None = None,
    draw: Draw | None = None,
) -> JobOutcome:
    """Send the job's queued labels in order; never one that may have been sent before.

    The caller holds the printer's lock. The printer's tier says how many labels may be
    un-acknowledged; where nothing is ever acknowledged, every sent label is in doubt at the end
    until a check-scan.

    Args:
        on_progress: hears each label's new state; raising at "sending" leaves the label queued.
        on_trouble: hears what a person must do now, and None when the printer goes on.
        patience_seconds: how long to wait for that person; 0 ends the run at once.
        stop: asked between labels and while waiting for a person.
        draw: bytes for serials that were queued without any, a few at a time.

    Failures of printer, transport and disk are in the outcome.
    """
    printer = spool.printer_of(job_id)
    spool.doubt_unfinished(printer)
    # Labels after a doubtful one would lie above it on the roll, and "the last good label" would
    # then confirm a label that never came out.
    if doubted := spool.counts(job_id)["in_doubt"]:
        error = SpoolError("spool.in-doubt", job=job_id, count=doubted)
        return JobOutcome("in_doubt", spool.counts(job_id), True, error)
    before = spool.counts(job_id)
    if not before["queued"]:
        return JobOutcome("stopped" if before["cancelled"] else "done", before, False)
    run = _Run(spool, job_id, transport, profile, on_progress, stop, draw)
    fault: PrintingError | None = None
    file = ""
    try:
        if profile.language == "sheet":
            file = print_sheets(
                spool, job_id, transport, profile, run.next_label, run.tell, run.stop
            )
        else:
            listener = Listener(
                transport,
                profile,
                confirmed=run.confirm,
                on_trouble=on_trouble or (lambda _: None),
                patience_seconds=patience_seconds,
                stop=run.stop,
            )
            with listener.blocked.running():
                run.print_all(listener)
    except PrintingError as found:
        fault = found
    finally:
        transport.abort()
        # Also when a callback fails: what had left stays in doubt. Where the disk is full, the
        # labels stay `sending` or `sent`, which every reader takes for doubt.
        with contextlib.suppress(SpoolError):
            spool.doubt_unfinished(printer)
    counts = spool.counts(job_id)
    # Another process may have cancelled what was queued.
    left = counts["queued"] + counts["cancelled"] - before["cancelled"]
    ending: Ending = "fault" if fault else "stopped" if left else "done"
    doubtful = counts["in_doubt"] + counts["sending"] + counts["sent"] > 0
    return JobOutcome(ending, counts, doubtful, fault, file)


class _Run:
    def __init__(
        self,
        spool: Spool,
        job_id: str,
        transport: Transport,
        profile: Profile,
        on_progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
        draw: Draw | None,
    ) -> None:
        self._spool = spool
        self._job_id = job_id
        self._printer = spool.printer_of(job_id)
        self._transport = transport
        self._profile = profile
        self.tell = on_progress or (lambda _: None)
        self.stop = stop or (lambda: False)
        self._draw = draw

    def print_all(self, listener: Listener) -> None:
        self._transport.open()
        self._greet(listener)
        window = listener.dialogue.window
        if prologue := self._spool.prologue_of(self._job_id):
            self._transport.send(prologue)  # no label has left yet, whatever becomes of it
        while not self.stop():
            try:
                claimed = self.next_label(lambda number, drawn: self._wire(listener, number, drawn))
            except PrintingError:
                # A label that cannot be drawn brings no doubt over those on their way.
                listener.until_at_most(0)
                raise
            if claimed is None:
                break
            self._send(listener, claimed)
            if window:
                listener.waiting.append(claimed)
                listener.until_at_most(window - 1)
            else:
                listener.until_ready(0.0)
        listener.until_at_most(0)
        self._transport.close()
        self._spool.line_closed(self._printer)

    def next_label(self, wire: Callable[[int, bytes], bytes]) -> Claimed | None:
        """The next label, claimed; drawn now when it was queued without bytes."""
        claimed = self._spool.claim(self._job_id, wire)
        if claimed is None and self._draw is not None:
            serials = self._spool.undrawn(self._job_id, _DRAWN_AT_ONCE)
            if serials:
                drawn = self._draw(serials)
                self._spool.keep_drawn(self._job_id, dict(zip(serials, drawn, strict=True)))
                claimed = self._spool.claim(self._job_id, wire)
        return claimed

    def confirm(self, label: Claimed) -> None:
        """Acknowledged: the label is on paper. (What only agrees with the printer has no serial.)"""
        if label.serial:
            self._spool.move(label.number, ("sent",), "confirmed")
            self.tell(Progress(label.serial, "confirmed"))

    def _greet(self, listener: Listener) -> None:
        """Nothing is sent to a printer known to be stopped, or still inside an old command."""
        clean, opening = self._spool.line_opened(self._printer)
        tries = 1 if clean else _TRIES_TO_AGREE
        for left in reversed(range(tries)):
            try:
                listener.fresh()
                listener.until_ready(_READY_SECONDS)
                if not clean and listener.dialogue.window:
                    self._agree(listener, PROCESS_IDS - 1 - (opening * tries + left) % _SYNC_IDS)
            except AttentionError as odd:
                # An answer to what the old connection asked is odd, and no reason to give up.
                if odd.code != "printer.odd-reply" or not left:
                    raise
                listener.until_quiet(_QUIET_SECONDS["T2"], _QUIET_AT_MOST)
            else:
                return

    def _agree(self, listener: Listener, number: int) -> None:
        """End whatever command an old connection left open, and see that it is done."""
        self._transport.send(end_of_old_command(self._profile))
        if request := listener.dialogue.request(number):
            self._transport.send(request)
            listener.waiting.append(Claimed(number, "", b"", b""))
            listener.until_at_most(0)
        listener.until_quiet(_QUIET_SECONDS[self._profile.status_tier], _QUIET_AT_MOST)
        listener.fresh()

    def _wire(self, listener: Listener, number: int, drawn: bytes) -> bytes:
        wire = drawn + listener.dialogue.request(number)
        if self._profile.language == "escpos":
            assert_no_real_time(wire)
        return wire

    def _send(self, listener: Listener, label: Claimed) -> None:
        try:
            self.tell(Progress(label.serial, "sending"))
        except BaseException:
            self._spool.unclaim(label)
            raise
        try:
            listener.send(label.payload)
        except TransportError as fault:
            # Crash point: not one byte left, so the label may be queued again; after the first
            # byte only a person can tell whether it came out.
            if fault.bytes_sent == 0:
                self._spool.unclaim(label)
            raise
        self._spool.move(label.number, ("sending",), "sent")
        self.tell(Progress(label.serial, "sent"))
