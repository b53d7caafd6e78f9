"""A real hub of several processes: whichever answers a scrape speaks for all of them."""

from __future__ import annotations

import base64
import json
import os
import signal
import time
import urllib.request
from pathlib import Path

from tests.background.hub import Hub, hub, until
from tests.store.small_ledger import found, signed_harvests
from tests.watching.test_metrics import values

MISSING = "/01/08938503000420/10/NOPE"
COUNTED = ("ocop_http_requests_total", ("/01/{gtin}/10/{lot}/21/{serial}", "404"))


def scraped(running: Hub) -> dict[tuple[str, tuple[str, ...]], float]:
    status, text = running.get("/metrics")
    assert status == 200
    return values(text)


def counted(running: Hub) -> float | None:
    """None is an honest gap: the counts of others could not be read in time."""
    seen = scraped(running)
    assert (COUNTED in seen) or seen["ocop_scrape_complete", ()] == 0
    return seen.get(COUNTED)


def post(running: Hub, raw: list[bytes]) -> None:
    body = {"entries": [base64.b64encode(one).decode() for one in raw]}
    asked = urllib.request.Request(
        f"{running.url}/api/v1/entries",
        json.dumps(body).encode(),
        {"content-type": "application/json", "x-forwarded-for": "198.51.100.9"},
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.status in {200, 202}


def test_every_scrape_tells_what_all_processes_counted_even_those_that_were_killed(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "so"
    services = found(folder)
    entries = [one.raw for one in signed_harvests(services, 40)]
    services.close()
    with hub(folder, workers=2) as running:
        workers = running.children()["serve"]
        for _ in range(60):
            running.get(MISSING)
        for raw in entries:
            post(running, [raw])

        def all_told() -> bool:
            seen = scraped(running)
            return (
                seen.get(COUNTED) == 60
                and seen["ocop_appended_entries_total", ()] == len(entries)
                and seen["ocop_sealed_entries_total", ()] == len(entries)
                and seen["ocop_projected_entries_total", ()] == len(entries)
                and seen["ocop_scrape_complete", ()] == 1
            )

        until(all_told, 20.0, "every process's counts in one scrape")
        # From now on every scrape, whoever answers, gives the same: nothing is told by halves.
        assert 60.0 in {counted(running) for _ in range(20)} <= {60.0, None}
        roles = {name[1][0] for name in scraped(running) if name[0] == "ocop_processes"}
        assert roles == {"web", "sequencer", "projector"}
        os.kill(workers[0], signal.SIGKILL)
        until(lambda: running.complete(2), 30.0, "a new worker")
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            assert counted(running) in {60.0, None}  # a counter that falls would look like traffic
            time.sleep(0.05)
        assert running.get("/readyz")[0] == 200
        running.end()
        said = running.lines
    lines = [json.loads(one) for one in said if one.startswith("{")]
    assert {"time", "level", "room", "event", "process"} <= lines[0].keys()
    assert {one["level"] for one in lines} <= {"info", "warning"}
    whole = "\n".join(said)
    assert "Traceback" not in whole
    assert not any(word in whole for word in ("198.51.100.9", "NOPE", "GET /", "HTTP/1.1"))
