"""The server's disk has an append before the client has its acknowledgement: seen by strace."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from api.settings import Settings
from ledger.store.postgres.address import database_name
from tests.postgres.cluster import own_cluster
from tests.reliability import traces
from tests.reliability.places import PostgresPlace
from tests.store import small_ledger
from tests.store.append_until_killed import write_entries

ROOT = Path(__file__).resolve().parents[2]
CLIENT = Path(__file__).with_name("append_and_say.py")
QUICK, LONG = 20, 100
# One server for all of them.
pytestmark = pytest.mark.xdist_group("fsync-on-postgresql")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresPlace]:
    """Ledgers on a server that nobody else uses, so that its log is written for them alone."""
    with own_cluster() as cluster:
        yield PostgresPlace(tmp_path_factory.mktemp("so"), cluster)


def unsynced(place: PostgresPlace, appends: int, *options: str) -> list[int]:
    """Numbers of the appends that were acknowledged before the server's log was on disk."""
    folder = place.fresh()
    dsn = Settings.load(folder / "settings.json").database
    assert dsn is not None
    name = database_name(dsn)
    with psycopg.connect(place.cluster.superuser_dsn(name)) as admin:
        admin.execute("CREATE TABLE public.plain (state bytea)")
        admin.execute("GRANT INSERT ON public.plain TO PUBLIC")
        if options:  # what a careless administrator may have set
            change = sql.SQL("ALTER DATABASE {} SET synchronous_commit = off")
            admin.execute(change.format(sql.Identifier(name)))
    with small_ledger.opened(folder) as services:
        entries = [one.raw for one in small_ledger.signed_harvests(services, appends)]
    write_entries(folder / "entries", entries)
    seen_by_client, seen_of_server = folder / "client", folder / "server"
    with traces.watching(place.cluster.pid, seen_of_server):
        done = subprocess.run(
            [
                *(traces.strace(), "-f", "-ttt", "-o", str(seen_by_client)),
                *("-e", "trace=write", sys.executable, str(CLIENT), str(folder)),
                *(str(folder / "entries"), *options),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    assert done.returncode == 0, done.stderr
    seen = traces.read(seen_of_server, seen_by_client, appends)
    found = seen.unsynced()
    print(
        f"{options or 'as it is'}: {appends} appends, {len(seen.written)} writes of the log, "
        f"{len(seen.synced)} syncs of it, {len(found)} appends not synced in time"
    )
    if "--plain" not in options:
        assert small_ledger.check_ledger(folder, bundles=2) >= appends
    return found


def test_every_append_is_synced_by_the_server_before_it_is_acknowledged(
    place: PostgresPlace,
) -> None:
    assert unsynced(place, QUICK) == []


def test_a_session_that_asks_for_lazy_commits_gets_synced_appends_all_the_same(
    place: PostgresPlace,
) -> None:
    assert unsynced(place, QUICK, "--careless") == []


def test_without_the_append_function_the_same_look_finds_lazy_commits(
    place: PostgresPlace,
) -> None:
    # Now and then the server's own log writer comes in between: it does so five times a second.
    assert len(unsynced(place, QUICK, "--plain")) > QUICK // 2


def test_on_a_server_without_fsync_the_same_look_finds_every_append_unsynced(
    place: PostgresPlace,
) -> None:
    place.cluster.stop()
    place.cluster.settings["fsync"] = "off"
    place.cluster.start()
    try:
        assert unsynced(place, QUICK) == list(range(QUICK))
    finally:
        place.cluster.stop()
        del place.cluster.settings["fsync"]
        place.cluster.start()


@pytest.mark.long
def test_a_hundred_appends_are_synced_by_the_server_before_they_are_acknowledged(
    place: PostgresPlace,
) -> None:
    assert unsynced(place, LONG) == []
