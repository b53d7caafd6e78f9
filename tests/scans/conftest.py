"""Every test with `reopen` runs on `scans.db` and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.scans.storage import ScanStorage
from tests.scans.places_to_count import openers


@pytest.fixture(params=["sqlite", "postgres"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], ScanStorage]]:
    """Opens the test's one storage; whatever was opened is closed at the end."""
    opened: list[ScanStorage] = []
    opener = openers(request.param, tmp_path)

    def one_more() -> ScanStorage:
        opened.append(opener())
        return opened[-1]

    yield one_more
    for storage in opened:
        storage.close()


@pytest.fixture
def storage(reopen: Callable[[], ScanStorage]) -> ScanStorage:
    """The storage, opened once."""
    return reopen()
