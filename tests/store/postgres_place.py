"""A told ledger in a database of its own, and the roles that may try things in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.postgres.cluster import shared_cluster
from tests.store import places, small_ledger


@dataclass
class Place:
    """A told ledger in a database of its own, and who may connect to it."""

    folder: Path
    database: str

    def application(self) -> psycopg.Connection[tuple[Any, ...]]:
        """As the program's role."""
        return psycopg.connect(places.application_dsn(self.owner), autocommit=True)

    @property
    def owner(self) -> str:
        return shared_cluster().owner_dsn(self.database)

    def as_owner(self, *statements: str) -> None:
        """Run statements as the owner, each by itself."""
        _run(self.owner, statements)

    def as_superuser(self, *statements: str) -> None:
        """Run statements as the superuser, in one session."""
        _run(shared_cluster().superuser_dsn(self.database), statements)

    def in_one_partition(self, position: int, other: int) -> bool:
        """Whether two entries fell into the same partition: journals do so by chance."""
        with psycopg.connect(self.owner) as connection:
            found = connection.execute(
                "SELECT tableoid FROM ocop.stored_events WHERE position IN (%s, %s)",
                (position, other),
            ).fetchall()
        return len(found) == 2 and found[0] == found[1]


def _run(dsn: str, statements: tuple[str, ...]) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for one in statements:
            connection.execute(one.encode())


def tell_in(folder: Path) -> Place:
    with places.ledgers_on("postgres"):
        services = small_ledger.told(folder)
        name = services.store.location.rpartition("/")[2]
        services.close()
    return Place(folder, name)
