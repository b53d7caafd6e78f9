"""A move goes where its owner meant, and not from under a server that goes on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from api.commands.main import main
from api.keeping.errors import KeepingError
from api.keeping.moving import move_to_folder, target_of
from ledger.errors import LedgerError
from ledger.store import guard
from tests.keeping import scenes
from tests.store import places
from tests.store.small_ledger import check_ledger


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_ledger_does_not_move_to_a_folder_while_somebody_seals_it(
    tmp_path: Path, kind: str
) -> None:
    """A server that goes on would show, and try to write, a ledger that has gone."""
    folder = tmp_path / "so"
    with places.ledgers_on(kind):
        scenes.told(folder).close()
    with scenes.opened(folder) as server:
        assert server.store.lead("sequencer")
        with scenes.opened(folder) as mover, pytest.raises(KeepingError, match="Stop ocop serve"):
            move_to_folder(mover, tmp_path / "new")
        scenes.add_one_by_one(server, 1, "N")
    assert not (tmp_path / "new").exists()
    assert check_ledger(folder, bundles=1)


@pytest.mark.parametrize(
    "mistyped",
    [
        "mysql://a/b",
        "POSTGRESQL://a/b",
        "postgresql:/owner@a/b",
        "postgres+psycopg://a/b",
        "host=a x",
    ],
)
def test_a_mistyped_database_address_is_refused_and_is_no_folder(
    tmp_path: Path, mistyped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scenes.told(tmp_path / "so").close()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LedgerError) as refused:
        target_of(tmp_path / "so", mistyped)
    assert refused.value.code == "database-address"
    assert main(["move", "--dir", str(tmp_path / "so"), "--to", mistyped]) == 2
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("folder", ["new", "./a-b", "C:/so", "./x:y", "x:y/z"])
def test_what_is_a_folder_stays_one(tmp_path: Path, folder: str) -> None:
    assert target_of(tmp_path, folder) == ("folder", str(Path(folder).resolve()))


def test_asking_for_the_schema_of_a_ledger_that_has_gone_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        guard.schema_version(tmp_path / "ledger.db")
    assert list(tmp_path.iterdir()) == []
