"""A hub with a farm, a shop and an authority whose key it keeps; an inspector who is bound to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from tests.access.conftest import little_hashing as little_hashing  # noqa: PLC0414  # a fixture
from tests.access.visitors import Visitors
from tests.inspector.scene import AUTHORITY, found


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
