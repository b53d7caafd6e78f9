"""Every metric that is counted as things happen: its name, what it means, its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# Seconds. The page's budget is 350 microseconds, a durable append takes milliseconds, and nobody
# waits longer than ten seconds.
QUICK: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_BATCH: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 400.0)


@dataclass(frozen=True, slots=True)
class Family:
    """One metric. With `buckets` (upper bounds, ascending) it is a histogram, else a counter.

    `name` is without `_total`, which the text format adds to counters.
    """

    name: str
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] | None = None


_ALL: Final = (
    Family(
        "ocop_appended_entries",
        "Entries recorded durably, sent by clients of the API or signed here.",
    ),
    Family("ocop_append_seconds", "Duration of one durable append of a batch.", (), QUICK),
    Family("ocop_append_batch_entries", "Entries in one durable append.", (), _BATCH),
    Family("ocop_refused", "Submissions refused, by code of the refusal.", ("code",)),
    Family("ocop_sealed_entries", "Entries sealed by a sequencer."),
    Family("ocop_seal_seconds", "Duration of one sealing.", (), QUICK),
    Family("ocop_projected_entries", "Entries taken into the read models by a projector."),
    Family("ocop_projection_seconds", "Duration of one projected batch.", (), QUICK),
    Family("ocop_http_requests", "Requests answered, by route.", ("route", "status")),
    Family("ocop_http_request_seconds", "Duration of requests, by route.", ("route",), QUICK),
    Family("ocop_witness_requests", "Answers of witnesses, by outcome.", ("outcome",)),
    Family("ocop_cosign_seconds", "From asking about a checkpoint to its quorum.", (), QUICK),
    Family("ocop_log_lines", "Lines logged, by level.", ("level",)),
)
FAMILIES: Final[Mapping[str, Family]] = {one.name: one for one in _ALL}
