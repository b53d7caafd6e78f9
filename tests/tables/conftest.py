"""The cooperative of the pages: a browser on its own machine, where nobody signs in; a Chromium."""

from tests.pages.conftest import chromium, services
from tests.pages.conftest import station as here

__all__ = ["chromium", "here", "services"]
