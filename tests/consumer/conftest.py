"""A cooperative, its visitors, and passwords that cost next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from api.access import passwords
from api.bootstrap import Services
from tests.access.visitors import Visitors
from tests.pages.cooperative import found_cooperative


@pytest.fixture(autouse=True, scope="module")
def little_hashing() -> Iterator[None]:
    """Signing in is not the subject here."""
    with pytest.MonkeyPatch.context() as change:
        change.setattr(
            passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        )
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found_cooperative(tmp_path / "ledger")
    yield made
    made.close()


@pytest.fixture
def visitors(services: Services) -> Visitors:
    """Nobody is set up yet."""
    return Visitors(services)
