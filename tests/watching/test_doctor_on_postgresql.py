"""The doctor at a hub: the server, its settings and its standbys, each fault made for real."""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from api.commands.main import main
from api.settings import Settings
from api.watching.doctor import server_checks
from api.watching.doctor.case import Case
from api.watching.doctor.examination import examine
from api.watching.doctor.process_checks import check_processes
from ledger.store.postgres.functions import FUNCTIONS, Function
from ledger.store.postgres.store import PostgresStore
from tests.postgres.cluster import _free_port
from tests.store import places
from tests.watching.hub import Hub

GIGABYTE = 1024**3


def codes(hub: Hub, now: dt.datetime | None = None) -> set[str]:
    moment = now or dt.datetime.now(dt.UTC)
    room = (100 * GIGABYTE, 50 * GIGABYTE)
    with closing(Case(hub.folder, lambda: moment, lambda _: None, lambda _: room)) as case:
        findings = [finding for _, finding in examine(case)]
    for finding in findings:
        for lang in ("en", "vi"):
            assert all(part.strip() for part in finding.parts(lang)), finding.code
            assert places.PASSWORD not in finding.say(lang)
    # Nobody seals here while the test looks; one test is about that.
    return {finding.code for finding in findings} - {"sequencer-absent"}


def test_nothing_is_found_where_nothing_is_wrong_but_that_nobody_seals(hub: Hub) -> None:
    with closing(Case(hub.folder)) as case:
        assert "sequencer-absent" in {one.code for _, one in examine(case)}
    leader = PostgresStore(
        (str(Settings.load(hub.folder / "settings.json").database),),
        passwords=hub.folder / "keys" / "pgpass",
    )
    with closing(leader):
        assert leader.lead("sequencer")
        with closing(Case(hub.folder)) as case:
            assert "sequencer-absent" not in {one.code for _, one in examine(case)}
    assert codes(hub) == set()


def test_a_trigger_that_was_switched_off_is_found(hub: Hub) -> None:
    hub.do("ALTER TABLE ocop.log_leaves DISABLE TRIGGER no_change")
    try:
        assert codes(hub) == {"store-fault"}
    finally:
        hub.do("ALTER TABLE ocop.log_leaves ENABLE ALWAYS TRIGGER no_change")
    assert codes(hub) == set()


CHANGED = (
    (
        "ALTER TABLE ocop.log_nodes DROP CONSTRAINT log_nodes_hash_check",
        "ALTER TABLE ocop.log_nodes ADD CONSTRAINT log_nodes_hash_check CHECK (length(hash) = 32)",
    ),
    (
        "ALTER TABLE ocop.stored_events DROP CONSTRAINT stored_events_position_check, "
        "ADD CONSTRAINT stored_events_position_check CHECK (position > -9)",
        "ALTER TABLE ocop.stored_events DROP CONSTRAINT stored_events_position_check, "
        "ADD CONSTRAINT stored_events_position_check CHECK (position > 0)",
    ),
    (
        "ALTER TABLE ocop.log_leaves DROP CONSTRAINT log_leaves_leaf_check, "
        "ADD CONSTRAINT log_leaves_leaf_check CHECK (leaf >= 0) NOT VALID",
        "ALTER TABLE ocop.log_leaves VALIDATE CONSTRAINT log_leaves_leaf_check",
    ),
    (
        "ALTER TABLE ocop.log_checkpoints ADD CONSTRAINT small CHECK (size < 1000000)",
        "ALTER TABLE ocop.log_checkpoints DROP CONSTRAINT small",
    ),
    (
        "ALTER TABLE ocop.log_checkpoints ALTER COLUMN note DROP NOT NULL",
        "ALTER TABLE ocop.log_checkpoints ALTER COLUMN note SET NOT NULL",
    ),
    (
        "ALTER TABLE ocop.log_leaves ADD COLUMN remark text NOT NULL DEFAULT ''",
        "ALTER TABLE ocop.log_leaves DROP COLUMN remark",
    ),
)


@pytest.mark.parametrize(("change", "back"), CHANGED)
def test_a_rule_of_a_table_that_was_changed_is_found(hub: Hub, change: str, back: str) -> None:
    hub.do(change)
    try:
        assert codes(hub) == {"store-fault"}
    finally:
        hub.do(back)
    assert codes(hub) == set()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.name)
def test_a_function_that_was_replaced_is_found(hub: Hub, function: Function) -> None:
    # What refuses goes, the rest stays: nobody who records notices.
    body = function.body.replace("RAISE EXCEPTION", "RAISE DEBUG")
    assert body != function.body
    hub.do(replace(function, body=body).make())
    try:
        assert codes(hub) == {"store-fault"}
    finally:
        hub.do(function.make())
    assert codes(hub) == set()


def test_looking_takes_no_leadership_from_a_hub(hub: Hub) -> None:
    settings = Settings.load(hub.folder / "settings.json")
    leader = PostgresStore((str(settings.database),), passwords=hub.folder / "keys" / "pgpass")
    with closing(leader), closing(Case(hub.folder)) as case:
        assert "sequencer-absent" in {one.code for one in check_processes(case)}
        # The doctor has looked and is still there: it keeps nobody from leading.
        assert leader.lead("sequencer")
        assert "sequencer-absent" not in {one.code for one in check_processes(case)}
        assert leader.lead("sequencer")


@pytest.mark.long
def test_two_servers_that_both_take_writes_are_found(hub: Hub) -> None:
    standby = hub.cluster.standby("four")
    try:
        dsn = str(Settings.load(hub.folder / "settings.json").database)
        ports = f"{hub.cluster.port},{standby.port}"
        hub.settings(database=make_conninfo(dsn, host="127.0.0.1,127.0.0.1", port=ports))
        assert codes(hub) == {"fail-over-unsafe"}
        standby.promote()
        assert codes(hub) == {"fail-over-unsafe", "split-brain"}
        with closing(Case(hub.folder)) as case:
            (found,) = (one for _, one in examine(case) if one.code == "split-brain")
        for port in (hub.cluster.port, standby.port):
            assert f"127.0.0.1:{port}" in found.say("en")
        # Named to be read from, it is no standby any more either.
        hub.settings(
            database=dsn, read_from=[dsn.replace(str(hub.cluster.port), str(standby.port))]
        )
        assert "split-brain" in codes(hub)
        # One server under two names is one server.
        twice = make_conninfo(dsn, host="127.0.0.1,localhost", port=str(hub.cluster.port))
        hub.settings(database=twice, read_from=[])
        assert codes(hub) == {"fail-over-unsafe"}
    finally:
        standby.remove()


def test_commits_that_do_not_wait_are_found(hub: Hub) -> None:
    hub.do(f'ALTER ROLE "{hub.role}" SET synchronous_commit = off')
    try:
        assert "commits-unsafe" in codes(hub)
    finally:
        hub.do(f'ALTER ROLE "{hub.role}" RESET synchronous_commit')


def test_a_server_that_takes_no_writes_is_found(hub: Hub) -> None:
    hub.do(f'ALTER DATABASE "{hub.database}" SET default_transaction_read_only = on')
    try:
        assert "server-read-only" in codes(hub)
    finally:
        reset = f'ALTER DATABASE "{hub.database}" RESET default_transaction_read_only'
        hub.do(reset, options="?options=-cdefault_transaction_read_only%3Doff")


def test_a_clock_that_differs_from_the_servers_is_found(hub: Hub) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
    assert codes(hub, later) == {"clock-differs-from-database"}


@pytest.mark.long
def test_standbys_that_are_named_and_missing_or_late_are_found(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Before the setting: with it and without the standby every commit waits.
    standby = hub.cluster.standby("two")
    try:
        dsn = str(Settings.load(hub.folder / "settings.json").database)
        hub.settings(read_from=[dsn.replace(str(hub.cluster.port), str(standby.port))])
        hub.do("ALTER SYSTEM SET synchronous_standby_names = 'two'")
        assert codes(hub) == set()
        with psycopg.connect(standby.superuser_dsn(), autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_pause()")
        hub.do("ALTER SYSTEM SET synchronous_standby_names = ''")
        hub.do("CREATE TABLE public.something (n integer)")
        monkeypatch.setattr(server_checks, "_LAG", 0.2)
        assert codes(hub) == {"standby-lags", "fail-over-unsafe"}
        hub.settings(database=dsn.replace(str(hub.cluster.port), str(standby.port)))
        assert "server-standby" in codes(hub)
        hub.settings(database=dsn)
        standby.stop()
        hub.do("ALTER SYSTEM SET synchronous_standby_names = 'two'")
        assert codes(hub) == {"standby-missing", "standby-away"}
    finally:
        hub.do("ALTER SYSTEM RESET synchronous_standby_names")
        standby.remove()


@pytest.mark.long
def test_a_primary_that_hangs_is_told_soon_and_apart_from_a_standby_in_the_settings(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    standby = hub.cluster.standby("three")
    try:
        dsn = str(Settings.load(hub.folder / "settings.json").database)
        both = f"{hub.cluster.port},{standby.port}"
        hub.settings(database=make_conninfo(dsn, host="127.0.0.1,127.0.0.1", port=both))
        assert codes(hub) == {"fail-over-unsafe"}
        os.kill(hub.cluster.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            assert main(["doctor", "--dir", str(hub.folder), "--lang", "en"]) == 1
            took = time.monotonic() - began
        finally:
            os.kill(hub.cluster.pid, signal.SIGCONT)
        said = capsys.readouterr()
        assert "The primary does not answer" in said.out
        assert "which is a standby" not in said.out
        assert "] opening the ledger: ! 1" in said.err
        print(f"the doctor took {took:.1f} s")
        assert took < 15
    finally:
        standby.remove()


def test_a_standby_that_does_not_answer_is_not_taken_for_the_primary(hub: Hub) -> None:
    dsn = str(Settings.load(hub.folder / "settings.json").database)
    hub.settings(read_from=[make_conninfo(dsn, port=_free_port())])
    assert codes(hub) == {"standby-away", "fail-over-unsafe"}


def test_a_server_that_is_down_or_without_fsync_is_found(hub: Hub) -> None:
    hub.cluster.stop()
    try:
        assert codes(hub) == {"ledger-unopenable", "server-away"}
        hub.cluster.settings["fsync"] = "off"
    finally:
        hub.cluster.start()
    try:
        assert codes(hub) == {"store-fault"}
    finally:
        hub.cluster.stop()
        hub.cluster.settings["fsync"] = "on"
        hub.cluster.start()
