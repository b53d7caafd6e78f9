"""What a scrape says of standbys that lag, and of statements that a station signs itself."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services, open_folder
from api.settings import Settings
from api.watching import metrics
from api.watching.counts import Counts
from ledger.domain.drafts import Draft
from tests.background.hub import until
from tests.postgres.cluster import own_cluster
from tests.store.small_ledger import FARM, FRUIT, clock, day, found, kg, lot, say
from tests.watching.hub import found_hub
from tests.watching.test_metrics import values


@pytest.fixture(autouse=True)
def _from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_GAUGES", {})
    monkeypatch.setattr(metrics, "COUNTS", Counts())


def harvest(services: Services, code: str) -> None:
    body = {"lot": lot(FRUIT, code), "quantity": kg("5"), "site": "VT-01"}
    services.station.record(Draft("harvested", FARM, day(8), body))


def test_what_a_station_records_itself_is_counted_as_what_clients_send(tmp_path: Path) -> None:
    with closing(found(tmp_path / "so")) as services:
        client = TestClient(create_app(services))
        before = services.store.size()
        for number in range(3):
            harvest(services, f"M{number}")
        assert services.store.size() == before + 3
        seen = values(client.get("/metrics").text)
        assert seen["ocop_appended_entries_total", ()] == 3
        assert seen["ocop_append_seconds_count", ()] == 3
        assert seen["ocop_append_batch_entries_bucket", ("1.0",)] == 3
        assert 0 < seen["ocop_append_seconds_sum", ()] < 60
        assert ("ocop_standby_up", ()) not in seen


def test_a_standby_that_lags_is_told_and_numbers_of_entries_are_the_primarys(
    tmp_path: Path,
) -> None:
    with own_cluster() as cluster, ExitStack() as later:
        hub = found_hub(tmp_path / "so", cluster)
        standby = cluster.standby("lagging")
        later.callback(standby.remove)
        dsn = str(Settings.load(hub.folder / "settings.json").database)
        hub.settings(read_from=[dsn.replace(str(cluster.port), str(standby.port))])
        services = open_folder(hub.folder, clock)
        later.callback(services.close)
        client = TestClient(create_app(services))
        where = f"127.0.0.1:{standby.port}/{hub.database}"

        def told(name: str) -> float | None:
            return values(client.get("/metrics").text).get((f"ocop_{name}", (where,)))

        # A new standby may still receive while it already has all that the primary had said.
        until(
            lambda: told("standby_lag_bytes") == 0 and told("standby_lag_seconds") == 0,
            *(20, "in step"),
        )
        assert told("standby_up") == 1
        with psycopg.connect(standby.superuser_dsn(), autocommit=True) as late:
            late.execute("SELECT pg_wal_replay_pause()")
            body = {"lot": lot(FRUIT, "LAG"), "quantity": kg("5"), "site": "VT-01"}
            say(services, FARM, "harvested", day(8), body)
            services.station.log.seal()
            hub.do("CREATE TABLE public.much AS SELECT generate_series(1, 20000)")
            until(lambda: (told("standby_lag_bytes") or 0) > 500_000, 20, "bytes")
            until(lambda: (told("standby_lag_seconds") or 0) > 0.5, 20, "seconds")
            size = services.store.size()
            assert services.reading.size() == size - 1
            seen = values(client.get("/metrics").text)
            assert seen["ocop_log_sealed_entries", ()] == size
            assert seen["ocop_unprojected_entries", ()] == 1
            late.execute("SELECT pg_wal_replay_resume()")
        until(lambda: told("standby_lag_bytes") == 0, 20, "in step again")
        standby.stop("immediate")
        until(lambda: told("standby_up") == 0, 20, "that it is away")
        seen = values(client.get("/metrics").text)
        assert ("ocop_standby_lag_bytes", (where,)) not in seen
        assert seen["ocop_scrape_complete", ()] == 1
