"""One running hub for a file whose tests leave it usable for each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.station_sync.scene import Hub, make_hub, running_hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub") / "hub"
    make_hub(folder)
    with running_hub(folder) as running:
        yield running
