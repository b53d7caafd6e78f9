"""A database that does not let the program in: why, in a sentence, and never with a password."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.commands.main import main
from ledger.errors import UNREACHABLE, LedgerError
from ledger.store.postgres.address import database_name, read_address
from ledger.store.postgres.errors import reason
from ledger.store.postgres.founding import found_database, migrate
from ledger.store.postgres.passwords import keep_password, with_password
from ledger.store.postgres.store import PostgresStore
from tests.postgres.cluster import OWNER, shared_cluster


def refused(dsn: str) -> LedgerError:
    with pytest.raises(LedgerError) as told:
        migrate(dsn, program="1")
    assert told.value.code in UNREACHABLE
    return told.value


def without(dsn: str, *names: str) -> str:
    return make_conninfo("", **{k: v for k, v in conninfo_to_dict(dsn).items() if k not in names})


def schemas(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'ocop%'")
        return {row[0] for row in rows}


# --- sentences ------------------------------------------------------------------------------------


def test_a_wrong_password_is_called_so_also_among_several_hosts() -> None:
    dsn = make_conninfo(shared_cluster().owner_dsn(), password="s3cret-w")
    told = refused(dsn)
    assert told.code == "password-wrong"
    for text in (told.say("en"), told.say("vi")):
        assert OWNER in text
        assert "keys/pgpass" in text
        assert "s3cret" not in text
    several = make_conninfo(
        dsn, host="127.0.0.1,127.0.0.1", port=f"{shared_cluster().port},1", connect_timeout=2
    )
    assert refused(several).code == "password-wrong"


def test_a_missing_password_is_told_with_the_file_it_goes_into(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    told = refused(without(shared_cluster().owner_dsn(), "password"))
    assert told.code == "password-missing"
    for text in (told.say("en"), told.say("vi")):
        assert "keys/pgpass" in text
        assert "~/.pgpass" in text
        assert "PGPASSWORD" in text


def test_a_database_and_a_role_that_do_not_exist_are_named() -> None:
    told = refused(shared_cluster().owner_dsn("no_such_base"))
    assert told.code == "database-unknown"
    assert "/no_such_base;" in str(told)
    role = "cannot_log_in"
    with psycopg.connect(shared_cluster().superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} PASSWORD 'x'".encode())
    told = refused(make_conninfo(shared_cluster().owner_dsn(), user=role, password="x"))
    assert told.code == "login-unknown"
    assert role in str(told)


def test_what_the_server_says_is_not_cut_before_its_useful_part() -> None:
    told = refused("host=127.0.0.1,127.0.0.1 port=1,1 dbname=d user=u")
    assert told.code == "store-unreachable"
    assert "(Connection refused)" in str(told)
    assert "recorded" not in str(told)
    long = "could not do it: " + "because " * 20 + "END"
    for start in (
        'connection failed: connection to server at "h" (::1), port 5432 failed: FATAL:  ',
        'connection is bad: connection to server on socket "/x/.s.PGSQL.5432" failed: ',
        "",
    ):
        assert reason(psycopg.OperationalError(f"{start}{long}\n\tIs it running?")) == long
    shown = str(LedgerError("store-unreachable", where="h", why=long))
    assert "END)" in shown
    assert len(str(LedgerError("store-unreachable", where="h", why="x" * 999))) < 350


# --- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:se@cret@127.0.0.1/d",
        "postgresql://u:se/cret@127.0.0.1/d",
        "postgresql://u:12/cret@127.0.0.1:5432/d",
        "postgresql://u:se?@cret@127.0.0.1/d",
        "postgres://u:se#cr@et@127.0.0.1/d",
        "postgresql://u:se/cret",
    ],
)
def test_an_unescaped_password_is_refused_with_no_part_of_it_printed(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for read in (read_address, database_name):
        with pytest.raises(LedgerError) as told:
            read(address)
        assert told.value.code == "database-address"
    words = ["init", "--dir", str(tmp_path / "so"), "--database", address, "--lang", "en"]
    assert main(words) == 2
    said = capsys.readouterr()
    assert "percent-encode special characters in the password" in said.err
    for part in ("se@", "se/", "se?", "cret", "12/", "se#"):
        assert part not in said.out + said.err


@pytest.mark.parametrize("sign", ["#", "?", ":"])
def test_a_sign_that_does_no_harm_is_a_part_of_the_password_and_never_printed(sign: str) -> None:
    address = f"postgresql://{OWNER}:se{sign}cret@127.0.0.1:{shared_cluster().port}/postgres"
    assert read_address(address)["password"] == f"se{sign}cret"
    told = refused(address)
    assert told.code == "password-wrong"
    assert "cret" not in str(told)


def test_addresses_with_escapes_several_hosts_and_sockets_are_read() -> None:
    assert (
        read_address("postgresql://u:a%40b%2Fc@h1:1,h2:2/d?sslmode=require")["password"] == "a@b/c"
    )
    assert read_address("host=/run/postgresql dbname=d password=a@b/c")["password"] == "a@b/c"
    assert read_address("postgresql:///d?host=/tmp&user=u")["dbname"] == "d"


# --- whose password -------------------------------------------------------------------------------


def test_the_programs_own_password_goes_before_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dsn = shared_cluster().fresh_database()
    monkeypatch.setenv("PGPASSWORD", str(conninfo_to_dict(dsn)["password"]))
    owner, folder = without(dsn, "password"), str(tmp_path / "so")
    status = main(["init", "--dir", folder, "--database", owner, "--lang", "en"])
    said = capsys.readouterr()
    assert status == 0, said.err
    assert main(["audit", "--dir", folder, "--lang", "en"]) == 0
    words = ["migrate", "--dir", folder, "--database", owner, "--lang", "en"]
    capsys.readouterr()
    assert main(words) == 0
    assert capsys.readouterr().err.count("already current") == 2


def test_a_founding_that_fails_is_undone_though_the_environment_has_the_owners_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dsn = shared_cluster().fresh_database()
    role = f"{database_name(dsn)}_other"
    with psycopg.connect(shared_cluster().superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'right'".encode())
    monkeypatch.setenv("PGPASSWORD", str(conninfo_to_dict(dsn)["password"]))
    owner = without(dsn, "password")
    words = ["init", "--dir", str(tmp_path / "so"), "--database", owner, "--lang", "en"]
    application = make_conninfo(owner, user=role)  # no password of its own: the owner's is tried
    assert main([*words, "--app-database", application]) == 2
    assert f"refused the password of role {role}" in capsys.readouterr().err
    assert schemas(dsn) == set()
    assert not (tmp_path / "so").exists()
    assert main(words) == 0


def test_a_founding_whose_folder_cannot_be_made_takes_its_new_role_and_tables_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = shared_cluster().fresh_database()
    monkeypatch.setenv("PGPASSWORD", str(conninfo_to_dict(dsn)["password"]))
    (tmp_path / "file").write_text("no folder")
    owner = without(dsn, "password")
    words = ["init", "--dir", str(tmp_path / "file" / "so"), "--database", owner, "--lang", "en"]
    assert main(words) != 0
    assert schemas(dsn) == set()
    with psycopg.connect(dsn) as connection:
        role = f"{database_name(dsn)}_app"
        assert not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).rowcount


def test_a_password_that_changes_is_found_without_starting_anew(tmp_path: Path) -> None:
    dsn, path = shared_cluster().fresh_database(), tmp_path / "pgpass"
    made = found_database(dsn, new_password="one", program="1")
    keep_password(path, made.database, made.role, "one")
    store = PostgresStore((made.application_dsn,), passwords=path)
    with psycopg.connect(shared_cluster().superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {made.role} PASSWORD 'two'".encode())
        keep_password(path, made.database, made.role, "two")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s",
            (made.role,),
        )
    assert store.newest() == 0
    store.close()


def test_a_password_is_read_as_it_was_kept_and_only_for_its_role(tmp_path: Path) -> None:
    path = tmp_path / "pgpass"
    keep_password(path, "a:b", "r\\", "p:w\\ord")
    params = {"passfile": str(path), "dbname": "a:b", "user": "r\\"}
    assert with_password(params)["password"] == "p:w\\ord"
    assert "password" not in with_password({**params, "user": "other"})
    assert with_password({**params, "password": "own"})["password"] == "own"
    path.chmod(0o644)
    assert "password" not in with_password(params)
