"""Ledger folders for campaigns: on SQLite or on PostgreSQL, made once and copied for each run."""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from api.bootstrap import create, enrol_party
from api.settings import Settings
from ledger.domain.drafts import Draft
from ledger.store.postgres.address import database_name, for_role
from ledger.store.postgres.founding import found_database
from ledger.store.postgres.passwords import keep_password
from tests.postgres.cluster import Cluster, shared_cluster
from tests.store import small_ledger
from tests.store.places import PASSWORD, PROGRAM
from tests.store.small_ledger import FARM, SHOP

TEMPLATE = "so-mau"


class Place(Protocol):
    """Where the ledgers of a campaign are."""

    name: str

    def fresh(self) -> Path:
        """The folder of a new small ledger: two parties that both may harvest, nothing else."""

    def discard(self, folder: Path) -> None:
        """Delete a ledger of `fresh`."""


def make(folder: Path, settings: Settings) -> None:
    """A ledger whose farm and shop both may harvest, so that there are two journals of one kind."""
    services = create(folder, settings, small_ledger.clock)
    item = {"code": "qua", "name": "Quả"}
    for code, kind in ((FARM, "cooperative"), (SHOP, "company")):
        services.station.record(small_ledger.party(code, kind))
        enrol_party(services, code)
    for draft in small_ledger.registry_drafts():
        services.station.record(draft)
    services.station.record(Draft("item-registered", SHOP, small_ledger.SETUP, item))
    services.close()


class SqlitePlace:
    """Ledgers in files below one folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        make(folder / TEMPLATE, Settings(small_ledger.ORIGIN))

    def fresh(self) -> Path:
        """A copy of the template's folder."""
        copy = self._folder / f"so-{next(self._numbers)}"
        shutil.copytree(self._folder / TEMPLATE, copy)
        return copy

    def discard(self, folder: Path) -> None:
        """The folder is all there is."""
        shutil.rmtree(folder)


class PostgresPlace:
    """Ledgers in databases of one server; what else belongs to them lies below one folder."""

    name = "postgres"

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.cluster = cluster
        self._folder = folder
        self._numbers = itertools.count(1)
        self._founded = found_database(
            cluster.fresh_database(), new_password=PASSWORD, program=PROGRAM
        )
        template = folder / TEMPLATE
        make(template, self._settings(template, self._founded.application_dsn))

    def _settings(self, folder: Path, dsn: str) -> Settings:
        database, role = database_name(dsn), self._founded.role
        keep_password(folder / "keys" / "pgpass", database, role, PASSWORD)
        return Settings(small_ledger.ORIGIN, database=for_role(dsn, role))

    def fresh(self) -> Path:
        """A copy of the template's folder and of its database."""
        copy = self._folder / f"so-{next(self._numbers)}"
        shutil.copytree(self._folder / TEMPLATE, copy)
        owner = self.cluster.fresh_database(self._founded.database)
        self._settings(copy, owner).save(copy / "settings.json")
        return copy

    def discard(self, folder: Path) -> None:
        """Folder and database."""
        dsn = Settings.load(folder / "settings.json").database
        assert dsn is not None
        with psycopg.connect(self.cluster.superuser_dsn(), autocommit=True) as connection:
            name = sql.Identifier(database_name(dsn))
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        shutil.rmtree(folder)


class RewoundPlace(PostgresPlace):
    """One database for many short runs: an administrator takes out what the last run added.

    Cloning copies some hundred files; a superuser who switches the guards off, and on again, is
    ten times as quick; so is the server's socket, where it asks for no password. Never for two
    ledgers at a time.
    """

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        super().__init__(folder, cluster)
        self._only = super().fresh()
        settings = Settings.load(self._only / "settings.json")
        dsn = settings.database
        assert dsn is not None
        local = make_conninfo(dsn, host=str(cluster.folder))
        replace(settings, database=local).save(self._only / "settings.json")
        self._admin = psycopg.connect(
            cluster.superuser_dsn(database_name(dsn)), autocommit=True, prepare_threshold=None
        )
        self._tables = self._beyond()

    def _beyond(self) -> dict[str, str]:
        ((size, position),) = self._admin.execute(
            "SELECT (SELECT count(*) FROM ocop.log_leaves), max(position) FROM ocop.stored_events"
        ).fetchall()
        return {
            "log_checkpoints": f"size > {size}",
            "log_nodes": f"(idx + 1) << level > {size}",
            "log_leaves": f"leaf >= {size}",
            "stored_events": f"position > {position}",
        }

    def fresh(self) -> Path:
        """The template's folder again, and its database as it was then."""
        with self._admin.transaction():
            for table, beyond in self._tables.items():
                name = sql.Identifier("ocop", table)
                for step in (
                    "ALTER TABLE {} DISABLE TRIGGER no_change",
                    f"DELETE FROM {{}} WHERE {beyond}",
                    "ALTER TABLE {} ENABLE ALWAYS TRIGGER no_change",
                ):
                    self._admin.execute(sql.SQL(step).format(name))
        copy = self._folder / f"so-{next(self._numbers)}"
        shutil.copytree(self._only, copy)
        return copy

    def discard(self, folder: Path) -> None:
        """The database stays."""
        shutil.rmtree(folder)


def _folder() -> Path:
    """A folder that goes when the process ends."""
    made = Path(tempfile.mkdtemp(prefix="ocop-so-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def sqlite_place() -> SqlitePlace:
    """The one of this test process."""
    return SqlitePlace(_folder())


@cache
def postgres_place() -> PostgresPlace:
    """The one of this test process, on the server that its tests share."""
    return PostgresPlace(_folder(), shared_cluster())


@cache
def rewound_place() -> RewoundPlace:
    """The same for many short runs, one after the other."""
    return RewoundPlace(_folder(), shared_cluster())
