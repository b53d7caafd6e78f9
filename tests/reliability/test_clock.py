"""Clocks that are a day wrong: recording and sealing go on, and what is odd is shown, not hidden."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from api.background.projecting import ProjectionLoop
from api.background.sequencer import Sequencer
from api.background.threads import running
from api.bootstrap import Services, open_folder
from ledger.domain.drafts import Draft
from ledger.verify.checklist import verify_bundle
from ledger.verify.rules.standing import lot_findings
from tests.store import small_ledger
from tests.store.small_ledger import FARM, FRUIT, NOW

pytestmark = pytest.mark.usefixtures("both_stores")
LOT = (FRUIT, "Q9")
_WITHIN = 15.0


class Clock:
    """A clock that somebody sets wrong."""

    def __init__(self, hours: float = 0) -> None:
        self.wrong = dt.timedelta(hours=hours)

    def __call__(self) -> dt.datetime:
        return NOW + self.wrong


def harvest(services: Services) -> int:
    """Record a harvest of just now by the station's own clock; its log index."""
    body = {"lot": small_ledger.lot(*LOT), "quantity": small_ledger.kg("5"), "site": "VT-01"}
    draft = Draft("harvested", FARM, services.station.now_text(), body)
    return services.station.record(draft).index


def found_by_inspector(folder: Path) -> tuple[set[str], str]:
    """Codes of the findings on the lot, and the verdict on its bundle, by a right clock."""
    with small_ledger.opened(folder) as services:
        graph, registry = services.projector.graph_of([LOT]), services.projector.history.registry
        codes = {one.code for one in lot_findings(graph, registry, LOT, now=NOW)}
        raw = services.bundle(*LOT)
        assert raw is not None
        return codes, verify_bundle(raw, services.trust_file(), now=NOW).verdict


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_station_whose_clock_is_a_day_wrong_goes_on_recording(
    tmp_path: Path, hours: float
) -> None:
    services = small_ledger.found(tmp_path / "so")
    size = services.store.size()
    services.close()
    services = open_folder(tmp_path / "so", Clock(hours))
    assert harvest(services) == size
    assert services.log.size == size + 1  # sealed as ever
    services.close()
    # A wrong time zone is no offence: up to a day nothing is found.
    assert found_by_inspector(tmp_path / "so") == (set(), "verified")
    assert small_ledger.check_ledger(tmp_path / "so") == size + 1


def test_a_station_whose_clock_is_more_than_a_day_ahead_is_recorded_and_shown(
    tmp_path: Path,
) -> None:
    services = small_ledger.found(tmp_path / "so")
    size = services.store.size()
    services.close()
    services = open_folder(tmp_path / "so", Clock(25))
    assert harvest(services) == size
    services.close()
    assert found_by_inspector(tmp_path / "so") == ({"time-in-future"}, "verified")
    assert small_ledger.check_ledger(tmp_path / "so") == size + 1


def test_a_hub_whose_clock_jumps_by_a_day_seals_and_projects_on(tmp_path: Path) -> None:
    small_ledger.found(tmp_path / "so").close()
    clock = Clock()
    services = open_folder(tmp_path / "so", clock)
    size = services.store.size()
    entries = [one.raw for one in small_ledger.signed_harvests(services, 40)]
    ages = []
    with running(Sequencer(services).run, ProjectionLoop(services).run):
        for number, hours in enumerate((0, 24, -24, 0)):
            clock.wrong = dt.timedelta(hours=hours)
            for raw in entries[number * 10 : number * 10 + 10]:
                services.writer.submit([raw]).result(30)
            size += 10
            deadline = time.monotonic() + _WITHIN
            while services.tables.size < size or services.data_age() is not None:
                assert time.monotonic() < deadline, (hours, services.tables.size, size)
                time.sleep(0.02)
            ages.append(services.data_age())
    assert ages == [None] * 4
    services.close()
    assert small_ledger.check_ledger(tmp_path / "so", bundles=5) == size
