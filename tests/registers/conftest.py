"""The cooperative of the pages, its own machine, people who sign in, and one browser a file."""

import pytest
from starlette.testclient import TestClient

from tests.access.conftest import little_hashing, services, visitors
from tests.access.visitors import Visitors
from tests.pages.conftest import chromium

__all__ = ["chromium", "home", "little_hashing", "services", "visitors"]


@pytest.fixture
def home(visitors: Visitors) -> TestClient:
    """A browser on the own machine, which may do everything."""
    return visitors.home()
