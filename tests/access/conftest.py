"""A cooperative whose people are set up, and a client for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.bootstrap import Services
from tests.access.visitors import Visitors
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
