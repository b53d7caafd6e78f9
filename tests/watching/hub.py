"""A hub's folder over a server of its own, to be broken on purpose."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
import pytest

from api.settings import Settings
from tests.postgres.cluster import Cluster
from tests.store import places
from tests.store.small_ledger import found_anew


@contextmanager
def ledgers_on_server(cluster: Cluster) -> Iterator[None]:
    """New ledgers go to this server and not to the shared one, until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "shared_cluster", lambda: cluster)
        # The shared server's own template stays for those who come after.
        patch.setattr(places, "_template", cache(places._template.__wrapped__))
        with places.ledgers_on("postgres"):
            yield


@dataclass(frozen=True)
class Hub:
    """A ledger folder whose entries are on a server of its own."""

    folder: Path
    cluster: Cluster
    database: str
    role: str

    def do(self, statement: str, *, options: str = "") -> None:
        """As the superuser, and have the settings read again."""
        dsn = self.cluster.superuser_dsn(self.database) + options
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(statement.encode())
            connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)  # the server's processes read them a moment later

    def settings(self, **changes: object) -> None:
        """Change the folder's settings."""
        path = self.folder / "settings.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def found_hub(folder: Path, cluster: Cluster) -> Hub:
    """A new one, with nothing wrong but that nobody seals."""
    with ledgers_on_server(cluster):
        services = found_anew(folder)
    services.station.catch_up()
    services.close()
    settings = Settings.load(folder / "settings.json")
    assert settings.database is not None
    address = psycopg.conninfo.conninfo_to_dict(settings.database)
    backup = {"time": dt.datetime.now(dt.UTC).isoformat(), "size": 1}
    (folder / "last-backup.json").write_text(json.dumps(backup))
    hub = Hub(folder, cluster, str(address["dbname"]), str(address["user"]))
    hub.settings(base_url="https://truyxuat.example.vn")
    return hub
