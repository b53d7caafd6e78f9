"""One connection: session settings, schema version, time limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg.abc import PQGen
from psycopg.waiting import Ready, Wait

from ledger.store.postgres.address import Params, shown
from ledger.store.postgres.arrays import teach
from ledger.store.postgres.errors import PostgresError, refusal
from ledger.store.postgres.logins import unreachable
from ledger.store.postgres.passwords import with_password
from ledger.store.postgres.schema import SCHEMA_VERSION

Row = tuple[Any, ...]
T = TypeVar("T")
_PATIENCE = 10  # seconds; no statement here takes one, beside waiting for a lock or a standby


class Connection(psycopg.Connection[Row]):
    """A connection that does not wait for ever for a server that has gone silent.

    A stopped machine still acknowledges packets, so neither keepalives nor the server's own time
    limits notice it.
    """

    def wait(self, gen: PQGen[T], interval: float = 1, timeout: float | None = None) -> T:
        """As in the library; without `timeout` 10 seconds, then the connection is given up."""
        try:
            return super().wait(gen, interval, _PATIENCE if timeout is None else timeout)
        except pg._WaitTimeout:
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer within {_PATIENCE} s") from None

    def is_silent(self) -> bool:
        """True when nothing has come since the last answer: no farewell, no end. Never waits."""
        return not self.wait(_look(), interval=0)


def _look() -> PQGen[Ready | int]:
    """Whether there is something to read, seen once."""
    return (yield Wait.R)


_SESSION = {
    "synchronous_commit": "on",
    # What was waited for is seen once the wait is over, also by statements sent in one message.
    "default_transaction_isolation": "read committed",
    # Shorter than this side's own patience, so that a busy server is told from a silent one.
    "lock_timeout": "8s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "10s",
    "search_path": "pg_catalog, pg_temp",
    "bytea_output": "hex",
    # So that the server, too, forgets a dead machine within 5 s, with the locks it held.
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",
    # Every query here follows an index, in small bites. Without these a plan may flip to reading
    # or hashing whole partitions, and speed would fade as the ledger grows.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "enable_memoize": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
# Some of these came with a later PostgreSQL than the oldest that this runs on (13).
_SET = (
    "SELECT pg_catalog.set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) "
    "AS wanted(name, value) WHERE pg_catalog.current_setting(name, true) IS NOT NULL"
)
_VERSION = "SELECT coalesce(max(version), 0) FROM ocop.schema_versions"


def open_any(addresses: Sequence[Params], *, reading: bool) -> Connection:
    """Connect to the first address that answers.

    Raises:
        LedgerError: one of `UNREACHABLE`, `database-empty`, `database-older`, `store-newer`.
    """
    last: PostgresError | None = None
    for params in addresses:
        try:
            connection = connect(params)
        except psycopg.Error as wrong:
            last = unreachable(wrong, params)
            continue
        try:
            settle(connection, reading=reading)
            refuse_other_schema(connection, shown(params))
        except psycopg.Error as wrong:
            connection.close()
            gone = isinstance(wrong, psycopg.OperationalError)
            last = refusal(wrong, shown(params), gone=gone)
            continue
        except BaseException:
            connection.close()
            raise
        return connection
    raise last if last is not None else PostgresError("database-address")


def connect(params: Params) -> Connection:
    """A plain autocommit connection; raises psycopg.Error."""
    connection = Connection.connect(
        "",
        autocommit=True,
        # Prepared from the second time on: planning over 16 partitions costs more than the query.
        prepare_threshold=1,
        **with_password(params),  # type: ignore[arg-type]  # psycopg types the keywords of its own only
    )
    teach(connection)
    return connection


def settle(connection: Connection, *, reading: bool = False) -> None:
    """Put this program's session settings in force; raises psycopg.Error."""
    wanted = dict(_SESSION)
    if reading:
        wanted["default_transaction_read_only"] = "on"
    connection.execute(_SET, (list(wanted), list(wanted.values())))


def refuse_other_schema(connection: Connection, where: str) -> None:
    """Raise unless the schema is the one that this program knows."""
    try:
        row = connection.execute(_VERSION).fetchone()
    except (pg.UndefinedTable, pg.InvalidSchemaName):
        raise PostgresError("database-empty", where=where) from None
    found = 0 if row is None else int(row[0])
    if found > SCHEMA_VERSION:
        raise PostgresError("store-newer", path=where, found=found, expected=SCHEMA_VERSION)
    if found < SCHEMA_VERSION:
        raise PostgresError("database-older", where=where, found=found, expected=SCHEMA_VERSION)
