"""The key commands do the same to a ledger in a file and in a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.bootstrap import open_folder
from ledger.domain.drafts import Draft
from tests.keys.folders import FARM, bytes_of, data, keys_of, ocop, told_folder
from tests.store import places
from tests.store.small_ledger import FRUIT, clock, day, kg, lot


def entries(folder: Path) -> int:
    services = open_folder(folder, clock, settle=False)
    try:
        services.ledger.catch_up()
        return services.ledger.size
    finally:
        services.close()


@pytest.mark.parametrize("store", places.STORES)
def test_a_stolen_station_is_ended_replaced_and_stood_by(tmp_path: Path, store: str) -> None:
    with places.ledgers_on(store):
        folder = told_folder(tmp_path / "so")
        size, before = entries(folder), bytes_of(folder)
        words = ("keys", "compromise", f"{FARM}.station", "--last-good", 18, "--dir", folder)
        tried = data(*words, "--dry-run")
        assert entries(folder) == size and bytes_of(folder) == before
        assert data(*words)["disputed"] == tried["disputed"] != []
        ocop("keys", "new", f"{FARM}.station", "--dir", folder)
        services = open_folder(folder, clock)
        try:
            body = {"lot": lot(FRUIT, "NEW"), "quantity": kg("5"), "site": "VT-01"}
            services.station.record(Draft("harvested", FARM, day(28), body))
        finally:
            services.close()
        ocop("keys", "reattest", "--all", "--party", FARM, "--dir", folder)
        ocop("keys", "rotate", f"{FARM}.admin", "--dir", folder)
        told = data("audit", "--dir", folder)
        assert told["clean"] and told["disputed"] == 0
        assert keys_of(folder)[f"{FARM}.station"]["statements"] == 1
