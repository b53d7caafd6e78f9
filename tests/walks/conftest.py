"""One cooperative, one server and one browser for each walk."""

from __future__ import annotations

from tests.pages.conftest import chromium as chromium  # noqa: PLC0414  # a fixture
from tests.pages.conftest import services as services  # noqa: PLC0414  # a fixture
