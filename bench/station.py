"""A station's own work: draft to durable, sealed and projected statement."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from bench.ledgers import PARTY, small_cooperative
from ledger.domain.drafts import Draft

COUNT = 200


def rows() -> list[tuple[str, str, str]]:
    """(what, measured, bar) for this theme."""
    with tempfile.TemporaryDirectory() as folder:
        services = small_cooperative(Path(folder) / "ledger")
        try:
            taken = []
            for number in range(COUNT):
                body = {
                    "lot": {"item": f"{PARTY}/cu-dong", "code": f"S-{number}"},
                    "quantity": {"value": "120.5", "unit": "kg"},
                    "site": "VT-01",
                }
                draft = Draft("harvested", PARTY, services.station.now_text(), body)
                started = time.perf_counter()
                services.station.record(draft)
                taken.append((time.perf_counter() - started) * 1000)
        finally:
            services.close()
    worst = quantiles(taken, n=100)[98]
    return [
        ("station: record, seal and project one draft, ms (median)", f"{median(taken):.1f}", "-"),
        ("station: the same with disk, ms (99th percentile)", f"{worst:.1f}", "<= 100"),
    ]
