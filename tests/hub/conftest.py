"""One hub for each test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.scene import HubScene, open_scene


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubScene]:
    made = open_scene(tmp_path / "hub")
    yield made
    made.services.close()


@pytest.fixture(scope="module")
def quiet_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubScene]:
    """One for a whole file, for tests that record nothing."""
    made = open_scene(tmp_path_factory.mktemp("quiet") / "hub")
    yield made
    made.services.close()
