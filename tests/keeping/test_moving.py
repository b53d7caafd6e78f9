"""A ledger moves between SQLite and PostgreSQL with the same bytes, the same tree, and one writer."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from api.bootstrap import Services, create
from api.commands.main import main
from api.keeping.connected import refuse_connected
from api.keeping.errors import KeepingError
from api.keeping.move_record import MoveRecord
from api.keeping.moving import MOVED_FILE, move_to_database, move_to_file, move_to_folder
from api.settings import Settings
from ledger.errors import LedgerError
from ledger.sealing import SealedLog
from ledger.store.copying import CopyRefused, copy_store
from ledger.store.postgres.address import database_name, for_role
from ledger.store.postgres.functions import APPEND
from ledger.store.postgres.store import PostgresStore
from ledger.store.seam import SealedBatch
from ledger.store.sqlite import SqliteStore
from tests.keeping import scenes
from tests.postgres.cluster import shared_cluster
from tests.store import places
from tests.store.small_ledger import ORIGIN, check_ledger, signed_harvests


def unsealed(services: Services, count: int) -> None:
    """Record statements without sealing them."""
    entries = signed_harvests(services, count, prefix="U")
    services.ledger.submit([one.raw for one in entries])


def test_a_ledger_moves_to_a_database_and_back_with_the_same_bytes_and_tree(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "so"
    services = scenes.told(folder, 450)
    scenes.add_one_by_one(services, 5, "M")
    unsealed(services, 3)
    before = scenes.contents(services)
    there = move_to_database(services, scenes.database())
    services.close()
    assert scenes.settings_of(folder).database is not None
    assert not (folder / "ledger.db").exists()
    with scenes.opened(folder) as hub:  # seals the three
        size = there.size + 3
        assert hub.store.sealed(0, there.size) == before[0]
        assert {n: hub.store.checkpoint(n) for n in before[1]} == before[1]
        assert hub.store.size() == size
        scenes.add_one_by_one(hub, 1, "N")
        middle = scenes.contents(hub)
        back = move_to_file(hub)
    assert (back.size, back.still_open is not None) == (size + 1, True)
    assert scenes.settings_of(folder).database is None
    assert not (folder / "keys" / "pgpass").exists()
    with scenes.opened(folder) as station:
        assert scenes.contents(station) == middle
        scenes.add_one_by_one(station, 1, "O")
    assert check_ledger(folder, bundles=2) == size + 2


def test_the_old_ledger_file_refuses_statements_from_whoever_has_it_open(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    services = scenes.told(folder)
    with scenes.opened(folder) as server:  # another process would be like this
        scenes.add_one_by_one(server, 1, "Y")
        size = server.store.size()
        move_to_folder(services, tmp_path / "new")
        with pytest.raises(LedgerError, match="was moved"):
            scenes.add_one_by_one(server, 1, "Z")
        with pytest.raises(LedgerError, match="was moved"):
            scenes.add(server, 1, "Z")
        assert server.store.size() == server.store.newest() == size
    services.close()
    assert not (folder / "ledger.db").exists()
    moved = folder / MOVED_FILE
    assert moved.stat().st_mode & 0o777 == 0o400
    with sqlite3.connect(f"file:{moved}?mode=ro", uri=True) as db:
        assert db.execute("SELECT count(*) FROM log_leaves").fetchone() == (size,)
    db.close()


def test_a_ledger_moves_to_another_folder_and_the_old_one_is_none_any_more(
    tmp_path: Path,
) -> None:
    services = scenes.told(tmp_path / "so", 10)
    before = scenes.contents(services)
    move_to_folder(services, tmp_path / "new")
    services.close()
    with scenes.opened(tmp_path / "new") as moved:
        assert scenes.contents(moved) == before
        scenes.add_one_by_one(moved, 1, "N")
    assert (tmp_path / "so" / MOVED_FILE).exists()
    assert not (tmp_path / "so" / "settings.json").exists()
    with pytest.raises(KeepingError) as refused, scenes.opened(tmp_path / "so"):
        pass
    assert refused.value.code == "folder-moved"
    assert f"--dir {tmp_path / 'new'}" in str(refused.value)
    with pytest.raises(KeepingError, match="was moved to"):
        create(tmp_path / "so", Settings("other.example/log"))
    assert not (tmp_path / "so" / "settings.json").exists()


def test_a_ledger_is_not_moved_while_somebody_else_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.store.locks._PATIENCE", 0.3)
    services = scenes.told(tmp_path / "so")
    held, done = threading.Event(), threading.Event()

    def write() -> None:
        with scenes.opened(tmp_path / "so") as other, other.store.writing():
            held.set()
            done.wait(20)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert held.wait(20)
        with pytest.raises(LedgerError) as refused:
            move_to_folder(services, tmp_path / "new")
        assert refused.value.code == "store-unwritable"
    finally:
        done.set()
        thread.join(20)
    assert not (tmp_path / "new").exists()
    scenes.add_one_by_one(services, 1, "N")
    services.close()


def test_a_ledger_moves_from_one_database_to_another_and_keeps_both_passwords_apart(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "so"
    with places.ledgers_on("postgres"):
        services = scenes.told(folder)
    before, old = scenes.contents(services), (folder / "keys" / "pgpass").read_text()
    there = scenes.database()
    moved = move_to_database(services, there)
    services.close()
    assert moved.still_open is not None
    assert (folder / "keys" / "pgpass.moved").read_text() == old
    assert (folder / "keys" / "pgpass").read_text() != old
    with scenes.opened(folder) as hub:
        assert scenes.contents(hub) == before
        scenes.add_one_by_one(hub, 1, "N")
        with pytest.raises(KeepingError) as refused:
            move_to_database(hub, there)
        assert refused.value.code == "move-nowhere"


def test_a_ledger_is_not_moved_out_of_a_database_in_which_somebody_seals(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    with places.ledgers_on("postgres"):
        services = scenes.told(folder)
    with scenes.opened(folder) as server:  # another machine's
        assert server.store.lead("sequencer")
        with pytest.raises(KeepingError, match="could record there"):
            move_to_file(services)
        with pytest.raises(KeepingError, match="could record there"):
            move_to_folder(services, tmp_path / "n")
    assert not (folder / "ledger.db").exists()
    assert not (tmp_path / "n").exists()
    scenes.add_one_by_one(services, 1, "N")
    move_to_file(services)
    services.close()
    assert check_ledger(folder, bundles=1)


def test_the_command_does_not_move_out_of_a_database_that_another_program_has_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "so"
    with places.ledgers_on("postgres"):
        scenes.told(folder).close()
    words = ["move", "--dir", str(folder), "--to", str(folder), "--lang", "en"]
    with scenes.opened(folder) as worker:  # it records, and another process seals
        monkeypatch.setattr("api.keeping.connected._PATIENCE", 0.3)
        assert main(words) != 0
        assert "could record there" in capsys.readouterr().err
        scenes.add_one_by_one(worker, 1, "N")
        size = worker.store.newest()
    # Nor when another machine records there as another role.
    address = scenes.settings_of(folder).database
    assert address is not None
    name, role = database_name(address), f"second_{secrets.token_hex(4)}"
    owner = shared_cluster().superuser_dsn(name)
    with psycopg.connect(owner, autocommit=True) as superuser:
        for statement in (
            f"CREATE ROLE {role} LOGIN PASSWORD '{places.PASSWORD}'",
            f"GRANT USAGE ON SCHEMA ocop TO {role}",
        ):
            superuser.execute(sql.SQL(statement))
        with psycopg.connect(for_role(address, role), password=places.PASSWORD):
            refuse_connected(folder, scenes.settings_of(folder))  # it may not record
            superuser.execute(sql.SQL(f"GRANT EXECUTE ON FUNCTION {APPEND.signature} TO {role}"))
            assert main(words) != 0
            assert "could record there" in capsys.readouterr().err
    assert not list(folder.glob("mov*"))
    monkeypatch.undo()
    assert main(words) == 0
    assert check_ledger(folder, bundles=1) == size


def test_nobody_opens_a_ledger_that_is_just_leaving_its_database(tmp_path: Path) -> None:
    folder, refused = tmp_path / "so", []
    with places.ledgers_on("postgres"):
        services = scenes.told(folder)

    def open_it(_done: int, _total: int) -> None:
        # Opened now, it would wait for the move and then record where the ledger no longer is.
        with pytest.raises(KeepingError) as wrong, scenes.opened(folder):
            pass
        refused.append(wrong.value.code)

    move_to_file(services, open_it)
    services.close()
    assert set(refused) == {"move-under-way"}
    assert check_ledger(folder, bundles=1)


def test_a_database_with_more_than_a_cut_moves_copy_is_not_taken_away(tmp_path: Path) -> None:
    # Somebody else's ledger came into the database between the cut and the repetition.
    folder, database = tmp_path / "so", scenes.database()
    other = scenes.told(tmp_path / "other", 3)
    move_to_database(other, database)
    size = other.store.size()
    other.close()
    services = scenes.told(folder)
    MoveRecord("cut", "database", database.place, from_database=False, new_role=True).save(folder)
    with pytest.raises(KeepingError) as refused:
        move_to_database(services, database)
    assert refused.value.code == "half-copy-used"
    scenes.add_one_by_one(services, 1, "N")
    services.close()
    with scenes.opened(tmp_path / "other") as still:
        assert still.store.size() == size
        # Not even its own copy, while somebody is connected.
        with scenes.opened(folder) as again, pytest.raises(KeepingError) as refused:
            move_to_database(again, database)
        assert refused.value.code == "half-copy-used"


@pytest.mark.long
def test_a_database_that_holds_a_ledger_is_not_moved_into(tmp_path: Path) -> None:
    database = scenes.database()
    for name in ("one", "two"):
        services = scenes.told(tmp_path / name)
        if name == "one":
            move_to_database(services, database)
        else:
            with pytest.raises(LedgerError, match="holds a ledger already"):
                move_to_database(services, database)
            scenes.add_one_by_one(services, 1, "N")
        services.close()


def test_a_copy_that_fails_half_way_leaves_the_ledger_where_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    services = scenes.told(folder, 450)

    def fail(done: int, _total: int) -> None:
        if done > 300:
            raise LedgerError("store-unreachable", where="db", why="pulled the plug")

    with pytest.raises(KeepingError) as refused:
        move_to_database(services, scenes.database(), fail)
    assert refused.value.code == "move-half-copied"
    assert "run the same command again" in str(refused.value)
    assert scenes.settings_of(folder).database is None
    scenes.add_one_by_one(services, 1, "N")
    services.close()
    assert sorted(one.name for one in folder.glob("*move*")) == []
    check_ledger(folder, bundles=1)


def test_a_copy_ends_at_the_checkpoint_that_was_asked_for(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    sizes = [size for size, _ in services.store.checkpoints()]
    middle = sizes[len(sizes) // 2]
    target = SqliteStore.create(tmp_path / "part.db")
    head = copy_store(services.store, target, up_to=middle)
    assert (head.size, target.size(), target.newest()) == (middle, middle, middle)
    assert [size for size, _ in target.checkpoints()] == [one for one in sizes if one <= middle]
    assert SealedLog(target, ORIGIN, None).root(middle) == head.root
    with pytest.raises(CopyRefused) as refused:
        copy_store(services.store, target)
    assert refused.value.code == "copy-target-used"
    target.close()
    services.close()


def test_checkpoints_are_taken_as_the_copy_gets_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Telling(SqliteStore):
        """Counts the checkpoints that were asked of it."""

        given = 0

        def checkpoints(self) -> Iterator[tuple[int, bytes]]:
            for one in super().checkpoints():
                self.given += 1
                yield one

    monkeypatch.setattr("ledger.store.copying._SEALINGS", 3)
    scenes.told(tmp_path / "so").close()
    source = Telling(tmp_path / "so" / "ledger.db")
    target = SqliteStore.create(tmp_path / "part.db")
    ahead: list[int] = []

    def note(_done: int, _total: int) -> None:
        ahead.append(source.given - sum(1 for _ in target.checkpoints()))

    copy_store(source, target, note)
    assert len(ahead) > 5
    assert max(ahead) <= 3
    assert list(target.checkpoints()) == list(source.checkpoints())
    source.close()
    target.close()


def test_a_copy_notices_a_checkpoint_that_the_entries_do_not_give(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    path = tmp_path / "so" / "ledger.db"
    with sqlite3.connect(path) as db:
        db.execute("DROP TRIGGER log_checkpoints_no_update")
        db.execute("UPDATE log_checkpoints SET root = zeroblob(32) WHERE size = 7")
    db.close()
    target = SqliteStore.create(tmp_path / "part.db")
    with pytest.raises(CopyRefused) as refused:
        copy_store(services.store, target)
    assert refused.value.code == "copy-differs"
    target.close()
    services.close()


def test_several_sealings_are_one_transaction(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    size = services.store.size()
    with pytest.raises(LedgerError):
        services.store.seal(
            SealedBatch((), (), size + 1, b"r" * 32, "n"), SealedBatch((), (), 1, b"r" * 32, "n")
        )
    assert services.store.checkpoint(size + 1) is None
    services.close()


def test_what_the_owner_is_told_to_run_closes_the_old_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "so"
    services = scenes.told(folder)
    move_to_database(services, scenes.database())
    services.close()
    address = scenes.settings_of(folder).database
    assert address is not None
    assert main(["move", "--dir", str(folder), "--to", str(folder), "--lang", "en"]) == 0
    said = capsys.readouterr().err
    assert "keys/pgpass.moved" in said
    statements = [line for line in said.splitlines() if line.startswith("REVOKE")]
    assert len(statements) == 2
    passwords = folder / "keys" / "pgpass.moved"
    PostgresStore((address,), passwords=passwords).close()
    owner = shared_cluster().owner_dsn(database_name(address))
    with psycopg.connect(owner, autocommit=True) as connection:
        for one in statements:
            connection.execute(one.encode())
    with pytest.raises(LedgerError) as refused:
        PostgresStore((address,), passwords=passwords)
    assert refused.value.code == "database-denied"
