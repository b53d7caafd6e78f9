"""What a PostgreSQL server says of itself, asked on a connection of one's own.

The store's connections only ever go to a primary that takes writes; whoever watches must also be
able to see that there is a server but a standby, or one with unsafe settings.
"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from ledger.store.postgres import queries
from ledger.store.postgres.address import Params, addresses, shown
from ledger.store.postgres.connecting import Connection, connect
from ledger.store.postgres.logins import unreachable

_SETTINGS = (
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "synchronous_standby_names",
    "wal_level",
    "default_transaction_read_only",
)
_STATE = (
    "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only'), "
    "pg_catalog.clock_timestamp(), pg_catalog.current_setting('server_version'), "
    "(SELECT coalesce(max(version), 0) FROM ocop.schema_versions)"
)
_SET = "SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY(%s)"
# To a role that may not see them, the standbys' states are NULL: unknown, not missing.
_STANDBYS = "SELECT application_name, sync_state FROM pg_catalog.pg_stat_replication"


_POSITION = (
    "CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() "
    "ELSE pg_catalog.pg_current_wal_lsn() END"
)
_REPLAY = (
    "SELECT pg_catalog.pg_is_in_recovery(), "
    f"pg_catalog.pg_wal_lsn_diff({_POSITION}, '0/0')::bigint, ({queries.REPLICA_AGE})"
)


@dataclass(frozen=True, slots=True)
class ReplayState:
    """Where a server is in the WAL: the byte written last, on a standby the one replayed last.

    `age`: seconds by which a standby may lag, as `PostgresStore.replica_age`; None on a primary.
    """

    in_recovery: bool
    position: int
    age: float | None


@dataclass(frozen=True, slots=True)
class ServerState:
    """A server at one moment. `schema` is the ledger's schema version in it.

    `clock` is the server's clock (aware), `asked` and `answered` ours around the question.
    """

    where: str
    in_recovery: bool
    read_only: bool
    clock: dt.datetime
    asked: dt.datetime
    answered: dt.datetime
    version: str
    schema: int


class ServerProbe:
    """Asks one server, again over the same connection while it lives."""

    def __init__(self, dsn: str, passwords: Path) -> None:
        """`dsn` as in the settings; `passwords` a libpq password file."""
        self._tries = [
            *addresses((dsn,), passwords, reading=False),
            *addresses((dsn,), passwords, reading=True),
        ]
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._where = shown(self._tries[0])

    def state(self) -> ServerState:
        """The state now. PostgresError `store-unreachable`."""
        with self._lock:
            asked = dt.datetime.now(dt.UTC)
            row = self._rows(_STATE)[0]
            answered = dt.datetime.now(dt.UTC)
        recovery, read_only, clock, version, schema = row
        return ServerState(
            self._where, recovery, read_only == "on", clock, asked, answered, version, schema
        )

    @property
    def where(self) -> str:
        """Host, port and database, for people."""
        return self._where

    def replay(self) -> ReplayState:
        """Where it is in the WAL now. PostgresError `store-unreachable`."""
        with self._lock:
            return ReplayState(*self._rows(_REPLAY)[0])

    def settings(self) -> dict[str, str]:
        """Server settings that durability hangs on. PostgresError `store-unreachable`."""
        with self._lock:
            return dict(self._rows(_SET, list(_SETTINGS)))

    def standbys(self) -> list[tuple[str, str | None]]:
        """(name, sync state) of each connected standby; the state is None when we may not know."""
        with self._lock:
            return [(row[0], row[1]) for row in self._rows(_STANDBYS)]

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._discard()

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        last: psycopg.Error | None = None
        # A connection that was kept may have died since: then, and only then, a second try.
        for _ in range(1 if self._connection is None else 2):
            try:
                if self._connection is None:
                    self._connection = self._open()
                return self._connection.execute(sql, values).fetchall()
            except psycopg.Error as wrong:
                last = wrong
                self._discard()
        assert last is not None
        raise unreachable(last, self._tries[0]) from last

    def _open(self) -> Connection:
        last: psycopg.Error | None = None
        for params in self._tries:
            try:
                return self._settled(params)
            except psycopg.Error as wrong:
                last = wrong if last is None else last
        assert last is not None
        raise last

    def _settled(self, params: Params) -> Connection:
        connection = connect({**params, "connect_timeout": "2", "application_name": "ocop-watch"})
        connection.execute("SELECT set_config('statement_timeout', '2s', false)")
        self._where = shown(params)
        return connection

    def _discard(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
