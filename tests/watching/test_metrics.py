"""What is counted, how processes are added up, and what a scrape says."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import open_folder
from api.watching import metrics
from api.watching.counts import Counts, Tally, summed
from api.watching.exposition import everything
from api.watching.lag import LagWatch, unsealed
from api.watching.running import ALIVE_SECONDS, Running, RunningFile
from api.watching.watch import present
from tests.store.small_ledger import FARM, clock, day, found, kg, lot, say
from tests.watching.hub import Hub

LABEL = "/01/08938503000420/10/NOPE/21/A1"


@pytest.fixture(autouse=True)
def _from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_GAUGES", {})
    monkeypatch.setattr(metrics, "COUNTS", Counts())


def values(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample of a scrape by (name, label values), read by the library's own parser."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def process(role: str, pid: int, at: float) -> Running:
    return Running(role, pid, "1.0", at, at)


def counted(entries: int) -> Tally:
    counts = Counts()
    counts.add("ocop_appended_entries", by=entries)
    counts.observe("ocop_append_batch_entries", entries)
    return counts.snapshot()


def test_a_histogram_has_every_value_in_the_bucket_it_belongs_to(tmp_path: Path) -> None:
    for entries in (1, 2, 3, 400, 401):
        metrics.appended(entries, 0.002)
    found_values = values(everything(RunningFile(tmp_path, time.time), None, {}, "1").decode())
    buckets = {
        labels[0]: value
        for (name, labels), value in found_values.items()
        if name == "ocop_append_batch_entries_bucket"
    }
    assert (buckets["1.0"], buckets["2.0"], buckets["5.0"]) == (1, 2, 3)
    assert (buckets["200.0"], buckets["400.0"], buckets["+Inf"]) == (3, 4, 5)
    assert found_values["ocop_append_batch_entries_sum", ()] == 807
    assert found_values["ocop_appended_entries_total", ()] == 807


def test_counts_from_many_threads_are_all_there() -> None:
    counts = Counts()

    def work() -> None:
        for _ in range(5_000):
            counts.add("ocop_refused", ("fork",))
            counts.observe("ocop_append_seconds", 0.01)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    tally = counts.snapshot()
    assert tally.counters["ocop_refused", ("fork",)] == 40_000
    assert sum(tally.histograms["ocop_append_seconds", ()][0]) == 40_000


def test_a_tally_survives_being_written_and_what_is_unknown_is_left_out() -> None:
    tally = counted(7)
    assert Tally.parse(tally.format()) == tally
    newer = (
        '{"counters":[["ocop_of_tomorrow",[],3]],"histograms":[["ocop_append_seconds",[],[1],2]]}'
    )
    assert Tally.parse(newer) == Tally()
    assert summed([tally, tally]).counters["ocop_appended_entries", ()] == 14


def test_a_scrape_adds_up_every_process_and_an_ended_one_stays_counted(tmp_path: Path) -> None:
    clock = [1000.0]
    file = RunningFile(tmp_path, lambda: clock[0])
    mine, other = process("web", 1, 990.0), process("web", 2, 990.0)
    file.write(Running("web", 1, "1.0", 990.0, 1000.0), counted(5), {})
    file.write(Running("web", 2, "1.0", 990.0, 1000.0), counted(3), {"writer_waiting": {"": 4}})
    metrics.appended(6, 0.001)  # our own, live: newer than the 5 that were written for us
    text = everything(file, mine, {}, "1.0").decode()
    seen = values(text)
    assert seen["ocop_appended_entries_total", ()] == 9
    assert seen["ocop_writer_waiting", ()] == 4
    assert seen["ocop_processes", ("web",)] == 2
    file.write(Running("web", 2, "1.0", 990.0, 0.0), counted(3), {"writer_waiting": {"": 4}})
    seen = values(everything(file, mine, {}, "1.0").decode())
    assert seen["ocop_appended_entries_total", ()] == 9
    assert ("ocop_writer_waiting", ()) not in seen
    assert seen["ocop_processes", ("web",)] == 1
    clock[0] += 7200
    file.fold()
    assert (
        values(everything(file, None, {}, "1.0").decode())["ocop_appended_entries_total", ()] == 14
    )
    assert other not in file.alive()
    connection = sqlite3.connect(file.path)
    assert connection.execute("SELECT key FROM process").fetchall() == [("ended",)]
    connection.close()


def test_a_process_is_alive_while_it_writes_and_not_long_after(tmp_path: Path) -> None:
    with present(tmp_path, "sequencer") as presence:
        deadline = time.monotonic() + 10
        while not (alive := presence.file.alive()) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert [(one.role, one.pid) for one in alive] == [("sequencer", presence.me.pid)]
    assert presence.file.alive() == []
    # Killed: its last word is old. Its clock set back since: its last word is in the future.
    for moment in (ALIVE_SECONDS + 1, -3600.0):
        now = time.time()
        file = RunningFile(tmp_path, lambda now=now: now)  # type: ignore[misc]  # a value, not a rule
        file.write(Running("web", 9, "1.0", now - 60, now - moment), Tally(), {})
        assert file.alive() == []


def test_a_damaged_file_of_counts_is_made_anew_and_the_scrape_says_that_it_is_not_whole(
    tmp_path: Path,
) -> None:
    (tmp_path / "running.db").write_bytes(b"no database" * 100)
    file = RunningFile(tmp_path, time.time)
    seen = values(everything(file, None, {"scrape_complete": {"": 1}}, "1.0").decode())
    assert seen["ocop_scrape_complete", ()] == 0
    assert not any(name.endswith("_total") for name, _ in seen)  # a gap, never this process alone
    with present(tmp_path, "web") as presence:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                if presence.file.alive():
                    return
            except sqlite3.Error:
                pass
            time.sleep(0.05)
    pytest.fail("the file was not made anew")


def test_requests_are_counted_by_the_route_and_never_by_the_path(tmp_path: Path) -> None:
    services = found(tmp_path / "ledger")
    try:
        with TestClient(create_app(services)) as client:
            for path in (LABEL, "/api/v1/lots/Nguyen-Van-A/0912345678", "/lo/secret/path", "/nope"):
                client.get(path)
            client.get("/log/checkpoint")
            text = client.get("/metrics").text
    finally:
        services.close()
    seen = values(text)
    name = "ocop_http_requests_total"
    assert seen[name, ("/01/{gtin}/10/{lot}/21/{serial}", "404")] == 1
    assert seen[name, ("/api/v1/lots/{item:path}/{lot}", "404")] == 1
    assert seen[name, ("/log/checkpoint", "200")] == 1
    assert seen[name, ("other", "404")] == 1
    assert not any(word in text for word in ("Nguyen", "0912345678", "secret", "NOPE"))
    assert seen["ocop_scrape_complete", ()] == 1
    assert seen["ocop_processes", ("web",)] == 1
    assert seen["ocop_log_sealed_entries", ()] == seen["ocop_views_entries", ()] > 0


def test_a_hub_tells_its_connections_and_says_so_when_its_database_is_gone(hub: Hub) -> None:
    with closing(open_folder(hub.folder, clock)) as services:
        client = TestClient(create_app(services))
        seen = values(client.get("/metrics").text)
        assert seen["ocop_database_connections", ("most",)] >= 1
        assert seen["ocop_scrape_complete", ()] == 1
        hub.cluster.stop()
        try:
            began = time.monotonic()
            answer = client.get("/metrics")
            assert time.monotonic() - began < 3.0
        finally:
            hub.cluster.start()
        seen = values(answer.text)
        assert (answer.status_code, seen["ocop_scrape_complete", ()]) == (200, 0)
        assert ("ocop_log_sealed_entries", ()) not in seen  # no number is better than a wrong one


def test_waiting_is_measured_from_the_first_look_that_saw_an_entry() -> None:
    clock = [0.0]
    lag = LagWatch(lambda: clock[0])
    assert lag.look(newest=5, done=5) == 0
    lag.look(newest=6, done=5)
    clock[0] = 3.0
    lag.look(newest=9, done=5)
    clock[0] = 4.0
    assert lag.look(newest=9, done=5) == 4.0
    assert lag.look(newest=9, done=6) == 1.0  # what waits now was first seen at 3
    assert lag.look(newest=9, done=9) == 0
    clock[0] = 50.0
    assert lag.waiting() == 0


def test_unsealed_entries_are_counted_exactly(tmp_path: Path) -> None:
    services = found(tmp_path / "ledger")
    try:
        assert unsealed(services.store) == 0
        body = {"lot": lot(f"{FARM}/qua", "Q9"), "quantity": kg("1"), "site": "VT-01"}
        say(services, FARM, "harvested", day(3), body)
        assert unsealed(services.store) == 1
        services.station.catch_up()
        assert unsealed(services.store) == 0
    finally:
        services.close()
