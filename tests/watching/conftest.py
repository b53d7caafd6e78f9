"""One database server for the tests of this folder, which stop it and spoil its settings."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.postgres.cluster import Cluster, own_cluster
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
