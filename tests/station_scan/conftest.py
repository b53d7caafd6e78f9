"""The cooperative of the pages, its station's client, and one browser a file."""

from tests.pages.conftest import chromium, public, services, station

__all__ = ["chromium", "public", "services", "station"]
