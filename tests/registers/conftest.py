"""A cooperative, its own machine, and people who sign in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from tests.access.conftest import little_hashing as little_hashing  # noqa: PLC0414  # a fixture
from tests.access.visitors import Visitors
from tests.pages.conftest import chromium as chromium  # noqa: PLC0414  # a fixture
from tests.pages.cooperative import found_cooperative


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
def home(visitors: Visitors) -> TestClient:
    """A browser on the own machine, which may do everything."""
    return visitors.home()
