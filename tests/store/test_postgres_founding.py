"""Making a hub's database: whole or not at all, one narrow role, a password that is seen nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from api.commands.main import main
from ledger.errors import LedgerError
from ledger.store.postgres.founding import Founded, found_database, migrate
from ledger.store.postgres.passwords import keep_password
from ledger.store.postgres.schema import MIGRATIONS, SCHEMA_VERSION, Migration
from ledger.store.postgres.store import PostgresStore
from tests.postgres.cluster import OWNER, shared_cluster
from tests.store import places, small_ledger

PASSWORD = "x:y\\z 'quoted'"


def fresh() -> str:
    return shared_cluster().fresh_database()


def name_of(dsn: str) -> str:
    return urlsplit(dsn).path.removeprefix("/")


def found(dsn: str, application: str | None = None) -> Founded:
    return found_database(dsn, application=application, new_password=PASSWORD, program="1.2.3")


def schemas(dsn: str) -> set[str]:
    """Schemas that are not the server's own."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'ocop%'")
        return {row[0] for row in rows}


def roles() -> set[str]:
    with psycopg.connect(shared_cluster().superuser_dsn()) as connection:
        return {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of one command, in English."""
    status = main([*map(str, words), "--lang", "en"])
    said = capsys.readouterr()
    return status, said.out, said.err


# --- ocop init ------------------------------------------------------------------------------------


def test_init_makes_database_role_folder_and_genesis_and_shows_no_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dsn, folder = fresh(), tmp_path / "so"
    status, out, err = run(capsys, "init", "--dir", folder, "--database", dsn, "--json")
    assert status == 0, err
    line = (folder / "keys" / "pgpass").read_text()
    password = line.strip().rpartition(":")[2]
    assert (folder / "keys" / "pgpass").stat().st_mode & 0o077 == 0
    assert len(password) >= 32
    settings = (folder / "settings.json").read_text()
    for text in (settings, out, err, shared_cluster().log()):
        assert password not in text
        assert "p%3Aa%5Css%20word" not in text
    assert json.loads(out)["store"].endswith(f"/{name_of(dsn)}")
    assert not (folder / "ledger.db").exists()
    assert run(capsys, "audit", "--dir", folder)[0] == 0
    assert schemas(dsn) == {"ocop", "ocop_scans", "ocop_access"}


def test_a_database_with_a_ledger_is_refused_and_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dsn = places.fresh_owner_dsn()
    before = roles()
    status, _, err = run(capsys, "init", "--dir", tmp_path / "so", "--database", dsn)
    assert status == 2
    assert "holds a ledger already" in err
    assert not (tmp_path / "so").exists()
    assert roles() == before


def test_a_folder_with_something_in_it_is_refused_before_the_database_is_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dsn = fresh()
    (tmp_path / "note.txt").write_text("mine")
    assert run(capsys, "init", "--dir", tmp_path, "--database", dsn)[0] == 2
    assert schemas(dsn) == set()
    assert (tmp_path / "note.txt").read_text() == "mine"


def test_when_the_role_cannot_connect_everything_is_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dsn = fresh()
    role = f"{name_of(dsn)}_clerk"
    with psycopg.connect(shared_cluster().superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'right'".encode())
    wrong = f"postgresql://{role}:wrong@127.0.0.1:{shared_cluster().port}/{name_of(dsn)}"
    words = ("init", "--dir", tmp_path / "so", "--database", dsn, "--app-database", wrong)
    status, _, err = run(capsys, *words)
    assert status == 2
    assert "refused the password" in err
    assert "wrong" not in err
    assert schemas(dsn) == set()
    assert not (tmp_path / "so").exists()
    assert role in roles()
    right = wrong.replace(":wrong@", ":right@")
    assert run(capsys, *words[:-1], right)[0] == 0
    assert ":right" not in (tmp_path / "so" / "settings.json").read_text()
    assert run(capsys, "audit", "--dir", tmp_path / "so")[0] == 0


def test_an_owner_that_may_not_create_roles_is_told_what_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dsn = fresh()
    modest = f"{name_of(dsn)}_owner"
    with psycopg.connect(shared_cluster().superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {modest} LOGIN PASSWORD 'm'".encode())
        connection.execute(f"ALTER DATABASE {name_of(dsn)} OWNER TO {modest}".encode())
    address = f"postgresql://{modest}:m@127.0.0.1:{shared_cluster().port}/{name_of(dsn)}"
    status, _, err = run(capsys, "init", "--dir", tmp_path / "so", "--database", address)
    assert status == 2
    assert f"CREATE ROLE {name_of(dsn)}_app LOGIN" in err
    assert schemas(dsn) == set()
    assert not (tmp_path / "so").exists()


@pytest.mark.parametrize("role", [OWNER, "postgres"])
def test_a_role_that_no_guard_binds_is_refused(role: str) -> None:
    dsn = fresh()
    with pytest.raises(LedgerError) as refused:
        found(dsn, f"postgresql://{role}@127.0.0.1/{name_of(dsn)}")
    assert refused.value.code == "role-unsuitable"
    assert schemas(dsn) == set()


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(LedgerError) as refused:
        found(fresh(), "postgresql://nobody_at_all@127.0.0.1/x")
    assert refused.value.code == "role-unknown"


def test_names_with_odd_letters_and_taken_names_give_a_role_all_the_same() -> None:
    made = []
    with psycopg.connect(shared_cluster().superuser_dsn(), autocommit=True) as connection:
        for name in ("Sổ-Truy Xuất", "so_truy_xuat", "x" * 63):
            connection.execute(f'CREATE DATABASE "{name}" OWNER {OWNER}'.encode())
    base = shared_cluster().owner_dsn()
    for name in ("Sổ-Truy Xuất", "so_truy_xuat", "x" * 63):
        one = found(psycopg.conninfo.make_conninfo(base, dbname=name))
        store = PostgresStore(
            (psycopg.conninfo.make_conninfo(one.application_dsn, password=PASSWORD),)
        )
        assert store.faults() == []
        store.close()
        made.append(one.role)
    assert len(set(made)) == 3
    assert all(len(role) <= 63 for role in made)
    again = f"{made[1]}2"
    with psycopg.connect(shared_cluster().superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE so_truy__xuat OWNER {OWNER}".encode())
        connection.execute(b"CREATE ROLE so_truy__xuat_app")
    dsn = psycopg.conninfo.make_conninfo(base, dbname="so_truy__xuat")
    assert found(dsn).role == "so_truy__xuat_app2"
    assert again not in roles()


def test_an_address_that_cannot_be_read_is_refused_without_repeating_it() -> None:
    with pytest.raises(LedgerError) as refused:
        found("postgresql://u:secret%ZZ@h/d")
    assert refused.value.code == "database-address"
    assert "secret" not in str(refused.value)


# --- the password file ----------------------------------------------------------------------------


def test_the_password_file_keeps_other_lines_and_escapes_what_it_must(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "pgpass"
    keep_password(path, "a:b", "r", "one")
    keep_password(path, "c", "r", "t:w\\o")
    keep_password(path, "a:b", "r", "three")
    assert path.read_text() == "*:*:c:r:t\\:w\\\\o\n*:*:a\\:b:r:three\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_store_finds_its_password_in_the_file_for_whichever_host(tmp_path: Path) -> None:
    dsn = fresh()
    made = found(dsn)
    assert made.password is not None
    keep_password(tmp_path / "pgpass", made.database, made.role, made.password)
    port = shared_cluster().port
    several = psycopg.conninfo.make_conninfo(
        made.application_dsn, host="127.0.0.1,localhost", port=f"1,{port}"
    )
    store = PostgresStore((several,), passwords=tmp_path / "pgpass")
    assert store.newest() == 0
    assert store.location == f"127.0.0.1:1,localhost:{port}/{made.database}"
    store.close()


# --- versions -------------------------------------------------------------------------------------


def _nothing() -> Iterator[str]:
    yield "CREATE TABLE ocop.later (a int)"


LATER = (*MIGRATIONS, Migration(SCHEMA_VERSION + 1, _nothing))


def test_a_newer_schema_is_refused_an_older_one_names_the_command() -> None:
    dsn = fresh()
    made = found_database(dsn, new_password=PASSWORD, program="1.2.3", steps=())
    application = psycopg.conninfo.make_conninfo(made.application_dsn, password=PASSWORD)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"GRANT USAGE ON SCHEMA ocop TO {made.role}".encode())
        connection.execute(f"GRANT SELECT ON ocop.schema_versions TO {made.role}".encode())
    with pytest.raises(LedgerError) as older:
        PostgresStore((application,))
    assert older.value.code == "database-older"
    assert "ocop migrate" in str(older.value)
    assert migrate(dsn, program="1.2.4") == (0, SCHEMA_VERSION)
    assert migrate(dsn, program="1.2.4") == (SCHEMA_VERSION, SCHEMA_VERSION)
    store = PostgresStore((application,))
    assert store.faults() == []
    assert migrate(dsn, program="2.0.0", steps=LATER) == (SCHEMA_VERSION, SCHEMA_VERSION + 1)
    assert store.newest() == 0  # one that is open goes on: a schema only ever grows
    store.close()
    with pytest.raises(LedgerError) as newer:
        PostgresStore((application,))
    assert newer.value.code == "store-newer"
    with pytest.raises(LedgerError) as back:
        migrate(dsn, program="1.2.4")
    assert back.value.code == "store-newer"
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT version, program FROM ocop.schema_versions ORDER BY 1")
        assert rows.fetchall() == [
            *((step.version, "1.2.4") for step in MIGRATIONS),
            (SCHEMA_VERSION + 1, "2.0.0"),
        ]


def test_a_migration_that_fails_changes_nothing() -> None:
    def broken() -> Iterator[str]:
        yield "CREATE TABLE ocop.half (a int)"
        yield "SELECT 1 / 0"

    dsn = places.fresh_owner_dsn()
    with pytest.raises(LedgerError):
        migrate(dsn, program="9", steps=(*MIGRATIONS, Migration(SCHEMA_VERSION + 1, broken)))
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT to_regclass('ocop.half')").fetchone() == (None,)
    assert migrate(dsn, program="9") == (SCHEMA_VERSION, SCHEMA_VERSION)


def test_an_empty_database_holds_no_ledger() -> None:
    dsn = fresh()
    with pytest.raises(LedgerError) as refused:
        PostgresStore((dsn,))
    assert refused.value.code == "database-empty"
    with pytest.raises(LedgerError) as unmigrated:
        migrate(dsn, program="1")
    assert unmigrated.value.code == "database-empty"


def test_migrate_asks_for_the_database_that_the_folder_is_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with places.ledgers_on("postgres"):
        services = small_ledger.found(tmp_path / "so")
    name = services.store.location.rpartition("/")[2]
    services.close()
    mine, other = shared_cluster().owner_dsn(name), fresh()
    status, _, err = run(capsys, "migrate", "--dir", tmp_path / "so", "--database", other)
    assert (status, "is not in a database named" in err) == (2, True)
    assert schemas(other) == set()
    status, out, _ = run(capsys, "migrate", "--dir", tmp_path / "so", "--database", mine, "--json")
    assert status == 0
    assert json.loads(out)["ledger"] == [SCHEMA_VERSION, SCHEMA_VERSION]
