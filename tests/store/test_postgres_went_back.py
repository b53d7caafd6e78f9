"""The database goes backwards under a running writer: a restore, a fail-over that lost rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from api.bootstrap import Services, open_folder
from api.keeping.errors import RolledBack
from ledger.verify.entry import Entry
from tests.postgres.cluster import shared_cluster
from tests.store import places, small_ledger

PATIENCE = 30.0


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """A running worker on a database of its own, everything sealed."""
    with places.ledgers_on("postgres"):
        made = small_ledger.found(tmp_path / "so")
    try:
        yield made
    finally:
        made.close()


def as_superuser(*statements: str) -> None:
    with psycopg.connect(shared_cluster().superuser_dsn(), autocommit=True) as connection:
        for one in statements:
            connection.execute(one.encode())


def name_of(services: Services) -> str:
    return services.store.location.rpartition("/")[2]


def end_sessions(name: str) -> str:
    return f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"


def back_up(services: Services) -> None:
    name = name_of(services)
    as_superuser(
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
        end_sessions(name),
        f"CREATE DATABASE {name}_old TEMPLATE {name}",
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS true",
        f"ALTER DATABASE {name}_old ALLOW_CONNECTIONS true",
    )


def put_back(services: Services) -> None:
    """The copy takes the database's place under its name, as after a restore."""
    name = name_of(services)
    as_superuser(
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
        end_sessions(name),
        f"ALTER DATABASE {name} RENAME TO {name}_lost",
        f"ALTER DATABASE {name}_old RENAME TO {name}",
    )


def submit(services: Services, *entries: Entry) -> list[int]:
    done = services.writer.submit([one.raw for one in entries]).result(PATIENCE)
    return [one.index for one in done]


def test_a_writer_never_judges_against_statements_that_are_gone(services: Services) -> None:
    entries = small_ledger.signed_harvests(services, 6)
    first = services.store.size()
    assert submit(services, *entries[:2]) == [first, first + 1]
    services.station.log.seal()
    back_up(services)
    submit(services, *entries[2:5])
    put_back(services)
    # Its predecessors are lost with the database: believed, this would leave a gap in the journal.
    with pytest.raises(Exception, match="was expected"):
        submit(services, entries[5])
    assert submit(services, *entries[2:]) == [first + number for number in range(2, 6)]
    services.station.catch_up()
    assert services.store.size() == first + 6
    assert small_ledger.audit(services).failure is None


def test_other_statements_in_the_place_of_lost_ones_are_noticed(services: Services) -> None:
    """As many as were lost, so that positions alone would tell nothing."""
    entries = small_ledger.signed_harvests(services, 3)
    submit(services, entries[0])
    back_up(services)
    submit(services, *entries[1:])
    put_back(services)
    other = open_folder(services.folder, small_ledger.clock, settle=False)
    try:
        others = small_ledger.signed_harvests(other, 2, by=small_ledger.SHOP)
        other.ledger.submit([one.raw for one in others])
    finally:
        other.close()
    newest = services.store.newest()
    last = services.store.counted(newest)
    assert submit(services, *entries[1:]) == [last, last + 1]
    services.station.catch_up()
    assert small_ledger.audit(services).failure is None


def test_a_writer_stops_when_sealed_statements_are_gone(services: Services) -> None:
    entries = small_ledger.signed_harvests(services, 4)
    submit(services, *entries[:2])
    back_up(services)
    submit(services, entries[2])
    services.station.log.seal()
    put_back(services)
    kept = services.store.newest()
    for _ in range(2):  # and it stays so
        with pytest.raises(RolledBack) as refused:
            submit(services, entries[3])
        assert refused.value.code == "rolled-back"
    with pytest.raises(RolledBack):
        submit(services, entries[2])
    assert services.store.newest() == kept
