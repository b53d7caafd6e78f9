"""Fixtures of the whole suite, and what each of its processes sets for itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from api.collecting import collect_seldom
from tests.store import places

collect_seldom()  # as every command of the product does


def pytest_configure() -> None:
    # A shell that starts the suite in the background has it ignore Ctrl-C, and every program that
    # a test starts and ends by Ctrl-C would inherit that and run for ever.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    collect_seldom()  # thousands of collected tests are not looked through again either


@pytest.fixture(scope="module", params=places.STORES)
def both_stores(request: pytest.FixtureRequest) -> Iterator[str]:
    """Runs a test once on each store; the name of the store that its ledgers are on.

    For a whole module: `pytestmark = pytest.mark.usefixtures("both_stores")`; fixtures of wider
    scope than a function ask for it by name as well.
    """
    with places.ledgers_on(request.param):
        yield request.param
