"""Sequencer and projection as threads: in step within a moment, one leader, no end by a fault."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from api.background.heartbeat import Heartbeat, confirmed_at
from api.background.projecting import ProjectionLoop
from api.background.sequencer import Sequencer
from api.background.threads import running
from api.bootstrap import Services, open_folder, utc_now
from ledger.projections import concern, schema
from ledger.projections import projector as projecting
from ledger.projections.rebuilding import rebuild
from ledger.verify.audit import audit_entries
from ledger.verify.history import Located
from ledger.verify.registry import Registry
from tests.background.hub import projected, until
from tests.store import places, small_ledger
from tests.store.small_ledger import check_ledger, rebuilt_dump, signed_harvests


@pytest.fixture
def folder(tmp_path: Path, both_stores: str) -> Path:
    del both_stores
    services = small_ledger.told(tmp_path / "so")
    services.close()
    return tmp_path / "so"


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Services]:
    """The small story on SQLite."""
    services = small_ledger.told(tmp_path / "so")
    yield services
    services.close()


@contextmanager
def process(folder: Path) -> Iterator[Services]:
    """What one more process of the hub would open."""
    services = open_folder(folder, utc_now, settle=False)
    try:
        yield services
    finally:
        services.close()


def record(services: Services, count: int, prefix: str = "R") -> None:
    """Append entries, and nothing else."""
    for entry in signed_harvests(services, count, prefix=prefix):
        services.ledger.submit([entry.raw])


def test_what_is_appended_is_sealed_and_shown_a_moment_later(folder: Path) -> None:
    with process(folder) as services, process(folder) as other:
        record(other, 1, "A")
        loop = ProjectionLoop(services)
        with running(Sequencer(services).run, loop.run):
            until(lambda: projected(folder) == other.store.counted(other.store.newest()), 10, "A")
            record(other, 3, "B")
            size = other.store.counted(other.store.newest())
            took = until(lambda: projected(folder) == size, 5, "B")
            print(f"sealed and shown {took:.2f} s after the append")
            until(lambda: confirmed_at(folder) is not None, 5, "a heartbeat")
            assert services.data_age() is None
    check_ledger(folder)


def test_many_appends_make_few_checkpoints(local: Services) -> None:
    before = len(list(local.store.checkpoints()))
    with running(Sequencer(local).run):
        record(local, 200)
        until(lambda: local.log.size == local.store.counted(local.store.newest()), 10, "sealed")
    made = len(list(local.store.checkpoints())) - before
    assert 0 < made < 100, made


def test_of_two_sequencers_and_projections_one_leads_and_the_other_takes_over(
    folder: Path,
) -> None:
    with process(folder) as second:
        standing_in = Sequencer(second), ProjectionLoop(second)
        with ExitStack() as later:
            with process(folder) as first:
                leading = Sequencer(first), ProjectionLoop(first)
                with running(*(role.run for role in leading)):
                    until(lambda: all(role.leading for role in leading), 5, "the first leads")
                    later.enter_context(running(*(role.run for role in standing_in)))
                    record(second, 2, "A")
                    size = second.store.counted(second.store.newest())
                    until(lambda: projected(folder) == size, 5, "in step")
                    assert not any(role.leading for role in standing_in)
            took = until(lambda: all(role.leading for role in standing_in), 5, "taking over")
            print(f"taken over in {took:.2f} s")
            record(second, 2, "B")
            size += 2
            until(lambda: projected(folder) == size, 5, "in step")
    check_ledger(folder)


def test_two_sequencers_that_both_believe_to_lead_do_no_harm(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(folder) as one, process(folder) as other:
        for services in (one, other):
            monkeypatch.setattr(type(services.store), "lead", lambda _self, _role: True)
        with running(Sequencer(one).run, Sequencer(other).run):
            record(one, 120)
            size = one.store.counted(one.store.newest())
            until(lambda: other.log.size == size, 20, "sealed")
        rows = one.store.sealed(0, 10_000)
        assert [index for index, _ in rows] == list(range(size))
        result = audit_entries(
            [raw for _, raw in rows], dict(one.store.checkpoints()), one.trust_file().roots
        )
        assert result.clean


def poison(monkeypatch: pytest.MonkeyPatch, index: int) -> None:
    """Make the statement at one log index fail to be projected, as a fault of ours would."""
    before = concern.concerns

    def failing(one: Located, registry: Registry) -> Iterator[concern.Concern]:
        if one.index == index:
            raise KeyError("lot")
        return before(one, registry)

    monkeypatch.setattr(projecting, "concerns", failing)


def test_a_statement_that_cannot_be_projected_is_named_and_does_not_end_the_loop(
    local: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, at = local.folder, local.log.size + 3
    record(local, 6)
    with monkeypatch.context() as patched, running(Sequencer(local).run):
        poison(patched, at)
        with running(ProjectionLoop(local).run):
            until(lambda: projected(folder) == at, 10, "everything before it")

            def told() -> str:
                found = Heartbeat.read(folder)
                return "" if found is None or found.trouble is None else found.trouble.en

            until(lambda: told() != "", 10, "its name")
            assert f"before statement {at} of the log" in told()
            assert "KeyError at test_roles.py" in told()
            patched.undo()
            until(lambda: projected(folder) == local.log.size, 10, "the rest")
            until(lambda: told() == "", 10, "the trouble to be over")
    check_ledger(folder)


def test_another_process_may_rebuild_while_the_loop_runs(local: Services) -> None:
    path = local.tables.path
    with running(Sequencer(local).run, ProjectionLoop(local).run):
        for number in range(3):
            record(local, 20, f"R{number}")
            assert rebuild(local.store, path) > 0
        size = local.store.counted(local.store.newest())
        until(lambda: projected(local.folder) == size, 10, "in step")
    assert schema.dump(local.projector.connection) == rebuilt_dump(local)
    assert not path.with_suffix(".rebuilt").exists()


def test_old_tables_answer_until_the_new_ones_are_complete(local: Services) -> None:
    seen: list[bool] = []

    def look(_size: int) -> None:
        seen.append(local.tables.lot(small_ledger.GTIN, "L01") is not None)

    record(local, 30)
    local.station.catch_up()
    assert rebuild(local.store, local.tables.path, look) == local.log.size
    assert seen
    assert all(seen)


def test_a_disk_that_takes_no_heartbeat_does_not_end_the_loop(
    local: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: Heartbeat, _folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Heartbeat, "write", full)
        with running(Sequencer(local).run, ProjectionLoop(local).run):
            record(local, 5)
            size = local.store.counted(local.store.newest())
            until(lambda: projected(local.folder) == size, 10, "in step")
            patched.undo()
            until(lambda: confirmed_at(local.folder) is not None, 10, "a heartbeat")


def test_views_that_are_locked_are_waited_for(local: Services) -> None:
    with running(Sequencer(local).run, ProjectionLoop(local).run):
        holder = sqlite3.connect(local.tables.path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        record(local, 5)
        size = local.store.counted(local.store.newest())
        until(lambda: local.log.size == size, 10, "sealed")
        assert local.tables.size < size
        holder.execute("ROLLBACK")
        holder.close()
        until(lambda: projected(local.folder) == size, 15, "in step")


def test_nothing_is_confirmed_that_is_not_projected(
    local: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        monkeypatch.context() as patched,
        process(local.folder) as services,
        running(ProjectionLoop(services).run),
    ):
        until(lambda: confirmed_at(local.folder) is not None, 10, "a first heartbeat")
        poison(patched, local.log.size)
        record(local, 1)
        local.station.log.seal()
        until(
            lambda: (b := Heartbeat.read(local.folder)) is not None and b.trouble is not None,
            10,
            "t",
        )
        before = confirmed_at(local.folder)
        written = Heartbeat.read(local.folder)
        assert written is not None
        until(
            lambda: (
                (b := Heartbeat.read(local.folder)) is not None
                and b.written > written.written + dt.timedelta(seconds=1)
            ),
            10,
            "a later heartbeat",
        )
        assert confirmed_at(local.folder) == before


def test_a_machine_that_does_not_seal_remembers_what_another_sealed(tmp_path: Path) -> None:
    """Or a ledger put back behind its back would be sealed on by it."""
    with places.ledgers_on("postgres"):
        small_ledger.found(tmp_path / "one").close()
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    with small_ledger.opened(tmp_path / "one") as one, small_ledger.opened(tmp_path / "two") as two:
        stop = Event()
        loop = Thread(target=ProjectionLoop(two).run, args=(stop,))
        loop.start()
        try:
            record(one, 1)
            one.log.seal()
            newest = one.log.checkpoint()
            remembered = tmp_path / "two" / "checkpoint.txt"
            until(lambda: remembered.read_text() == newest, 10, "the newest checkpoint")
        finally:
            stop.set()
            loop.join(10)
