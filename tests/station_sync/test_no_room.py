"""A station's disk that fills up in the middle: nothing is lost, and it goes on when there is room."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from api.commands.evidence import audit
from ledger.verify.wording import Refusal
from tests.reliability.full_disk import small_disk
from tests.station_sync.scene import SON, Hub, harvest, joined, stands, station, sync


@pytest.mark.parametrize("room", [0, 60_000])
def test_a_disk_that_fills_up_while_statements_are_taken_loses_none(
    hub: Hub, tmp_path: Path, room: int
) -> None:
    joined(tmp_path / "son", hub, SON)
    for number in range(60):
        harvest(hub.services, SON, f"D{room}-{number:03d}")
    hub.services.station.catch_up()
    with small_disk(8) as disk:
        folder = disk.path / "son"
        shutil.copytree(tmp_path / "son", folder)
        with station(folder) as son:
            disk.fill(room)
            for _ in range(2):
                with pytest.raises((sqlite3.Error, Refusal, OSError)):
                    sync(son)
            disk.clear()
            sync(son)
            assert son.link is not None
            assert son.link.state.frozen() is None
        with station(folder) as son:
            harvest(son, SON, f"AFTER-{room}")
            sync(son)
            hub.services.station.catch_up()
            sync(son)
            now = stands(son)
            assert (now.unsent, now.sealed, now.frozen) == (0, 1, None)
            assert audit(son).clean, audit(son).failure
            kept = {raw for _, raw in son.store.after(0, 10_000)}
            wanted = [raw for _, raw in hub.services.store.sealed(0, 10_000) if b"harvested" in raw]
            assert wanted and kept >= set(wanted)
