"""Printing a lot's labels: choose serials, issue what is missing, print, record what came out.

Order of events: `labels-issued` is in the ledger before a bitmap exists; the spool knows every
label before its first byte leaves; `labels-printed` follows what the spool confirmed. If the
process dies in between, the next act on the lot records what is missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from api.errors import DoorError
from api.labels.account import job_prefix
from api.labels.desk import MOST_AT_ONCE, Desk, refuse_stopped
from api.labels.drawing import Drawer
from api.labels.lawful import next_serial, require_lawful_label
from api.labels.settling import attempts_of, drop_dead_copies, settle, settle_printed
from ledger.domain.drafts import Draft
from ledger.domain.serials import read_serial
from ledger.errors import LedgerError
from printers.design.template import Template
from printers.errors import AttentionError
from printers.spooling.outcome import JobOutcome, Progress
from printers.spooling.schema import PrintItem
from printers.spooling.spool import Spool
from printers.spooling.worker import print_held
from printers.transport.address import open_transport

# A person must be fetched, the cover opened, a roll loaded.
PATIENCE_SECONDS = 600.0
NEVER_LEFT = "never left the queue"
_LOOK_AT_LOT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Watch:
    """Who wants to hear how printing goes, and may end it.

    `on_start` hears the job's id in the spool and its serials before the first label leaves.
    """

    on_start: Callable[[str, list[str]], None] | None = None
    on_progress: Callable[[Progress], None] | None = None
    on_trouble: Callable[[AttentionError | None], None] | None = None
    patience_seconds: float = PATIENCE_SECONDS
    stop: Callable[[], bool] | None = None


def issue(desk: Desk, item: str, lot: str, count: int, template: Template) -> list[str]:
    """Issue serials in the ledger; never more than packs, never for an unlawful label."""
    require_count(count)
    before = set(desk.account.states(item, lot))

    def fresh(facts: dict[str, Any]) -> list[str]:
        tag = desk.station.tag_of(facts["party"])
        states = desk.account.states(item, lot)
        return [one for one in states if one not in before and read_serial(one)[0] == tag]

    def act() -> list[str]:
        facts = desk.facts(item, lot)
        if issued := fresh(facts):
            return issued  # by the statement that the database was lost over
        law = require_lawful_label(desk, facts, template)
        body: dict[str, Any] = {
            "lot": {"item": item, "code": lot},
            "count": count,
            "template": template.name,
            "template_digest": template.digest(),
            **law,
        }
        desk.station.record(Draft("labels-issued", facts["party"], desk.now_text(), body))
        return fresh(facts)

    return desk.acting(act)


def require_count(count: int) -> None:
    """DoorError for a count that cannot be printed at once."""
    if not 1 <= count <= MOST_AT_ONCE:
        raise DoorError("count-wrong", found=count, most=MOST_AT_ONCE)


def print_new(
    desk: Desk, item: str, lot: str, count: int, printer: str | None, template: str, watch: Watch
) -> tuple[list[str], JobOutcome]:
    """Print `count` labels of a lot: those issued and waiting first, then newly issued ones.

    What did not leave goes back to waiting. Returns the job's serials and how it ended.

    Raises:
        Refusal, PrintingError: nothing was printed.
    """
    require_count(count)
    chosen = desk.list_of_printers.get(printer)
    shape = desk.templates.get(template)
    refuse_stopped(desk.facts(item, lot))
    desk.refuse_no_address(chosen)
    with desk.spool() as spool, desk.held(spool, chosen.name):

        def queue() -> tuple[Drawer, str, list[str]]:
            _clear_the_way(desk, spool, item, lot, chosen.name, give_back=True)
            drawer = Drawer(desk, desk.facts(item, lot), shape, chosen)
            serials = _choose(desk, spool, drawer, item, lot, count)
            job = spool.next_job_id(job_prefix(item, lot))
            before = attempts_of(spool, item, lot)
            spool.add_job(
                job,
                chosen.name,
                [_item(item, serial, before.get(serial)) for serial in serials],
                drawer.encoded(serials[0]).prologue,
                (shape.name, shape.digest()),
            )
            return drawer, job, serials

        drawer, job, serials = desk.acting(queue)
        outcome, stopped = _print(desk, spool, drawer, job, serials, watch)
    settle_printed(desk, item, lot, outcome.counts["confirmed"])
    if stopped is not None:
        raise stopped
    return serials, outcome


def print_rest(desk: Desk, job: str, watch: Watch) -> tuple[list[str], JobOutcome]:
    """Print what a dead process left in its queue: a job as `unfinished` names it.

    Everything is drawn again, since printer or facts may have changed; with another template
    of that name nothing is printed, and the labels go back to waiting.
    """
    item, lot = lot_of(job)
    with desk.spool() as spool:
        known = spool.job(job)
        chosen = desk.list_of_printers.get(known.printer)
        refuse_stopped(desk.facts(item, lot))
        desk.refuse_no_address(chosen)

        def draw() -> tuple[Drawer, list[str]]:
            _clear_the_way(desk, spool, item, lot, chosen.name, give_back=False)
            shape = desk.templates.get(known.template)
            if shape.digest() != known.template_digest:
                spool.cancel(job)
                raise DoorError("template-changed", template=known.template, lot=lot)
            drawer = Drawer(desk, desk.facts(item, lot), shape, chosen)
            require_lawful_label(desk, drawer.facts, shape)
            serials = spool.queued(job)
            if not serials:
                raise DoorError("nothing-queued", lot=lot)
            spool.draw_again(job, drawer.encoded(serials[0]).prologue)
            return drawer, serials

        with desk.held(spool, chosen.name):
            drawer, serials = desk.acting(draw)
            outcome, stopped = _print(desk, spool, drawer, job, serials, watch)
    settle_printed(desk, item, lot, outcome.counts["confirmed"])
    if stopped is not None:
        raise stopped
    return serials, outcome


def lot_of(job: str) -> tuple[str, str]:
    """Item and lot in a job's id; the lot's code may hold slashes itself."""
    item, _, rest = job.partition("/")
    return item, rest.rpartition("/")[0]


def _clear_the_way(
    desk: Desk, spool: Spool, item: str, lot: str, printer: str, *, give_back: bool
) -> None:
    """Settle what is known; refuse to go on over labels that nobody has accounted for."""
    settle(desk, item, lot)
    drop_dead_copies(desk, spool, item, lot, printer)
    desk.tidy(spool, item, lot, give_back=give_back, holding=printer)
    doubted = sum(job.counts["in_doubt"] for job in desk.jobs_of(spool, item, lot))
    if doubted:
        raise DoorError("job-in-doubt", count=doubted, lot=lot, item=item)


def _choose(desk: Desk, spool: Spool, drawer: Drawer, item: str, lot: str, count: int) -> list[str]:
    queued = {
        one.serial
        for job in desk.jobs_of(spool, item, lot)
        for one in spool.labels(job.job_id)
        if one.state == "queued"
    }
    states = desk.account.states(item, lot)
    serials = [s for s, state in states.items() if state == "waiting" and s not in queued][:count]
    if len(serials) < count:
        drawer.encoded(next_serial(desk, drawer.facts))  # refused before a serial is issued for it
        serials += issue(desk, item, lot, count - len(serials), drawer.template)
    else:
        require_lawful_label(desk, drawer.facts, drawer.template)
    return serials


def _item(item: str, serial: str, before: tuple[int, str] | None) -> PrintItem:
    """A serial that was queued and cancelled before is a further attempt, and says why."""
    attempt, reason = (1, "") if before is None else (before[0] + 1, NEVER_LEFT)
    return PrintItem(f"{item}/{serial}", serial, None, attempt, reason)


def _print(
    desk: Desk, spool: Spool, drawer: Drawer, job: str, serials: list[str], watch: Watch
) -> tuple[JobOutcome, LedgerError | None]:
    """Also why the lot was stopped meanwhile, None when it was not."""
    if watch.on_start is not None:
        watch.on_start(job, serials)
    lot = _LotWatch(desk, *lot_of(job))
    outcome = print_held(
        spool,
        job,
        open_transport(drawer.printer.address),
        drawer.profile,
        on_progress=watch.on_progress,
        on_trouble=watch.on_trouble,
        patience_seconds=watch.patience_seconds,
        stop=lambda: lot.stopped() or (watch.stop is not None and watch.stop()),
        draw=drawer,
    )
    if outcome.counts["queued"]:
        spool.cancel(job)  # what never left goes back to waiting, for the next job
    return replace(outcome, counts=spool.counts(job)), lot.why


class _LotWatch:
    """A recall stops a job that is being printed."""

    def __init__(self, desk: Desk, item: str, lot: str) -> None:
        self._desk, self._item, self._lot = desk, item, lot
        self._looked_at = -_LOOK_AT_LOT_SECONDS + time.monotonic()  # look before the first label
        self.why: LedgerError | None = None

    def stopped(self) -> bool:
        if time.monotonic() - self._looked_at >= _LOOK_AT_LOT_SECONDS:
            self._looked_at = time.monotonic()
            try:
                refuse_stopped(self._desk.facts(self._item, self._lot))
            except LedgerError as why:
                self.why = why
        return self.why is not None
