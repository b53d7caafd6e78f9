"""The tests' own server does what the tests believe of it."""

from __future__ import annotations

import psycopg

from tests.postgres.cluster import own_cluster, shared_cluster


def test_every_fresh_database_is_empty_and_belongs_to_the_owner() -> None:
    with psycopg.connect(shared_cluster().fresh_database()) as connection:
        row = connection.execute("SELECT current_user, current_setting('fsync')").fetchone()
        assert row == ("ledger_owner", "on")
        connection.execute("CREATE SCHEMA mine")


def test_a_killed_server_comes_back_with_what_was_committed() -> None:
    with own_cluster() as cluster:
        with psycopg.connect(cluster.superuser_dsn(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        cluster.kill()
        cluster.start()
        with psycopg.connect(cluster.superuser_dsn()) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_a_standby_follows_and_can_be_promoted() -> None:
    with own_cluster(synchronous_standby_names="*", synchronous_commit="remote_apply") as primary:
        standby = primary.standby("hai")
        try:
            with psycopg.connect(primary.superuser_dsn(), autocommit=True) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
            primary.kill()
            with psycopg.connect(standby.superuser_dsn(), autocommit=True) as connection:
                assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
                assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
                standby.promote()
                connection.execute("INSERT INTO kept VALUES (8)")
        finally:
            standby.remove()
