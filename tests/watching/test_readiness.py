"""/readyz tells the truth: each fault is made for real, and mended again."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services, open_folder
from api.watching import metrics
from api.watching.readiness import Readiness
from tests.postgres.cluster import Cluster
from tests.store.small_ledger import FARM, clock, day, found, kg, lot, say
from tests.watching.hub import Hub, found_hub

NOBODY = 65534


class Ticks:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found(tmp_path / "ledger")
    made.station.catch_up()
    yield made
    made.close()


def codes(readiness: Readiness) -> list[str]:
    return [one.code for one in readiness.faults()]


def unseal(services: Services, code: str = "Q9") -> None:
    """Record an entry that nobody seals."""
    body = {"lot": lot(f"{FARM}/qua", code), "quantity": kg("1"), "site": "VT-01"}
    say(services, FARM, "harvested", day(3), body)


def digests(folder: Path) -> dict[str, str]:
    """What every file of a folder holds; the shared memory of SQLite is no content."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }


def test_looking_writes_nothing(services: Services) -> None:
    before = digests(services.folder)
    assert Readiness(services).faults() == []
    assert digests(services.folder) == before


def test_an_answer_is_kept_for_one_second_and_no_longer(services: Services) -> None:
    ticks = Ticks()
    readiness = Readiness(services, ticks)
    assert codes(readiness) == []
    key = services.folder / "keys" / "log.pem"
    key.chmod(0o644)
    ticks.later(0.9)
    assert codes(readiness) == []
    ticks.later(0.2)
    assert codes(readiness) == ["key-open"]
    key.chmod(0o600)
    ticks.later(1.1)
    assert codes(readiness) == []


def test_sealing_that_lags_ten_seconds_is_a_fault_until_it_is_done(services: Services) -> None:
    ticks = Ticks()
    readiness = Readiness(services, ticks)
    unseal(services)
    assert codes(readiness) == []
    ticks.later(10.5)
    assert "seal-lags" in codes(readiness)
    unseal(services, "Q10")
    services.station.catch_up()
    ticks.later(1.1)
    assert codes(readiness) == []


def test_read_models_that_lag_ten_seconds_are_a_fault_until_they_follow(services: Services) -> None:
    ticks = Ticks()
    readiness = Readiness(services, ticks)
    unseal(services)
    services.station.log.seal()
    assert codes(readiness) == []
    ticks.later(10.5)
    (fault,) = readiness.faults()
    assert fault.code == "views-lag"
    assert "1 entries" in fault.say("en")
    services.projector.catch_up()
    ticks.later(1.1)
    assert codes(readiness) == []


def test_an_append_that_the_store_failed_is_a_fault_for_half_a_minute(services: Services) -> None:
    readiness = Readiness(services, Ticks())
    metrics.refused("fork")
    assert metrics.last_failure() is None
    metrics.refused("store-unwritable")
    assert codes(readiness) == ["store-refused"]
    metrics.appended(1, 0.01)
    assert codes(Readiness(services)) == []


def test_a_key_that_is_gone_a_full_disk_and_a_newer_schema_are_faults(services: Services) -> None:
    (services.folder / "keys" / "label.key").rename(services.folder / "keys" / "gone")
    other = sqlite3.connect(services.folder / "ledger.db")
    other.execute("PRAGMA user_version = 99")
    other.close()
    readiness = Readiness(services, room=lambda _: (10**9, 31 * 1024 * 1024))
    assert set(codes(readiness)) == {"key-missing", "disk-full", "schema-differs"}


def test_a_ledger_file_that_may_not_be_written_is_a_fault(services: Services) -> None:
    path = services.folder / "ledger.db"
    path.chmod(0o400)
    root = os.geteuid() == 0
    try:
        if root:  # whom no mode binds
            os.seteuid(NOBODY)
        assert "store-read-only" in codes(Readiness(services))
    finally:
        if root:
            os.seteuid(0)
        path.chmod(0o600)


def test_a_ledger_rolled_back_under_a_running_server_is_a_fault(tmp_path: Path) -> None:
    made = found(tmp_path / "so")
    made.close()
    shutil.copytree(tmp_path / "so", tmp_path / "old")
    again = open_folder(tmp_path / "so", clock)
    unseal(again)
    again.station.catch_up()
    again.close()
    for path in (tmp_path / "so").glob("ledger.db*"):
        path.unlink()
    shutil.copy(tmp_path / "old" / "ledger.db", tmp_path / "so" / "ledger.db")
    rolled = open_folder(tmp_path / "so", clock)
    try:
        assert "rolled-back" in codes(Readiness(rolled))
    finally:
        rolled.close()


def test_a_server_that_is_not_ready_says_every_fault_in_one_problem(services: Services) -> None:
    (services.folder / "keys" / "log.pem").chmod(0o640)
    (services.folder / "keys" / "label.key").chmod(0o640)
    client = TestClient(create_app(services))
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    (fault,) = answer.json()["faults"]
    assert fault["code"] == "key-open"
    assert fault["detail"] in answer.json()["detail"]


# --- on PostgreSQL -------------------------------------------------------------------------------


def becomes(readiness: Readiness, wanted: str, seconds: float = 10.0) -> bool:
    """Whether a fault comes within some seconds; "" waits for none."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        now = codes(readiness)
        if wanted in now or (not wanted and not now):
            return True
        time.sleep(0.1)
    return False


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_hub_is_ready_only_while_its_database_is_there_and_takes_writes(hub: Hub) -> None:
    with closing(open_folder(hub.folder, clock)) as services:
        readiness = Readiness(services)
        assert codes(readiness) == []
        hub.do(f'ALTER DATABASE "{hub.database}" SET default_transaction_read_only = on')
        try:
            hub.do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> user")
            assert becomes(readiness, "store-read-only")
        finally:
            reset = f'ALTER DATABASE "{hub.database}" RESET default_transaction_read_only'
            hub.do(reset, options="?options=-cdefault_transaction_read_only%3Doff")
        hub.cluster.stop()
        try:
            assert becomes(readiness, "store-unreachable")
        finally:
            hub.cluster.start()
        assert becomes(readiness, "")
        readiness.close()


def test_a_database_that_hangs_is_a_fault_within_the_limit(hub: Hub) -> None:
    with closing(open_folder(hub.folder, clock)) as services:
        readiness = Readiness(services)
        assert codes(readiness) == []
        frozen = [hub.cluster.pid, *children(hub.cluster.pid)]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(1.1)
            began = time.monotonic()
            assert "no-answer" in codes(readiness)
            assert time.monotonic() - began < 3.0
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        assert becomes(readiness, "", 20.0)
        readiness.close()


def test_a_schema_that_is_newer_than_the_program_is_a_fault(
    server: Cluster, tmp_path: Path
) -> None:
    hub = found_hub(tmp_path / "so", server)
    with closing(open_folder(hub.folder, clock)) as services:
        readiness = Readiness(services, Ticks())
        assert codes(readiness) == []
        readiness.close()
        hub.do("INSERT INTO ocop.schema_versions (version, program) VALUES (99, 'x')")
        again = Readiness(services)
        assert "schema-differs" in codes(again)
        again.close()
