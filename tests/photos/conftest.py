"""A cooperative with a browser on its own machine, and somebody in the world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services
from tests.pages.conftest import chromium as chromium  # noqa: PLC0414  # a fixture
from tests.pages.cooperative import found_cooperative


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found_cooperative(tmp_path / "ledger")
    yield made
    made.close()


@pytest.fixture
def home(services: Services) -> TestClient:
    """A browser on the station itself."""
    base = "http://127.0.0.1:8471"
    return TestClient(
        create_app(services), base_url=base, client=("127.0.0.1", 40000), follow_redirects=False
    )


@pytest.fixture
def public(services: Services) -> TestClient:
    """A client somewhere in the world."""
    return TestClient(create_app(services), client=("203.0.113.5", 40000))
