"""Jobs that nobody prints any more and that still have labels queued or in doubt."""

from __future__ import annotations

from dataclasses import dataclass

from api.labels.desk import Desk
from api.labels.run import lot_of


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A job whose process is gone, or that ended with labels in doubt."""

    job_id: str
    item: str
    lot: str
    printer: str
    queued: int
    in_doubt: int


def unfinished(desk: Desk) -> list[Unfinished]:
    """Oldest first. A printer that is held is being printed on, so its jobs are none of these."""
    if not (desk.folder / "spool.db").exists():
        return []
    with desk.spool() as spool:
        held: dict[str, bool] = {}
        found = []
        for job in spool.unsettled():
            if job.printer not in held:
                held[job.printer] = spool.is_printing(job.printer)
            item, lot = lot_of(job.job_id)
            doubt = sum(job.counts[state] for state in ("in_doubt", "sending", "sent"))
            if not held[job.printer] and desk.views.lot(item, lot) is not None:
                queued = job.counts["queued"]
                found.append(Unfinished(job.job_id, item, lot, job.printer, queued, doubt))
        return found
