"""Entries are counted here, so a ledger that runs in this process commits to no index meanwhile."""

from __future__ import annotations

import pytest

from api.background import indexing


@pytest.fixture(autouse=True)
def _no_commitments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "INDEX_PACE", 3600.0)
