"""A running hub for the stations that are kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.pages.cooperative import GTIN, PRODUCT
from tests.station_sync.scene import SON, Hub, make_hub, running_hub, say


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """One running hub; every test joins stations of its own."""
    folder = tmp_path_factory.mktemp("made") / "hub"
    make_hub(folder)
    with running_hub(folder) as running:
        say(running.services, "product-registered", SON, {**PRODUCT, "gtin": GTIN})
        running.services.station.catch_up()
        yield running
