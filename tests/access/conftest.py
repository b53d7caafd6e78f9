"""A cooperative and a client for each of its people; tables of people and passkeys beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from api.access import passwords
from api.access.passkeys import Passkeys
from api.access.people import People, Person
from api.access.side_opening import open_side
from api.access.side_tables import SideTables
from api.bootstrap import Services
from tests.access.passkey_scenes import PASSWORD, Clock
from tests.access.visitors import AWAY, Visitors
from tests.pages.cooperative import found_cooperative
from tests.store import places


@pytest.fixture(autouse=True, scope="module")
def little_hashing(request: pytest.FixtureRequest) -> Iterator[None]:
    """Passwords cost next to nothing, but where their cost is the subject."""
    with pytest.MonkeyPatch.context() as change:
        if not request.module.__name__.endswith(".test_passwords"):
            little = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
            change.setattr(passwords, "_HASHER", little)
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found_cooperative(tmp_path / "ledger")
    yield made
    made.close()


@pytest.fixture
def visitors(services: Services) -> Visitors:
    """Nobody is set up yet."""
    return Visitors(services)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SideTables]:
    address = None
    if request.param == "postgres":
        address = places.application_dsn(places.fresh_owner_dsn())
    tables = open_side(tmp_path, address)
    yield tables
    tables.close()


@pytest.fixture
def people(side: SideTables, clock: Clock) -> People:
    return People(side, clock, lambda: b"key")


@pytest.fixture
def passkeys(side: SideTables, clock: Clock, people: People) -> Passkeys:
    return Passkeys(side, clock, lambda: b"key", people, AWAY)


@pytest.fixture
def minh(people: People) -> Person:
    return people.use_link(people.add("minh", "Minh", "inspector", ""), PASSWORD)
