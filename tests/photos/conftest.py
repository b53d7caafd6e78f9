"""The cooperative of the pages: a browser on its own machine, somebody in the world, a Chromium."""

from tests.pages.conftest import chromium, public, services
from tests.pages.conftest import station as home

__all__ = ["chromium", "home", "public", "services"]
