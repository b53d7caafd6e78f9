"""What is told of a lot's scans, beside what the ledger says of it and never mixed with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool

from api.pages.dates import VIETNAM
from api.routes.services import Facts, Services
from api.scans.findings import scan_findings
from api.scans.storage import LotCount, ScansUnavailable
from ledger.domain.serials import serial_text


@dataclass(frozen=True, slots=True)
class LotScans:
    """Openings of a lot's pages that were written so far, with ISO days, and their findings.

    A page that a cache in between answered is not among them, so `about` is a lower bound.
    """

    about: int
    first_day: str
    last_day: str
    findings: list[dict[str, Any]]

    def members(self) -> dict[str, Any]:
        """The members of a JSON answer."""
        days = {"first_day": self.first_day or None, "last_day": self.last_day or None}
        return {"scans": {"about": self.about, **days}, "scan_findings": self.findings}


NOT_KNOWN: dict[str, Any] = {"scans": None, "scan_findings": None}
"""The members when the counts cannot be read now."""


async def lot_scans(services: Services, facts: Facts) -> LotScans | None:
    """Scans of a known lot; None when they cannot be read now. Waits in a thread of its own."""
    item, lot = facts["item"], facts["lot"]
    if facts.get("product") is None:
        return LotScans(0, "", "", [])  # a lot without a GTIN has no labels
    try:
        found: LotCount | None = await run_in_threadpool(services.scans.lot, item, lot)
    except ScansUnavailable:
        return None
    if found is None:
        return LotScans(0, "", "", [])
    today = services.now().astimezone(VIETNAM).toordinal()
    text = partial(serial_text, services.labelling.label_key)
    return LotScans(
        found.totals.scans,
        dt.date.fromordinal(found.first_day).isoformat(),
        dt.date.fromordinal(found.last_day).isoformat(),
        scan_findings(item, lot, found, today, text),
    )
