"""One cooperative for each test that asks for it, and clients of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services
from tests.pages.conftest import chromium as chromium  # noqa: PLC0414 - a fixture, used by name
from tests.pages.cooperative import found_cooperative


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found_cooperative(tmp_path / "ledger")
    yield made
    made.close()


@pytest.fixture
def here(services: Services) -> TestClient:
    """A browser on the own machine, where nobody signs in yet."""
    app = create_app(services)
    base = "http://127.0.0.1:8471"
    return TestClient(app, base_url=base, client=("127.0.0.1", 40000), follow_redirects=False)
