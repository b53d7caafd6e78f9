"""New tables take the place of the old ones whole or not at all, whoever reads, writes or dies."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.bootstrap import Services
from ledger.projections import rebuilding, schema
from ledger.projections.comparing import agree
from ledger.projections.rebuilding import rebuild
from tests.store import small_ledger

_KILLS = 12
_REBUILD = """
import sys
from pathlib import Path
from ledger.projections.rebuilding import rebuild
from ledger.store.sqlite import SqliteStore
folder = Path(sys.argv[1])
store = SqliteStore(folder / "ledger.db")
rebuild(store, folder / "views.db", None, lambda: print("now", flush=True))
store.close()
"""


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Services]:
    """The small story on SQLite."""
    services = small_ledger.told(tmp_path / "so")
    yield services
    services.close()


def edit(path: Path) -> None:
    """Make the tables tell something that the log does not say."""
    plain = sqlite3.connect(path, isolation_level=None)
    plain.execute("""UPDATE lot SET facts = replace(facts, '"packs":', '"packs": 9')""")
    plain.close()


def lots(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    return connection.execute("SELECT * FROM lot").fetchall()


def test_a_reader_keeps_what_it_sees_and_then_sees_the_new_tables(local: Services) -> None:
    path = local.tables.path
    right = lots(local.projector.connection)
    edit(path)
    with sqlite3.connect(path, isolation_level=None) as reader:
        reader.execute("BEGIN")
        wrong = lots(reader)
        assert wrong != right
        rebuild(local.store, path)
        assert lots(reader) == wrong
        reader.execute("COMMIT")
        assert lots(reader) == right
    reader.close()


def test_an_exchange_that_somebody_holds_up_is_given_up_and_the_old_tables_stand(
    local: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = local.tables.path
    monkeypatch.setattr(rebuilding, "_PATIENCE", 200)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    before = schema.dump(holder)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        rebuild(local.store, path)
    assert schema.dump(holder) == before
    holder.execute("ROLLBACK")
    holder.close()
    assert list(path.parent.glob("*.rebuilt*")) == []
    rebuild(local.store, path)
    assert agree(local.store, path)


@pytest.mark.parametrize("size", [512, 8192])
def test_tables_with_pages_of_another_size_are_exchanged_as_well(
    local: Services, size: int, tmp_path: Path
) -> None:
    path = tmp_path / "views.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(f"PRAGMA page_size = {size}")
    other.execute("PRAGMA journal_mode = WAL")
    other.close()
    reader = schema.open_views(path)
    assert lots(reader) == []
    rebuild(local.store, path)
    assert lots(reader) == lots(local.projector.connection)
    assert reader.execute("PRAGMA page_size").fetchone() == (size,)
    reader.close()


def test_a_rebuild_that_cannot_begin_leaves_no_file(
    local: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, opened = local.tables.path, schema.open_views

    def no_room(at: Path) -> sqlite3.Connection:
        if at.suffix == ".rebuilt":
            raise sqlite3.OperationalError("database or disk is full")
        return opened(at)

    monkeypatch.setattr(schema, "open_views", no_room)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        rebuild(local.store, path)
    assert list(path.parent.glob("*.rebuilt*")) == []


def test_killed_at_any_moment_of_the_exchange_old_or_new_tables_are_whole(local: Services) -> None:
    path, ends, most = local.tables.path, set[bool](), 0.02
    chance = random.Random(4)
    for _ in range(_KILLS):
        edit(path)
        with sqlite3.connect(path) as plain:
            old = schema.dump(plain)
        plain.close()
        with subprocess.Popen(
            [sys.executable, "-c", _REBUILD, str(local.folder)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"now\n"
            time.sleep(chance.uniform(0, most))
            process.kill()
        new = agree(local.store, path)
        connection = schema.open_views(path)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert new or schema.dump(connection) == old
        connection.close()
        ends.add(new)
        # A slow machine needs longer to come to the end, a fast one less to be caught before it.
        most = most / 2 if new else most * 1.5
    assert ends == {False, True}
