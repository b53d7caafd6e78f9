"""A hub whose disk is full or read-only: refused in a sentence, nothing lost, and it goes on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from api.bootstrap import open_folder
from api.settings import Settings
from ledger.errors import LedgerError
from ledger.store.postgres.address import database_name
from tests.postgres.cluster import Cluster
from tests.reliability.full_disk import (
    SmallDisk,
    plain,
    post_rest,
    post_until_refused,
    small_disk,
)
from tests.reliability.hub import ROOT, Client, served
from tests.reliability.places import PostgresPlace, SqlitePlace, postgres_place
from tests.store import small_ledger

APPENDS = 150


def signed(folder: Path) -> tuple[int, list[bytes]]:
    """Size of a new ledger, and the next entries of its farm."""
    with small_ledger.opened(folder) as services:
        entries = [one.raw for one in small_ledger.signed_harvests(services, APPENDS)]
        return services.store.size(), entries


def whole(folder: Path, before: int, entries: list[bytes]) -> None:
    """Everything posted is there once and in order."""
    assert small_ledger.check_ledger(folder, bundles=5) == before + len(entries)
    with small_ledger.opened(folder) as services:
        assert [raw for _, raw in small_ledger.said(services, before)] == entries


def test_a_hub_on_sqlite_whose_disk_is_full_says_so_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    with small_disk(8) as disk:
        folder = SqlitePlace(disk.path / "so").fresh()
        before, entries = signed(folder)
        with served(folder) as port:
            client = Client(port)
            disk.fill(leave=128 * 1024)
            done, problem = post_until_refused(client, entries)
            plain(problem)
            disk.clear()
            took = post_rest(client, entries[done:])
            client.close()
        whole(folder, before, entries)
        print(
            f"sqlite: {done} of {APPENDS} recorded, then {problem['detail']!r}; on in {took:.2f} s"
        )


def test_a_ledger_on_a_read_only_disk_is_refused_in_a_sentence_and_recorded_in_later() -> None:
    with small_disk(16) as disk:
        folder = SqlitePlace(disk.path / "so").fresh()
        before, entries = signed(folder)
        disk.remount("ro")
        served_in_vain = subprocess.run(
            [
                *(sys.executable, "-m", "api.commands.main", "serve", "--dir", str(folder)),
                *("--port", "0", "--lang", "vi"),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
        )
        disk.remount("rw")
        print(served_in_vain.stderr)
        assert served_in_vain.returncode == 2
        assert len(served_in_vain.stderr.strip().splitlines()) == 1
        assert "Traceback" not in served_in_vain.stderr
        with small_ledger.opened(folder) as services:
            services.ledger.submit(entries)
        whole(folder, before, entries)


@contextmanager
def on(disk: SmallDisk, tmp_path: Path) -> Iterator[PostgresPlace]:
    """A server with its data on the small disk; the folders of its ledgers are elsewhere."""
    (disk.path / "pg").mkdir()
    cluster = Cluster(disk.path / "pg", {"max_wal_size": "64MB", "wal_recycle": "off"})
    try:
        cluster.make()
        yield PostgresPlace(tmp_path / "so", cluster)
    finally:
        cluster.stop("immediate")


def use_up_log(cluster: Cluster) -> None:
    """Begin one piece of the write-ahead log after another, until there is room for no more."""
    with psycopg.connect(cluster.superuser_dsn(), autocommit=True) as admin:
        for _ in range(100):
            admin.execute("SELECT pg_switch_wal(), txid_current()")


def test_a_hub_on_postgresql_whose_disk_is_full_says_so_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    with small_disk(256) as disk, on(disk, tmp_path) as place:
        folder = place.fresh()
        before, entries = signed(folder)
        with served(folder) as port:
            client = Client(port)
            disk.fill(leave=64 * 1024)
            done, problem = post_until_refused(client, entries)
            plain(problem)
            disk.clear()
            took = post_rest(client, entries[done:])
            client.close()
        whole(folder, before, entries)
        print(f"postgres: {done} of {APPENDS} recorded, then {problem['detail']!r}; {took:.2f} s")
        assert "PANIC" not in place.cluster.log()


@pytest.mark.long
def test_a_server_that_stops_because_its_log_has_no_room_loses_nothing(tmp_path: Path) -> None:
    with small_disk(256) as disk, on(disk, tmp_path) as place:
        folder = place.fresh()
        before, entries = signed(folder)
        with served(folder) as port:
            client = Client(port)
            for raw in entries[:20]:
                client.record(raw)
            disk.fill(leave=0)
            # The next piece of the write-ahead log cannot be made: the server gives up.
            with pytest.raises(psycopg.Error):
                use_up_log(place.cluster)
            done, problem = post_until_refused(client, entries[20:])
            plain(problem)
            disk.clear()
            place.cluster.stop("immediate")
            place.cluster.start()
            took = post_rest(client, entries[20 + done :])
            client.close()
        whole(folder, before, entries)
        print(f"postgres: {problem['detail']!r}; on {took:.2f} s after the restart")
        assert "PANIC" in place.cluster.log()


def test_a_database_that_was_made_read_only_is_refused_in_a_sentence_and_recorded_in_later(
    tmp_path: Path,
) -> None:
    place = postgres_place()
    folder = place.fresh()
    before, entries = signed(folder)
    dsn = Settings.load(folder / "settings.json").database
    assert dsn is not None
    name = sql.Identifier(database_name(dsn))
    change = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
    services = open_folder(folder, small_ledger.clock)
    services.ledger.submit(entries[:20])
    with psycopg.connect(place.cluster.superuser_dsn(), autocommit=True) as admin:
        admin.execute(change.format(name, sql.Literal("on")))
        # Only sessions that begin from now on are bound by it.
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (database_name(dsn),),
        )
        with pytest.raises(LedgerError) as told:
            services.ledger.submit(entries[20:])
        admin.execute(change.format(name, sql.Literal("off")))
    print(told.value.code, told.value.say("vi"))
    assert told.value.code in ("store-unwritable", "store-unreachable")
    services.ledger.submit(entries[20:])
    services.close()
    whole(folder, before, entries)
    place.discard(folder)
