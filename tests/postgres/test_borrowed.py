"""A server lent to the tests is used for databases, and left as it was."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.store.postgres.founding import found_database
from tests.postgres.borrowed import Borrowed
from tests.postgres.cluster import LENT, OWNER, Cluster, own_cluster, shared_cluster


@pytest.fixture(scope="module")
def lender() -> Iterator[Cluster]:
    """A server with an owner role of its own making, which is taken away."""
    with own_cluster() as made:
        with psycopg.connect(made.superuser_dsn(), autocommit=True) as connection:
            connection.execute(f"DROP ROLE {OWNER}".encode())
            connection.execute(b"CREATE ROLE somebody LOGIN PASSWORD 'theirs'")
            connection.execute(b"CREATE DATABASE so_theirs OWNER somebody")
        yield made


def names(lender: Cluster) -> set[str]:
    """Databases and roles of the server."""
    query = b"SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles"
    with psycopg.connect(lender.superuser_dsn()) as connection:
        return {str(row[0]) for row in connection.execute(query)}


def test_what_the_tests_made_on_it_is_gone_when_the_last_of_them_leaves(lender: Cluster) -> None:
    before = names(lender)
    first, second = Borrowed(lender.superuser_dsn()), Borrowed(lender.superuser_dsn())
    try:
        one, two = first.fresh_database(), second.fresh_database()
        role = found_database(two, new_password="word", program="0.0.test").role
        with psycopg.connect(first.superuser_dsn(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE fixed OWNER {OWNER}".encode())
            connection.execute(b"CREATE ROLE cannot_log_in")
            connection.execute(b"CREATE ROLE so_other")
            connection.execute(b"CREATE DATABASE so_of_another OWNER so_other")
        made = {"fixed", "cannot_log_in", "so_other", "so_of_another"}
        added = {psycopg.conninfo.conninfo_to_dict(dsn)["dbname"] for dsn in (one, two)}
        assert names(lender) == before | {*map(str, added), *made, OWNER, role}
        first.remove()
        assert {*map(str, added), *made} <= names(lender)
    finally:
        first.remove()
        second.remove()
    assert names(lender) == before


def test_what_killed_tests_left_on_it_is_gone_when_the_next_begin(lender: Cluster) -> None:
    before = names(lender)
    killed = Borrowed(lender.superuser_dsn())
    killed.fresh_database()
    killed._session.close()  # as the server sees a process that was killed
    later = Borrowed(lender.superuser_dsn())
    try:
        assert names(lender) == before | {OWNER}
    finally:
        later.remove()
    assert names(lender) == before


def test_it_is_taken_for_the_shared_server_and_never_killed(
    lender: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LENT, lender.superuser_dsn())
    taken = shared_cluster.__wrapped__()
    try:
        assert taken.port == lender.port
        with psycopg.connect(taken.fresh_database()) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (OWNER,)
        assert taken.data == lender.data
        for act in (taken.kill, taken.stop, taken.start, taken.promote):
            with pytest.raises(AssertionError, match="not to be touched"):
                act()
    finally:
        taken.remove()


def test_an_owner_role_that_the_tests_did_not_make_keeps_its_databases(lender: Cluster) -> None:
    """It may be a hub's, lent by mistake."""
    with psycopg.connect(lender.superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {OWNER} LOGIN".encode())
        connection.execute(f"CREATE DATABASE so_that OWNER {OWNER}".encode())
        before = names(lender)
        with pytest.raises(pytest.fail.Exception, match="did not make"):
            Borrowed(lender.superuser_dsn())
        assert names(lender) == before
        connection.execute(b"DROP DATABASE so_that")
        connection.execute(f"DROP ROLE {OWNER}".encode())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"user": "somebody", "password": "theirs"}, "no superuser"),
        ({"password": "s3cret-w"}, "cannot be reached"),
        ({"host": "127.0.0.2", "hostaddr": "127.0.0.1"}, "127.0.0.1, as several"),
    ],
)
def test_a_server_that_cannot_be_used_fails_the_tests_without_its_password(
    lender: Cluster, change: dict[str, str], told: str
) -> None:
    dsn = make_conninfo(lender.superuser_dsn(), **change)
    with pytest.raises(pytest.fail.Exception, match=told) as failed:
        Borrowed(dsn)
    assert change.get("password", "theirs") not in str(failed.value)
