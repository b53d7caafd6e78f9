"""Both storages of scan counts, real ones, and ways to fill them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from api.scans.counter import ScanCounter
from api.scans.founding import found_scans
from api.scans.places import SLOTS, place_bit
from api.scans.postgres_storage import PostgresScans
from api.scans.sqlite_storage import SqliteScans
from api.scans.storage import ScanStorage
from api.scans.tally import Batch, Serial, Standing
from tests.postgres.cluster import Cluster, shared_cluster

GTIN, LOT, TAG = "08938501000125", "L260923A", "A1"
SERIAL: Serial = (GTIN, TAG, 1)
DAY = dt.date(2026, 10, 1).toordinal()
PASSWORD = "scans"
_numbers = itertools.count(1)


def scans_database(cluster: Cluster | None = None) -> tuple[str, str]:
    """(owner's, application's) address of a new database with schema `ocop_scans`."""
    owner = (cluster or shared_cluster()).fresh_database()
    with psycopg.connect(owner, autocommit=True) as db:
        name = f"counting_{db.info.dbname}"
        create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
        db.execute(create.format(sql.Identifier(name), sql.Literal(PASSWORD)))
    assert found_scans(owner, name)[0] == 0
    return owner, make_conninfo(owner, user=name, password=PASSWORD)


def emptied_database() -> str:
    """As the second of `scans_database`, one and the same for many tests: it holds no count."""
    owner, application = _kept()
    with psycopg.connect(owner) as db:
        db.execute(
            "TRUNCATE ocop_scans.serial, ocop_scans.lot, ocop_scans.batch, ocop_scans.day_key"
        )
    return application


@cache
def _kept() -> tuple[str, str]:
    """The one of this test process: making another takes ten times as long as emptying it."""
    return scans_database()


def openers(kind: str, folder: Path) -> Callable[[], ScanStorage]:
    """A function that opens one and the same storage again and again, as several processes do."""
    if kind == "sqlite":
        return lambda: SqliteScans(folder / "scans.db")
    application = emptied_database()
    return lambda: PostgresScans([application])


def batch(number: int, day: int, *scans: tuple[Serial, int, Standing]) -> Batch:
    """A batch of (serial, bits of places, standing) under LOT."""
    made = Batch(number, day)
    for serial, places, standing in scans:
        made.add(serial, LOT, places, standing, stopped=False)
    return made


def process() -> bytes:
    """An id that no other process of this test has."""
    return next(_numbers).to_bytes(16, "big")


def counter(storage: ScanStorage, now: dt.datetime | None = None) -> ScanCounter:
    """A counter whose clock stands still, by default at noon of DAY in Vietnam."""
    noon = dt.datetime.fromordinal(DAY).replace(hour=5, tzinfo=dt.UTC)
    return ScanCounter(storage, lambda: now or noon)


def addresses_with_different_bits(key: bytes, count: int) -> list[str]:
    """Addresses of as many networks that share no bit under this key."""
    found: dict[int, str] = {}
    for number in range(256 * SLOTS):
        address = f"10.{number // 256}.{number % 256}.9"
        found.setdefault(place_bit(key, address), address)
        if len(found) == count:
            return list(found.values())
    raise AssertionError(count)
