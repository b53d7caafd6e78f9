"""A hub of several processes: whichever is killed, another goes on, and all end together."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from api.bootstrap import Services, open_folder
from api.commands.main import main
from ledger.closing_fields import closing_fields
from ledger.verify.keys import COMMITTED
from tests.background.hub import (
    START,
    Arrivals,
    Command,
    Hub,
    alive,
    children_of,
    hub,
    projected,
    until,
)
from tests.store import places, small_ledger
from tests.store.small_ledger import GTIN, check_ledger, said

TAKE_OVER = 5.0


@pytest.fixture(scope="module", params=["postgres", pytest.param("sqlite", marks=pytest.mark.long)])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with the small story; on SQLite too where there is time."""
    made = tmp_path_factory.mktemp(request.param) / "so"
    with places.ledgers_on(request.param):
        services = small_ledger.told(made)
        services.close()
    return made


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Hub]:
    """A hub over it: two processes that answer, one that seals, one that projects."""
    with hub(folder) as made:
        yield made


@pytest.fixture
def writer(folder: Path) -> Iterator[Services]:
    """Another process's way to the same ledger: it records, and neither seals nor projects."""
    services = open_folder(folder, settle=False)
    yield services
    services.close()


def in_step(services: Services, folder: Path, size: int) -> bool:
    """Whether `size` entries are sealed and projected."""
    return services.store.size() >= size and projected(folder) >= size


def follows(services: Services, folder: Path, arrivals: Arrivals, before: int) -> float:
    """Wait until what is acknowledged now is sealed and shown; the seconds it took."""
    size = before + arrivals.acknowledged + 1
    return until(lambda: in_step(services, folder, size), 30, "sealed and projected")


def killed(running: Hub, role: str) -> int:
    """Kill -9 the child of a role, or one of them; returns its process id."""
    pid = running.children()[role][0]
    os.kill(pid, signal.SIGKILL)
    until(lambda: not alive(pid), 5, f"the end of {role}")
    return pid


def test_reads_answer_while_a_writer_holds_the_lock(running: Hub, writer: Services) -> None:
    with writer.store.writing():
        held, slowest, answers = time.monotonic(), 0.0, 0
        while time.monotonic() - held < 3:
            for path in (f"/01/{GTIN}/10/L01", f"/lo/{GTIN}/L01", "/log/checkpoint"):
                began = time.monotonic()
                assert running.get(path)[0] == 200
                slowest = max(slowest, time.monotonic() - began)
                answers += 1
    print(f"{answers} answers while the lock was held for 3 s, the slowest {slowest * 1000:.0f} ms")
    assert slowest < 1.5


def test_whoever_is_killed_while_entries_arrive_another_goes_on_without_gap_or_fork(
    folder: Path, running: Hub, writer: Services
) -> None:
    before, told = writer.store.size(), len(said(writer))
    with ExitStack() as ending:
        # Stand-ins, as another service has them: they need no start when a leader dies.
        stand_ins = [Command(role, "--dir", str(folder)) for role in ("sequence", "project")]
        for one in stand_ins:
            ending.callback(one.kill)
        until(lambda: all("waits as stand-in" in one.said for one in stand_ins), START, "stand-ins")
        with Arrivals(writer) as arrivals:
            follows(writer, folder, arrivals, before)
            for role in ("sequence", "project", "serve"):
                gone = killed(running, role)
                size = before + arrivals.acknowledged + 1
                took = until(lambda at=size: in_step(writer, folder, at), 30, role)  # type: ignore[misc]  # bound on purpose
                print(f"{role} killed: {took:.2f} s until the next entry was sealed and shown")
                assert took < TAKE_OVER, role
                assert running.get(f"/01/{GTIN}/10/L01")[0] == 200
                until(
                    lambda r=role, g=gone: (
                        [p for p in running.children().get(r, []) if p != g] != []
                    ),  # type: ignore[misc]
                    30,
                    f"another {role}",
                )
        assert arrivals.acknowledged > 20
    until(lambda: all_committed(writer), 30, "a commitment to all of it")
    assert check_ledger(folder) == told + arrivals.acknowledged


def all_committed(services: Services) -> bool:
    """Nothing is left to commit to, so the hub appends nothing by itself while the ledger is checked."""
    ((_, raw),) = services.store.sealed(services.store.size() - 1, 1)
    return closing_fields(raw).type == COMMITTED


@pytest.mark.long
def test_a_lone_hub_starts_its_dead_children_again_and_catches_up(
    folder: Path, running: Hub, writer: Services
) -> None:
    before, told = writer.store.size(), len(said(writer))
    with Arrivals(writer) as arrivals:
        for role in ("sequence", "project"):
            killed(running, role)
            follows(writer, folder, arrivals, before)
        until(running.complete, 60, "a complete hub again")
        assert "is started again" in running.said
    until(lambda: all_committed(writer), 30, "a commitment to all of it")
    assert check_ledger(folder) == told + arrivals.acknowledged


def test_children_of_a_killed_parent_end_by_themselves(running: Hub) -> None:
    """The last test of this hub."""
    everyone = [pid for pids in running.children().values() for pid in pids]
    assert len(everyone) == 4
    running.kill()
    until(lambda: not any(map(alive, everyone)), 10, "the end of the children")


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)]
)
def test_a_signal_ends_every_process_within_ten_seconds(tmp_path: Path, number: int) -> None:
    small_ledger.found(tmp_path / "so").close()
    with hub(tmp_path / "so") as running:
        everyone = [pid for pids in running.children().values() for pid in pids]
        assert len(everyone) == 4
        assert running.end(number) < 10
        assert running.process.returncode == 0
        assert [pid for pid in everyone if alive(pid)] == []


def test_one_process_alone_seals_and_projects_what_another_records(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    before = services.store.size()
    command = Hub(tmp_path / "so", workers=1)
    try:
        with Arrivals(services, 20) as arrivals:
            until(lambda: arrivals.acknowledged == 20, 30, "twenty entries")
        until(lambda: in_step(services, tmp_path / "so", before + 20), 30, "sealed and shown")
        assert children_of(command.process.pid) == {}
        assert command.end() < 10
        assert command.process.returncode == 0
    finally:
        command.kill()
        services.close()


def test_a_signal_that_comes_as_soon_as_the_address_is_told_ends_a_process_too(
    tmp_path: Path,
) -> None:
    small_ledger.found(tmp_path / "so").close()
    command = Hub(tmp_path / "so", workers=1)
    try:
        assert command.end() < 10
        assert command.process.returncode == 0
    finally:
        command.kill()


@pytest.mark.parametrize("workers", ["0", "65"])
def test_a_senseless_number_of_workers_is_refused(
    tmp_path: Path, workers: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--dir", str(tmp_path), "--lang", "en", "--workers", workers]) == 2
    assert "--workers must be 1 to 64" in capfd.readouterr().err


def test_a_folder_that_is_no_ledgers_is_refused_once_in_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--dir", str(tmp_path), "--lang", "en", "--workers", "3"]) == 2
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert "no ledger" in said
