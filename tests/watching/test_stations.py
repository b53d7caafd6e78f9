"""A hub tells in numbers how its stations stand, and each station how it stands itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.station.errors import Frozen
from api.watching.exposition import everything
from api.watching.running import RunningFile
from api.watching.stations import SILENT, station_gauges
from api.watching.watch import Watch
from tests.hub.scene import HubScene, open_scene
from tests.station_sync.scene import SON, harvest, joined, make_hub, running_hub, station, sync
from tests.store.small_ledger import FARM, SHOP


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubScene]:
    made = open_scene(tmp_path / "hub")
    yield made
    made.services.close()


def said(hub: HubScene) -> dict[str, dict[str, float]]:
    gauges = station_gauges(hub.services, lambda: float(hub.clock.seconds))
    return {name: dict(ask()) for name, ask in gauges.items()}


def test_a_ledger_without_stations_says_nothing_of_them(hub: HubScene) -> None:
    assert not any(said(hub).values())
    assert "ocop_stations{" not in Watch(hub.services).scrape().decode()


def test_a_hub_counts_who_is_in_touch_silent_and_frozen(hub: HubScene) -> None:
    farm, shop, other = hub.joined(FARM), hub.joined(SHOP), hub.joined(SHOP)
    for one in (farm, shop, other):
        one.pull_all()
    assert said(hub)["stations"] == {"in_touch": 3, "silent": 0, "frozen": 0}
    hub.clock.go(seconds=SILENT + 60)
    farm.pull()
    shop.pull(frozen="behind")
    found = said(hub)
    assert found["stations"] == {"in_touch": 1, "silent": 1, "frozen": 1}
    assert found["station_oldest_contact_seconds"] == {"": SILENT + 60}
    first = farm.harvests(1)
    farm.seq, farm.last = 0, None
    second = farm.harvests(1, "OTHER")
    assert farm.push(first).status_code == 200
    assert farm.push(second).status_code == 409
    assert said(hub)["station_forks"] == {"": 1}


def test_a_scrape_names_no_station_however_many_there_are(hub: HubScene, tmp_path: Path) -> None:
    stations = [hub.joined(FARM) for _ in range(5)]
    for one in stations:
        one.pull_all()
    gauges = {name: ask() for name, ask in station_gauges(hub.services).items()}
    text = everything(RunningFile(tmp_path, lambda: 0.0), None, gauges, "1").decode()
    lines = [
        sample
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if family.name.startswith("ocop_station")
    ]
    assert len(lines) == 5
    assert FARM not in text
    assert not any(one.signer.keyid.hex()[:8] in text for one in stations)


def test_a_station_says_what_waits_and_whether_it_is_frozen(tmp_path: Path) -> None:
    make_hub(tmp_path / "hub")
    with running_hub(tmp_path / "hub") as hub:
        joined(tmp_path / "son", hub, SON)
        with station(tmp_path / "son") as son:
            sync(son)
            harvest(son, SON, "W-1")
            harvest(son, SON, "W-2")
            text = Watch(son).scrape().decode()
            assert "ocop_unsent_statements 2.0" in text
            assert "ocop_station_frozen 0.0" in text
            assert "ocop_stations" not in text
            assert son.link is not None
            son.link.state.freeze(Frozen("ended"))
            assert "ocop_station_frozen 1.0" in Watch(son).scrape().decode()
