"""One ledger database for many tests, one after the other: what the last one added is taken out."""

from __future__ import annotations

from functools import cache

import psycopg
from psycopg import sql

from ledger.store.postgres.address import database_name
from tests.postgres.cluster import shared_cluster
from tests.store import places

_FILLED = ("log_checkpoints", "log_nodes", "log_leaves", "stored_events")


def owner_dsn() -> str:
    """As `places.fresh_owner_dsn`, in a quarter of the time: schema and role, but no entry.

    For tests that add entries and seal them, and change nothing else. Sessions of the test before
    are ended; a superuser switches the guards off, and on again, in one transaction.
    """
    owner = _only()
    superuser = shared_cluster().superuser_dsn(database_name(owner))
    with psycopg.connect(superuser, prepare_threshold=None) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        for table in _FILLED:
            name = sql.Identifier("ocop", table)
            for step in (
                "ALTER TABLE {} DISABLE TRIGGER no_change",
                "DELETE FROM {}",
                "ALTER TABLE {} ENABLE ALWAYS TRIGGER no_change",
            ):
                admin.execute(sql.SQL(step).format(name))
    return owner


@cache
def _only() -> str:
    """The owner's address of the one database of this test process."""
    return places.fresh_owner_dsn()
