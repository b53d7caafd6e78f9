"""Scans of a hub: in its own database, made by the commands, read from a standby when need be."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from api.bootstrap import open_folder
from api.commands.main import main as ocop
from api.scans.postgres_storage import PostgresScans
from tests.postgres.cluster import own_cluster, shared_cluster
from tests.scans.places_to_count import DAY, GTIN, LOT, SERIAL, TAG, counter, scans_database


def test_a_hub_made_by_the_commands_counts_in_its_database(tmp_path: Path) -> None:
    owner, folder = shared_cluster().fresh_database(), tmp_path / "hub"
    assert ocop(["init", "--dir", str(folder), "--database", owner]) == 0
    services = open_folder(folder)
    try:
        services.scans.note(GTIN, LOT, TAG, 1, "203.0.113.7")
        services.scans.flush()
        assert services.store.faults() == []
    finally:
        services.close()
    assert not (folder / "scans.db").exists()
    with psycopg.connect(owner) as db:
        rows = db.execute("SELECT gtin, tag, counter, lot, scans FROM ocop_scans.serial").fetchall()
    assert rows == [(GTIN, TAG, 1, LOT, 1)]


@pytest.mark.long
def test_counts_are_read_from_a_standby_when_the_primary_is_gone() -> None:
    with own_cluster() as primary:
        standby = primary.standby("reader")
        try:
            application = scans_database(primary)[1]
            reader = make_conninfo(application, port=standby.port)
            storage = PostgresScans([application], [reader])
            scans = counter(storage)
            for _ in range(3):
                scans.note(GTIN, LOT, TAG, 1, "203.0.113.7")
            scans.flush()
            deadline = time.monotonic() + 20
            while storage.counts([SERIAL]) != {SERIAL: (3, DAY)}:
                assert time.monotonic() < deadline, "the standby does not follow"
                time.sleep(0.05)
            primary.kill()
            scans.note(GTIN, LOT, TAG, 1, "203.0.113.7")
            deadline = time.monotonic() + 20
            while asyncio.run(scans.ask(SERIAL)) != (4, DAY):
                assert time.monotonic() < deadline, "the standby is not asked"
                time.sleep(0.05)
            assert scans.lot(GTIN, LOT) is not None
            scans.close()
            # No key reaches a standby: unlogged tables are not replicated.
            with (
                psycopg.connect(reader) as db,
                pytest.raises(psycopg.errors.FeatureNotSupported),
            ):
                db.execute("SELECT key FROM ocop_scans.day_key")
        finally:
            standby.remove()
