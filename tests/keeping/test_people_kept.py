"""People, PINs, passes and the record go into backups and along with moves; sessions never do."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.access.own_secret import secret_in
from api.access.people import People
from api.access.pins import Pins
from api.access.readers import Readers
from api.access.sessions import Sessions
from api.access.side_sqlite import SqliteSide
from api.bootstrap import Services
from api.consumer.phones import Phones
from api.consumer.reports import About, Reports, Said
from api.disclosure.choices import Disclosures
from api.hub.side_rooms import found_station_rooms
from api.hub.tickets import Tickets
from api.keeping.access_tables import with_every_room
from api.keeping.backup import back_up
from api.keeping.errors import KeepingError
from api.keeping.moving import move_to_database, move_to_file, move_to_folder
from api.keeping.restore import restore
from tests.keeping import scenes
from tests.keeping.test_damaged_backups import repacked
from tests.store import places
from tests.store.small_ledger import FARM, clock

PASSWORD = "một câu rất dài để đăng nhập"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Tokens:
    """What lets somebody in for a while, and an auditor for longer."""

    session: str
    link: str
    reader: str


def people_of(services: Services) -> People:
    return People(services.side, services.now, secret_in(services.folder / "keys"))


def pins_of(services: Services) -> Pins:
    people = people_of(services)
    secret = secret_in(services.folder / "keys")
    return Pins(services.side, services.now, secret, people.record)


def settle_in(services: Services) -> Tokens:
    """An administrator who is signed in, a manager with an open link, a PIN, a pass, a choice."""
    people = people_of(services)
    first = people.use_link(people.first("phuong", "Phượng"), PASSWORD)
    link = people.add("son", "Sơn", "manager", FARM, "phuong")
    pins_of(services).add("Lan", FARM, "482913")
    reader = Readers(services.side, services.now, people.record).add("giam-sat")
    Disclosures(services.side).choose(FARM, {"amounts"}, people.record)
    Phones(services.side).choose(FARM, "0203 3123 456")
    said = Said("x" * 22, "opened", "Tem bị bóc", "lua@example.vn")
    Reports(services.side, services.now).add(About("08938501000125", "L1", "", FARM), said)
    found_station_rooms(services.side)
    Tickets(services.side, lambda bits: 2**bits - 1).invite(FARM, 1, 1_790_000_000)
    return Tokens(Sessions(services.side, services.now).begin(first.id), link, reader)


def check(services: Services, tokens: Tokens) -> None:
    """Everybody is there and gets in by what they know; nobody by what they once held."""
    people = people_of(services)
    assert [one.account for one in people.all()] == ["phuong", "son"]
    assert people.check("phuong", PASSWORD).name == "Phượng"
    (lan,) = pins_of(services).all()
    assert pins_of(services).check(lan.id, "482913").name == "Lan"
    assert Sessions(services.side, services.now).find(tokens.session) is None
    with pytest.raises(Exception, match="used already"):
        people.behind_link(tokens.link)
    readers = Readers(services.side, services.now, people.record)
    assert readers.all() == ["giam-sat"]
    hidden = Disclosures(services.side)
    hidden.load()
    assert hidden.of(FARM) == {"amounts"}
    phones = Phones(services.side)
    phones.load()
    assert phones.of(FARM) == "0203 3123 456"
    ((report,), _) = Reports(services.side, services.now).listed(FARM, "new")
    assert (report.said, report.contact) == ("Tem bị bóc", "lua@example.vn")
    assert {"reader-added", "person-added"} <= {one.what for one in people.record.newest()}
    found_station_rooms(services.side)
    assert services.side.read("SELECT count(*) FROM station_ticket") == [(0,)]


@pytest.fixture(params=["sqlite", "postgres"])
def services(request: pytest.FixtureRequest, tmp_path: Path) -> Services:
    """A ledger on either database."""
    with places.ledgers_on(request.param):
        return scenes.told(tmp_path / "so")


def test_a_backup_brings_people_back_on_the_other_kind_of_database(
    services: Services, tmp_path: Path
) -> None:
    tokens = settle_in(services)
    was_file = services.settings.database is None
    back_up(services, tmp_path / "b.ocop")
    services.close()
    founding = scenes.database() if was_file else None
    restore(tmp_path / "b.ocop", tmp_path / "new", founding=founding, now=clock)
    with scenes.opened(tmp_path / "new") as there:
        assert (there.settings.database is None) is not was_file
        check(there, tokens)
    assert (tmp_path / "new" / "access.db").exists() is not was_file


def test_people_move_with_the_ledger_into_a_database_and_back(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    services = scenes.told(folder)
    tokens = settle_in(services)
    move_to_database(services, scenes.database())
    services.close()
    assert not list(folder.glob("access.db*"))
    with scenes.opened(folder) as hub:
        check(hub, tokens)
        people_of(hub).remove("son")
        move_to_file(hub)
    with scenes.opened(folder) as back:
        assert [one.account for one in people_of(back).all()] == ["phuong"]
        move_to_folder(back, tmp_path / "new")
    with scenes.opened(tmp_path / "new") as there:
        assert people_of(there).check("phuong", PASSWORD).account == "phuong"


def test_a_ledger_whose_people_nobody_set_up_has_no_tables_of_them(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    back_up(services, tmp_path / "b.ocop")
    services.close()
    restore(tmp_path / "b.ocop", tmp_path / "new", now=clock)
    assert not list((tmp_path / "new").glob("access.db*"))


def test_no_byte_of_a_session_or_link_is_in_a_backup_and_one_that_was_put_in_is_left_out(
    tmp_path: Path,
) -> None:
    services = scenes.told(tmp_path / "so")
    tokens = settle_in(services)
    (session,) = services.side.read("SELECT digest FROM session")
    back_up(services, tmp_path / "b.ocop")
    whole = sqlite3.connect(tmp_path / "so" / "access.db").serialize()
    services.close()
    assert session[0].encode() in whole

    def with_sessions(parts: Path) -> None:
        kept = (parts / "access.db").read_bytes()
        assert session[0].encode() not in kept
        (parts / "access.db").write_bytes(whole)

    forged = repacked(tmp_path / "b.ocop", tmp_path, with_sessions)
    restore(forged, tmp_path / "new", now=clock)
    assert session[0].encode() not in (tmp_path / "new" / "access.db").read_bytes()
    with scenes.opened(tmp_path / "new") as there:
        check(there, tokens)


def test_tables_of_a_newer_program_are_refused_before_anything_is_restored(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    settle_in(services)
    back_up(services, tmp_path / "b.ocop")
    services.close()

    def newer(parts: Path) -> None:
        with closing(sqlite3.connect(parts / "access.db")) as db, db:
            db.execute("UPDATE room SET version = 99 WHERE name = 'people'")

    forged = repacked(tmp_path / "b.ocop", tmp_path, newer)
    with pytest.raises(Exception, match="99") as refused:
        restore(forged, tmp_path / "new", now=clock)
    assert not isinstance(refused.value, KeepingError)
    assert not (tmp_path / "new").exists()


def test_every_table_that_the_program_declares_is_kept_or_said_to_pass(tmp_path: Path) -> None:
    with closing(SqliteSide(tmp_path / "access.db")) as side:
        with_every_room(side)
        with side.write() as write:
            made = {
                name
                for (name,) in write.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
        lasting = set(side.lasting())
    declared = {
        name
        for room in ("api/access", "api/consumer", "api/disclosure", "api/hub")
        for path in (ROOT / room).glob("*.py")
        for name in re.findall(r"\"CREATE TABLE (?!IF )(\w+)", path.read_text(encoding="utf-8"))
        if path.name != "needs_schema.py"  # a file of each machine
    }
    assert made - {"room"} == declared
    passing = declared - lasting
    assert passing == {
        *("session", "link", "passkey_challenge"),
        *("station_nonce", "station_ticket"),
    }
