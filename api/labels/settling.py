"""What came out goes into the ledger, and what the ledger voided leaves the spool."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, ClassVar

from api.errors import DoorError
from api.labels.account import job_prefix, ranges_of
from api.labels.desk import DEFAULT_TEMPLATE, Desk
from ledger.domain.drafts import Draft
from ledger.domain.serials import read_serial
from ledger.errors import UNREACHABLE, LedgerError
from ledger.station import RECORDED
from ledger.unanswered import LOST, TRIES
from ledger.verify.shapes import REASON
from printers.design.template import Template
from printers.spooling.schema import SpooledJob
from printers.spooling.spool import Spool

Pair = tuple[str, int]
_AWAY = UNREACHABLE | LOST


class PrintedUnrecorded(DoorError):
    """Labels came out, and the ledger could not be told yet."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "printed-unrecorded": (
            "{printed} labels of lot {lot} came out, and this machine keeps which; the database is "
            "away, so that is not in the ledger yet. Do not print them again: it is recorded with "
            "the next act on this lot.",
            "Đã in {printed} tem của lô {lot} và máy này giữ danh sách; cơ sở dữ liệu đang mất kết "
            "nối nên chưa ghi vào sổ. Đừng in lại: sẽ tự ghi ở lần thao tác kế tiếp với lô này.",
        ),
    }


def settle(desk: Desk, item: str, lot: str) -> None:
    """Record in the ledger what the spool knows and the ledger does not yet.

    Idempotent, and safe beside other processes. While a lot is held or recalled, no printing may
    be recorded for it: what came out before stays with the spool, which the account reads too.
    """
    desk.acting(lambda: _settle(desk, item, lot))


def settle_printed(desk: Desk, item: str, lot: str, printed: int) -> None:
    """`settle` after a print: labels are out, so a database that is away is waited for, and told of.

    PrintedUnrecorded when it stays away for some ten seconds.
    """
    for tried in range(TRIES):
        try:
            settle(desk, item, lot)
        except LedgerError as wrong:
            if wrong.code in RECORDED or wrong.code == "earlier-refused":
                raise
            if tried + 1 == TRIES or wrong.code not in _AWAY:
                raise PrintedUnrecorded("printed-unrecorded", printed=printed, lot=lot) from wrong
            desk.station.ledger.store.wait(1)
        else:
            return


def _settle(desk: Desk, item: str, lot: str) -> None:
    with desk.spool() as spool:
        marked = marks(desk, item, lot)
        printed: dict[tuple[str, str, str], list[Pair]] = defaultdict(list)
        void: dict[str, list[Pair]] = defaultdict(list)
        stale = []
        for job_id in spool.job_ids(job_prefix(item, lot)):
            job = spool.job(job_id)
            for one in spool.labels(job_id):
                tag, counter, _ = read_serial(one.serial)
                mark = marked.get((tag, counter))
                if mark == "void" and one.state == "queued":
                    stale.append(one.key)
                elif mark == "void" and one.state == "in_doubt":
                    spool.mark_void(one.key, one.reason or "ledger")
                elif mark is None and one.state == "confirmed":
                    printed[_how(job)].append((tag, counter))
                elif mark is None and one.state == "void":
                    # A reprint that did not come out has a mark already: its first copy stands.
                    void[one.reason if one.reason in REASON.words else "in-doubt"].append(
                        (tag, counter)
                    )
        if stale:
            spool.cancel_keys(stale)
        facts = desk.facts(item, lot)
        party, target = facts["party"], {"item": item, "code": lot}
        if facts["stopped"] is not None:
            printed.clear()
        for (printer, template, digest), pairs in printed.items():
            for ranges in ranges_of(pairs):
                body: dict[str, Any] = {"lot": target, "printed": ranges, "printer": printer}
                body |= {"template": template, "template_digest": digest}
                desk.station.record(Draft("labels-printed", party, desk.now_text(), body))
        for reason, pairs in void.items():
            record_void(desk, item, lot, pairs, reason)


def record_void(desk: Desk, item: str, lot: str, pairs: list[Pair], reason: str) -> None:
    """Void serials in the ledger, with a reason code."""
    party = desk.facts(item, lot)["party"]
    for ranges in ranges_of(pairs):
        body = {"lot": {"item": item, "code": lot}, "voided": ranges, "reason": reason}
        desk.station.record(Draft("labels-voided", party, desk.now_text(), body))


def marks(desk: Desk, item: str, lot: str) -> dict[Pair, str]:
    """The ledger's newest word on every serial of a lot: printed or void."""
    return {
        (tag, counter): state
        for tag, first, last, state in desk.views.label_marks(item, lot)
        for counter in range(first, last + 1)
    }


def drop_dead_copies(desk: Desk, spool: Spool, item: str, lot: str, holding: str) -> None:
    """Cancel copies that a dead process left queued, which no statement speaks of yet.

    Whoever still wants one asks for it again. `holding` is the printer that the caller holds.
    """
    marked = marks(desk, item, lot)
    dead = [
        one.key
        for job in desk.jobs_of(spool, item, lot)
        if job.printer == holding or not spool.is_printing(job.printer)
        for one in spool.labels(job.job_id)
        if one.state == "queued" and marked.get(read_serial(one.serial)[:2]) == "printed"
    ]
    spool.cancel_keys(dead)


def attempts_of(spool: Spool, item: str, lot: str) -> dict[str, tuple[int, str]]:
    """The latest attempt of every serial of a lot that the spool ever had, and its state."""
    found: dict[str, tuple[int, str]] = {}
    for job in spool.job_ids(job_prefix(item, lot)):
        for one in spool.labels(job):
            if one.attempt >= found.get(one.serial, (0, ""))[0]:
                found[one.serial] = one.attempt, one.state
    return found


def _how(job: SpooledJob) -> tuple[str, str, str]:
    """Printer, template and its digest; a spool of the first version did not keep the latter."""
    if job.template:
        return job.printer, job.template, job.template_digest
    return job.printer, DEFAULT_TEMPLATE, Template.shipped(DEFAULT_TEMPLATE).digest()
