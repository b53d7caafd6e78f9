"""The database goes away under the writer: clients wait, nothing is lost, nothing comes twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.bootstrap import Services, create, enrol_party
from api.scans.founding import found_scans
from api.settings import Settings
from ledger.errors import LedgerError
from ledger.store.postgres.founding import found_database
from ledger.store.postgres.passwords import keep_password
from ledger.writer import BatchingWriter
from tests.postgres.cluster import Cluster, own_cluster
from tests.store import small_ledger
from tests.store.small_ledger import FARM, check_ledger, party, registry_drafts, signed_harvests
from tests.test_writer import PATIENCE, journal, stations, stored

LOST = {"store-unreachable", "outcome-unknown"}


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A database server that the test may kill."""
    with own_cluster() as made:
        yield made


@pytest.fixture
def services(cluster: Cluster, tmp_path: Path) -> Services:
    """A ledger on that server, with the farm registered; the test closes it."""
    folder = tmp_path / "so"
    owner = cluster.fresh_database()
    made = found_database(owner, new_password="secret", program="0.0.test")
    found_scans(owner, made.role)
    name = urlsplit(owner).path.removeprefix("/")
    keep_password(folder / "keys" / "pgpass", name, made.role, "secret")
    settings = Settings(small_ledger.ORIGIN, database=made.application_dsn)
    services = create(folder, settings, small_ledger.clock)
    services.station.record(party(FARM, "cooperative"))
    enrol_party(services, FARM)
    for draft in registry_drafts():
        if draft.party == FARM:
            services.station.record(draft)
    return services


def test_a_killed_database_costs_waiting_and_nothing_else(
    cluster: Cluster, services: Services
) -> None:
    clients = [journal(signer, 30, f"D{n}-") for n, signer in enumerate(stations(services, 8))]
    before = len(stored(services))
    writer = services.writer
    acknowledged = threading.Semaphore(0)

    def post(number: int) -> list[str]:
        found = []
        for entry in clients[number]:
            (answer,) = writer.submit([entry.raw]).result(PATIENCE)
            found.append(answer.id)
            acknowledged.release()
        return found

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = [pool.submit(post, number) for number in range(len(clients))]
        for _ in range(60):
            assert acknowledged.acquire(timeout=PATIENCE)
        cluster.kill()
        time.sleep(0.5)
        cluster.start()
        found = [answer.result(PATIENCE) for answer in answers]
    for entries, ids in zip(clients, found, strict=True):
        assert ids == [entry.id.hex() for entry in entries]
    added = stored(services)[before:]
    assert len(added) == len(set(added)) == 240
    services.close()
    assert check_ledger(services.folder, bundles=1) == before + 240


def test_the_end_of_the_program_does_not_wait_for_a_lost_database(
    cluster: Cluster, services: Services
) -> None:
    (entry,) = signed_harvests(services, 1)
    writer = BatchingWriter(services.ledger)
    cluster.stop("immediate")
    future = writer.submit([entry.raw])
    began = time.monotonic()
    writer.close()
    assert time.monotonic() - began < 8
    fault = future.exception(timeout=0)
    assert isinstance(fault, LedgerError)
    assert fault.code in LOST
    services.close()


@pytest.mark.long
def test_a_database_that_stays_away_is_told_to_the_client_after_some_seconds(
    cluster: Cluster, services: Services
) -> None:
    (entry,) = signed_harvests(services, 1)
    cluster.stop("immediate")
    began = time.monotonic()
    with pytest.raises(LedgerError) as refused:
        services.writer.submit([entry.raw]).result(PATIENCE)
    assert refused.value.code in LOST
    assert 5 < time.monotonic() - began < 50
    cluster.start()
    # The client sends it again, as the sentence says.
    assert services.writer.submit([entry.raw]).result(PATIENCE)[0].id == entry.id.hex()
    services.close()
