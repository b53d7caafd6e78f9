"""Reads go to the standbys that the settings name, and to the primary when none of them answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from psycopg.conninfo import make_conninfo

from api.settings import Settings
from tests.postgres.cluster import _free_port
from tests.store import small_ledger
from tests.store.places import ledgers_on


def test_a_hub_whose_standbys_are_all_gone_reads_from_its_primary(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    with ledgers_on("postgres"):
        services = small_ledger.found(folder)
        size = services.store.size()
        services.close()
        settings = Settings.load(folder / "settings.json")
        assert settings.database is not None
        gone = make_conninfo(settings.database, port=_free_port())
        replace(settings, read_from=(gone,)).save(folder / "settings.json")
        with small_ledger.opened(folder) as hub:
            assert hub.reading is not hub.store
            assert hub.log.size == size
            (entry,) = small_ledger.signed_harvests(hub, 1)
            hub.ledger.submit([entry.raw])
            hub.station.catch_up()
            assert hub.tables.size == size + 1
