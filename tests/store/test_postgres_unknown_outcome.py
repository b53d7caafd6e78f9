"""The database is lost in the middle of an append: the outcome is found out, not guessed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.persistence import StoredEvent

from api.bootstrap import Services, create, enrol_party
from api.scans.founding import found_scans
from api.settings import Settings
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.founding import enrolment
from ledger.signing import Signer
from ledger.store.postgres.founding import found_database
from ledger.store.postgres.functions import TOPIC
from ledger.store.postgres.passwords import keep_password
from ledger.verify.entry import parse_entry
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.statement import Statement, read_statement
from tests.postgres.cluster import Cluster, own_cluster
from tests.store import small_ledger
from tests.store.small_ledger import FARM, signed_harvests

PATIENCE = 30.0
APPEND = "query LIKE '%ocop.append(%' AND state = 'active' AND pid <> pg_backend_pid()"
STUCK = "pid <> pg_backend_pid() AND state = 'active' AND wait_event = 'SyncRep'"
TEXT = "giao tận xưởng"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server whose settings these tests change."""
    with own_cluster() as made:
        yield made


@pytest.fixture
def services(cluster: Cluster, tmp_path: Path) -> Iterator[Services]:
    """A ledger with the farm and two harvests, on that server."""
    folder, owner = tmp_path / "so", cluster.fresh_database()
    made = found_database(owner, new_password="secret", program="0.0.test")
    found_scans(owner, made.role)
    name = urlsplit(owner).path.removeprefix("/")
    keep_password(folder / "keys" / "pgpass", name, made.role, "secret")
    services = create(
        folder, Settings(small_ledger.ORIGIN, database=made.application_dsn), small_ledger.clock
    )
    services.station.record(small_ledger.party(FARM, "cooperative"))
    enrol_party(services, FARM)
    for draft in small_ledger.registry_drafts():
        if draft.party == FARM:
            services.station.record(draft)
    for draft in small_ledger.story_drafts()[:3]:
        services.station.record(draft)
    try:
        yield services
    finally:
        waits_for_standby(cluster, "")
        services.close()


def superuser(cluster: Cluster, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(cluster.superuser_dsn(database), autocommit=True)


def waits_for_standby(cluster: Cluster, name: str) -> None:
    """Every commit waits for this standby from now on; for none when the name is empty."""
    with superuser(cluster) as connection:
        connection.execute("SET synchronous_commit = local")
        connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'".encode())
        connection.execute("SELECT pg_reload_conf()")
        deadline = time.monotonic() + PATIENCE
        while True:
            with superuser(cluster) as other:
                row = other.execute("SHOW synchronous_standby_names").fetchone()
            if row == (name,):
                return
            assert time.monotonic() < deadline
            time.sleep(0.02)


def end(cluster: Cluster, how: str, which: str) -> None:
    """Wait for sessions in this state, then cancel or terminate them."""
    with superuser(cluster) as connection:
        deadline = time.monotonic() + PATIENCE
        while not connection.execute(
            f"SELECT {how}(pid) FROM pg_stat_activity WHERE {which}".encode()
        ).rowcount:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def received() -> Draft:
    draft = small_ledger.story_drafts()[3]
    assert TEXT in draft.private.values()
    return draft


def recorded(services: Services) -> list[str]:
    """Private digests of what was received, one for each statement recorded."""
    said = [read_statement(parse_entry(raw).payload) for _, raw in services.store.after(0, 1000)]
    return [one.body["note"] for one in said if one.type == "received"]


def test_a_cut_append_that_was_not_recorded_is_sent_again_with_its_private_texts(
    cluster: Cluster, services: Services
) -> None:
    database = services.store.location.rpartition("/")[2]
    with superuser(cluster, database) as blocking, ThreadPoolExecutor(1) as threads:
        with blocking.transaction():
            blocking.execute("LOCK TABLE ocop.stored_events IN SHARE ROW EXCLUSIVE MODE")
            answer = threads.submit(services.station.record, received())
            end(cluster, "pg_terminate_backend", APPEND)
        done = answer.result(PATIENCE)
    assert done.index == services.store.size() - 1
    assert [services.notes.text_of(digest) for digest in recorded(services)] == [TEXT]
    assert small_ledger.audit(services).failure is None


def test_an_append_whose_standby_wait_was_cut_keeps_its_texts_and_is_recorded_once(
    cluster: Cluster, services: Services
) -> None:
    waits_for_standby(cluster, "gone")
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(services.station.record, received())
        end(cluster, "pg_cancel_backend", f"{STUCK} AND query LIKE '%ocop.append(%'")
        waits_for_standby(cluster, "")
        assert answer.result(PATIENCE).id
    assert [services.notes.text_of(digest) for digest in recorded(services)] == [TEXT]
    assert small_ledger.audit(services).failure is None


def test_a_repeat_is_not_acknowledged_while_no_standby_has_the_statement(
    cluster: Cluster, services: Services
) -> None:
    (entry,) = signed_harvests(services, 1)
    waits_for_standby(cluster, "gone")
    with ThreadPoolExecutor(1) as threads:
        for _ in range(2):  # the append itself, then the repeat that finds it in the store
            answer = threads.submit(services.ledger.submit, [entry.raw])
            end(cluster, "pg_cancel_backend", STUCK)
            with pytest.raises(LedgerError) as unknown:
                answer.result(PATIENCE)
            assert unknown.value.code == "outcome-unknown"
        waits_for_standby(cluster, "")
        (told,) = services.ledger.submit([entry.raw])
        assert told.known


def test_a_key_that_was_slipped_in_without_a_signature_is_not_believed(services: Services) -> None:
    root = services.station.signers[ROOT_PARTY, "root"]
    stranger = Signer.of(Ed25519PrivateKey.generate())
    draft = enrolment(
        services.settings.origin, stranger, FARM, "admin", small_ledger.day(3), by=ROOT_PARTY
    )
    head = services.ledger.history.journals[root.keyid]
    said = Statement(
        draft.type, ROOT_PARTY, head.seq + 1, head.id, draft.time, (), None, dict(draft.body)
    )
    forged = root.sign(said).raw[:-64] + bytes(64)
    event = StoredEvent(root.keyid.hex(), head.seq + 1, TOPIC, forged)
    services.store.recorder.insert_events([event])
    with pytest.raises(LedgerError) as refused:
        services.ledger.catch_up()
    assert refused.value.code == "steering-forged"
    assert stranger.keyid not in services.ledger.history.keys.records
    (entry,) = _next_harvest(services)
    with pytest.raises(LedgerError):
        services.ledger.submit([entry])


def _next_harvest(services: Services) -> list[bytes]:
    signer = services.station.signers[FARM, "station"]
    head = services.ledger.history.journals[signer.keyid]
    return [small_ledger.signed(signer, FARM, head.seq + 1, head.id, "AFTER").raw]
