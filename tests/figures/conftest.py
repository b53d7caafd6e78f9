"""The scene of two farms' trade with an October of its own, and people of both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from tests.access.conftest import little_hashing as little_hashing  # noqa: PLC0414  # a fixture
from tests.access.visitors import Visitors
from tests.figures.october import october
from tests.inspector.scene import AUTHORITY, found
from tests.pages.conftest import chromium as chromium  # noqa: PLC0414  # a fixture
from tests.store.small_ledger import FARM, SHOP

PEOPLE = (
    ("phuong", "administrator", ""),
    ("lan", "manager", FARM),
    ("bay", "manager", SHOP),
    ("minh", "inspector", AUTHORITY),
    ("can", "officer", ""),
)


def peopled(services: Services) -> Visitors:
    made = Visitors(services)
    for name, role, party in PEOPLE:
        made.set_up(name, role, party)
    return made


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitors]:
    """For tests that only read; made once a file."""
    services = found(tmp_path_factory.mktemp("so-lieu") / "so")
    october(services)
    yield peopled(services)
    services.close()


@pytest.fixture(scope="module")
def manager(told: Visitors) -> TestClient:
    return told.signed_in("lan")


@pytest.fixture
def visitors(tmp_path: Path) -> Iterator[Visitors]:
    """For tests that record."""
    services = found(tmp_path / "so")
    yield peopled(services)
    services.close()
