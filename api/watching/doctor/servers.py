"""Questions of the doctor's own to database servers: to each host by itself, and without any lock."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from api.settings import Settings
from ledger.store.postgres.address import Params, addresses, shown
from ledger.store.postgres.connecting import Connection, connect
from ledger.store.postgres.functions import LEADING_CLASS

_STATE = (
    "SELECT pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only') "
    "= 'on', pg_catalog.pg_postmaster_start_time()"
)
# A key of two numbers stands in `pg_locks` as classid and objid, with objsubid 2.
_LEADER = (
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted "
    "AND classid = %s::bigint::oid AND objid = %s::bigint::oid AND objsubid = 2 "
    "AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))"
)


@dataclass(frozen=True, slots=True)
class Server:
    """One server that answered: its place for people, whether it takes writes, its last start."""

    where: str
    writes: bool
    started: dt.datetime


def each_server(settings: Settings, folder: Path) -> list[Server]:
    """Every server that the settings name and that answers, whatever it is."""
    dsns = [one for one in (settings.database, *settings.read_from) if one is not None]
    found = []
    for params in (one for dsn in dsns for one in _each_host(dsn, folder)):
        try:
            with closing(_opened(params)) as connection:
                row = connection.execute(_STATE).fetchone()
        except psycopg.Error:  # who is away is told by another check
            continue
        assert row is not None
        found.append(Server(shown(params), not row[0], row[1]))
    return found


def asked(settings: Settings, folder: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows from the server that takes statements. Raises psycopg.Error."""
    assert settings.database is not None
    (params,) = addresses((settings.database,), _passwords(folder), reading=False)
    with closing(_opened(params)) as connection:
        return connection.execute(query.encode(), values).fetchall()


def led_in_database(settings: Settings, folder: Path, role: str) -> bool:
    """Whether somebody leads `role` now, seen without trying to. Raises psycopg.Error."""
    key = (zlib.crc32(role.encode()) - 2**31) % 2**32
    return bool(asked(settings, folder, _LEADER, LEADING_CLASS, key)[0][0])


def _each_host(dsn: str, folder: Path) -> Iterator[Params]:
    """The address once for each of its hosts."""
    (params,) = addresses((dsn,), _passwords(folder), reading=True)
    lists: dict[str, list[str]] = {}
    for name in ("host", "hostaddr"):
        if name in params:
            lists[name] = params[name].split(",")
    count = max((len(one) for one in lists.values()), default=1)
    ports = params.get("port", "5432").split(",")
    lists["port"] = ports * count if len(ports) == 1 else ports
    for number in range(count):
        here = {name: one[number] for name, one in lists.items() if number < len(one)}
        yield {**params, **{name: value for name, value in here.items() if value}}


def _opened(params: Params) -> Connection:
    connection = connect({**params, "connect_timeout": "2", "application_name": "ocop-doctor"})
    try:
        connection.execute("SELECT pg_catalog.set_config('statement_timeout', '5s', false)")
    except BaseException:
        connection.close()
        raise
    return connection


def _passwords(folder: Path) -> Path:
    return folder / "keys" / "pgpass"
