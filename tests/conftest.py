"""Fixtures of the whole suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.store import places


@pytest.fixture(scope="module", params=places.STORES)
def both_stores(request: pytest.FixtureRequest) -> Iterator[str]:
    """Runs a test once on each store; the name of the store that its ledgers are on.

    For a whole module: `pytestmark = pytest.mark.usefixtures("both_stores")`; fixtures of wider
    scope than a function ask for it by name as well.
    """
    with places.ledgers_on(request.param):
        yield request.param
