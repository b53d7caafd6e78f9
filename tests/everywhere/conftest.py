"""One village for a file of tests: nobody changes it, everybody looks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.everywhere.village import Village, found_village
from tests.pages.conftest import chromium as chromium  # noqa: PLC0414  # a fixture


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    services = found_village(tmp_path_factory.mktemp("village") / "so")
    yield Village(services)
    services.close()
