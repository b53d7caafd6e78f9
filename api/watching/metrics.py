"""What the rest of the program calls when something has happened. Each call takes microseconds.

Everything lands in `COUNTS`, the counts of this process; `running` shares them between the
processes of one folder, `exposition` writes the sum out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from api.watching.counts import Counts, Series
from ledger.errors import UNREACHABLE

COUNTS = Counts()

Gauge = Callable[[], Mapping[str, float]]
"""Values now, by label value ("" when there is only one)."""

_REQUESTS, _SECONDS = "ocop_http_requests", "ocop_http_request_seconds"
# Routes are known in advance and status codes are few, so this stays small.
_LABELS: dict[tuple[str, int], tuple[Series, Series]] = {}
_GAUGES: dict[str, Gauge] = {}
_STORE_TROUBLE = UNREACHABLE | {"store-unwritable", "outcome-unknown"}
_FAILED: list[tuple[float, str]] = []


def appended(entries: int, seconds: float) -> None:
    """One durable append of `entries` has been committed; it took `seconds`."""
    _FAILED.clear()
    COUNTS.add("ocop_appended_entries", by=entries)
    COUNTS.observe("ocop_append_seconds", seconds)
    COUNTS.observe("ocop_append_batch_entries", entries)


def sealed(entries: int, seconds: float) -> None:
    """One sealing of `entries` has been committed; it took `seconds`."""
    COUNTS.add("ocop_sealed_entries", by=entries)
    COUNTS.observe("ocop_seal_seconds", seconds)


def projected(entries: int, seconds: float) -> None:
    """One batch of `entries` is in the read models; it took `seconds`."""
    COUNTS.add("ocop_projected_entries", by=entries)
    COUNTS.observe("ocop_projection_seconds", seconds)


def refused(code: str) -> None:
    """A submission was refused with this code (of a `Refusal`: never free text)."""
    if code in _STORE_TROUBLE:
        _FAILED[:] = [(time.monotonic(), code)]
    COUNTS.add("ocop_refused", (code,))


def last_failure() -> tuple[float, str] | None:
    """(seconds ago, code) of the newest append that the store failed; None after one that it did."""
    failed = tuple(_FAILED)
    return (time.monotonic() - failed[0][0], failed[0][1]) if failed else None


def answered(route: str, status: int, seconds: float) -> None:
    """A request was answered. `route` is the template, never the path."""
    labels = _LABELS.get((route, status))
    if labels is None:
        labels = _LABELS[route, status] = (_REQUESTS, (route, str(status))), (_SECONDS, (route,))
    COUNTS.add_timed(*labels, seconds)


def witness_asked(outcome: str) -> None:
    """A witness was asked: "cosigned", or the code of the refusal."""
    COUNTS.add("ocop_witness_requests", (outcome,))


def cosigned(seconds: float) -> None:
    """A checkpoint met its quorum so many seconds after witnesses were first asked about it."""
    COUNTS.observe("ocop_cosign_seconds", seconds)


def logged(level: str) -> None:
    """A line was logged."""
    COUNTS.add("ocop_log_lines", (level,))


def watch(name: str, gauge: Gauge) -> None:
    """Ask `gauge` at each scrape for the values of `ocop_<name>` that this process alone knows.

    A later call with the same name replaces the earlier one. The values of all processes of a
    folder are added up. Names and labels: `exposition.GAUGES`.
    """
    _GAUGES[name] = gauge


def gauges() -> dict[str, dict[str, float]]:
    """What the watched gauges say now, by name; one that fails is left out."""
    found = {}
    for name, ask in tuple(_GAUGES.items()):
        try:
            found[name] = dict(ask())
        except Exception:  # noqa: S112  # a scrape tells what it can
            continue
    return found
