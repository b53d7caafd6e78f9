"""Which store the ledgers of a test are on, and new places for them: files, or cloned databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import psycopg

from api.access.side_founding import found_access
from api.scans.founding import found_scans
from api.settings import Settings
from ledger.store.postgres.address import database_name, for_role
from ledger.store.postgres.founding import Founded, found_database
from ledger.store.postgres.passwords import keep_password
from tests.postgres.cluster import shared_cluster

PROGRAM = "0.0.test"
PASSWORD = "se:cr\\et"  # with both characters that a password file has to escape
STORES = ("sqlite", "postgres")
_chosen = ["sqlite"]


def chosen() -> str:
    """The store that new ledgers go to: "sqlite" or "postgres"."""
    return _chosen[-1]


@contextmanager
def ledgers_on(store: str) -> Iterator[None]:
    """New ledgers go to this store until the block ends."""
    assert store in STORES
    _chosen.append(store)
    try:
        yield
    finally:
        _chosen.pop()


def settings_for(folder: Path, origin: str, base_url: str | None = None) -> Settings:
    """Settings of a new ledger in `folder` on the chosen store, with its database made."""
    if chosen() == "sqlite":
        return Settings(origin, base_url)
    return Settings(origin, base_url, database=database_for(folder))


def database_for(folder: Path) -> str:
    """The application's address of a new, empty ledger database; its password in `folder/keys`."""
    owner = fresh_owner_dsn()
    made = _template()
    keep_password(folder / "keys" / "pgpass", database_name(owner), made.role, PASSWORD)
    return for_role(owner, made.role)


def copy_of(folder: Path, to: Path) -> Path:
    """A copy of a closed ledger folder at `to`, its database cloned with it; returns `to`."""
    shutil.copytree(folder, to)
    settings = Settings.load(folder / "settings.json")
    if settings.database is not None:
        owner = shared_cluster().fresh_database(database_name(settings.database))
        made = _template()
        keep_password(to / "keys" / "pgpass", database_name(owner), made.role, PASSWORD)
        replace(settings, database=for_role(owner, made.role)).save(to / "settings.json")
    return to


def fresh_owner_dsn() -> str:
    """The owner's address of a new database with schema and application role, but no entry."""
    return shared_cluster().fresh_database(_template().database)


def application_dsn(owner_dsn: str) -> str:
    """The application's address, password included, of a database of `fresh_owner_dsn`."""
    return psycopg.conninfo.make_conninfo(for_role(owner_dsn, _template().role), password=PASSWORD)


@cache
def _template() -> Founded:
    """Founded once per test process, then cloned: a clone takes a tenth of founding."""
    owner = shared_cluster().fresh_database()
    made = found_database(owner, new_password=PASSWORD, program=PROGRAM)
    found_scans(owner, made.role)
    found_access(owner, made.role)
    return made
