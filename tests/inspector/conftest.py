"""A hub with a farm, a shop and an authority whose key it keeps; an inspector who is bound to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from api.access import passwords
from api.bootstrap import Services
from tests.access.visitors import Visitors
from tests.inspector.scene import AUTHORITY, found


@pytest.fixture(autouse=True, scope="package")
def little_hashing() -> Iterator[None]:
    """Passwords cost next to nothing here."""
    with pytest.MonkeyPatch.context() as change:
        little = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        change.setattr(passwords, "_HASHER", little)
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The same for tests that only read; made once a file."""
    made = found(tmp_path_factory.mktemp("kiem-tra") / "so")
    yield made
    made.close()


@pytest.fixture(scope="module")
def reader(told: Services) -> TestClient:
    """The inspector in the ledger that is only read."""
    made = Visitors(told)
    made.set_up("phuong", "administrator")
    made.set_up("minh", "inspector", AUTHORITY)
    return made.signed_in("minh")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found(tmp_path / "so")
    yield made
    made.close()


@pytest.fixture
def visitors(services: Services) -> Visitors:
    made = Visitors(services)
    made.set_up("phuong", "administrator")
    made.set_up("minh", "inspector", AUTHORITY)
    return made


@pytest.fixture
def inspector(visitors: Visitors) -> TestClient:
    """Somebody who may order in the authority's name."""
    return visitors.signed_in("minh")
