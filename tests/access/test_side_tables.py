"""The small tables beside the ledger: the same on a file and on a database, erasable, private."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from api.access.errors import SideAway
from api.access.side_opening import open_side
from api.access.side_tables import SideTables
from tests.store import places

COUNTED = ("CREATE TABLE counted (name TEXT PRIMARY KEY, number BIGINT NOT NULL)",)
Opener = Callable[[], SideTables]


@pytest.fixture(params=["sqlite", "postgres"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the test's one set of tables, as often as it is called."""
    opened: list[SideTables] = []
    address = None
    if request.param == "postgres":
        address = places.application_dsn(places.fresh_owner_dsn())

    def one_more() -> SideTables:
        opened.append(open_side(tmp_path, address))
        opened[-1].found("counting", 1, COUNTED)
        return opened[-1]

    yield one_more
    for one in opened:
        one.close()


def test_what_was_written_is_read_by_another_process_of_the_folder(opener: Opener) -> None:
    first, second = opener(), opener()
    assert second.read("SELECT name FROM counted") == []
    with first.write() as write:
        assert write.execute("INSERT INTO counted VALUES (?, ?)", "a%?", 2**40) == []
    assert second.read("SELECT name, number FROM counted WHERE name = ?", "a%?") == [("a%?", 2**40)]


def test_a_transaction_that_fails_leaves_nothing(opener: Opener) -> None:
    tables = opener()
    with tables.write() as write:
        write.execute("INSERT INTO counted VALUES (?, ?)", "kept", 0)

    def fail(code: int) -> None:
        with tables.write() as write:
            write.execute("INSERT INTO counted VALUES (?, ?)", "a", 1)
            _ = 1 // code
            write.execute("INSERT INTO counted VALUES (?, ?)", "a", 1)

    with pytest.raises(ZeroDivisionError):
        fail(0)
    with pytest.raises(SideAway):
        fail(1)  # the same name twice
    assert tables.read("SELECT name FROM counted") == [("kept",)]
    with tables.write() as write:
        taken = "INSERT INTO counted VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING number"
        assert write.execute(taken, "a", 7) == [(7,)]
        assert write.execute(taken, "a", 8) == []


def test_writers_of_two_processes_wait_for_one_another(opener: Opener) -> None:
    tables = [opener(), opener()]
    with tables[0].write() as write:
        write.execute("INSERT INTO counted VALUES (?, ?)", "a", 0)

    def count(own: SideTables) -> None:
        for _ in range(20):
            with own.write() as write:
                ((number,),) = write.execute("SELECT number FROM counted")
                write.execute("UPDATE counted SET number = ?", number + 1)

    threads = [threading.Thread(target=count, args=(one,)) for one in tables]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert tables[0].read("SELECT number FROM counted") == [(40,)]


def test_a_later_version_of_a_room_adds_to_what_is_there(opener: Opener) -> None:
    old = opener()
    with old.write() as write:
        write.execute("INSERT INTO counted VALUES (?, ?)", "a", 1)
    new = opener()
    new.found("counting", 2, ("ALTER TABLE counted ADD COLUMN note TEXT",))
    assert new.read("SELECT name, note FROM counted") == [("a", None)]
    again = opener()
    with pytest.raises(SideAway) as refused, again.write():
        pass
    assert refused.value.code == "side-newer"


def test_before_anything_is_written_there_is_no_file(tmp_path: Path) -> None:
    tables = open_side(tmp_path, None)
    tables.found("counting", 1, COUNTED)
    assert tables.read("SELECT count(*) FROM counted") == [(0,)]
    assert list(tmp_path.iterdir()) == []
    tables.found("another", 1, ("CREATE TABLE other (name TEXT)",))
    assert tables.read("SELECT count(*) FROM other") == [(0,)]
    with tables.write() as write:
        write.execute("INSERT INTO counted VALUES (?, ?)", "a", 1)
    assert tables.read("SELECT number FROM counted") == [(1,)]
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    tables.close()


def test_what_was_deleted_is_in_no_byte_of_the_file(tmp_path: Path) -> None:
    tables = open_side(tmp_path, None)
    tables.found("counting", 1, COUNTED)
    with tables.write() as write:
        for number in range(200):
            write.execute("INSERT INTO counted VALUES (?, ?)", f"Phuong-{number}", number)
    with tables.write() as write:
        write.execute("DELETE FROM counted WHERE number < 199")
    tables.scrub()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Phuong-199" in kept and b"Phuong-42" not in kept
    tables.close()


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
def test_tables_that_cannot_be_used_are_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "access.db").write_bytes(
        b"no database at all, but long enough to look like one" * 9
    )
    tables = open_side(tmp_path, None)
    tables.found("counting", 1, COUNTED)
    with pytest.raises(SideAway, match=r"access\.db"):
        tables.read("SELECT count(*) FROM counted")
    tables.close()


def test_a_database_of_before_asks_for_the_owner() -> None:
    owner = places.fresh_owner_dsn()
    with psycopg.connect(owner, autocommit=True) as db:
        db.execute("DROP SCHEMA ocop_access CASCADE")
    tables = open_side(Path("nowhere"), places.application_dsn(owner))
    with pytest.raises(SideAway, match="ocop migrate"):
        tables.read("SELECT 1")
    tables.close()


def test_a_connection_that_was_cut_is_made_again() -> None:
    address = places.application_dsn(places.fresh_owner_dsn())
    tables = open_side(Path("nowhere"), address)
    tables.found("counting", 1, COUNTED)
    with tables.write() as write:
        write.execute("INSERT INTO counted VALUES (?, ?)", "a", 1)
    assert tables.read("SELECT number FROM counted") == [(1,)]
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = user"
        )
    assert tables.read("SELECT number FROM counted") == [(1,)]
    with tables.write() as write:
        write.execute("UPDATE counted SET number = 2")
    assert tables.read("SELECT number FROM counted") == [(2,)]
    tables.close()
