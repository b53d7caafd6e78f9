"""A healthy ledger folder, and one database server that the tests stop and whose settings they spoil."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.settings import Settings
from tests.postgres.cluster import Cluster, own_cluster
from tests.store.small_ledger import NOW, found
from tests.watching.hub import Hub, found_hub


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    with own_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def founded(server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Hub:
    return found_hub(tmp_path_factory.mktemp("hub") / "so", server)


@pytest.fixture
def hub(founded: Hub, tmp_path: Path) -> Hub:
    """The one database, with a copy of the folder."""
    shutil.copytree(founded.folder, tmp_path / "so")
    return replace(founded, folder=tmp_path / "so")


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing wrong, to be copied."""
    folder = tmp_path_factory.mktemp("healthy") / "so"
    services = found(folder)
    services.station.catch_up()
    services.close()
    settings = Settings.load(folder / "settings.json")
    Settings(settings.origin, "https://truyxuat.example.vn").save(folder / "settings.json")
    said = {"time": NOW.isoformat(), "size": 1}
    (folder / "last-backup.json").write_text(json.dumps(said), encoding="utf-8")
    return folder


@pytest.fixture
def folder(healthy: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "so"
    shutil.copytree(healthy, copy)
    return copy
