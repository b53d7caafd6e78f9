"""What a cut move left in a database: taken away, if it is nothing but the beginning of this ledger."""

from __future__ import annotations

import time
from contextlib import closing
from typing import ClassVar

import psycopg
from psycopg import sql

from api.keeping.errors import KeepingError
from api.keeping.into_database import Founding
from ledger.store.copying import PAGE
from ledger.store.postgres.address import read_address
from ledger.store.postgres.connecting import Connection, connect
from ledger.store.postgres.errors import refusal
from ledger.store.postgres.founding import application_roles
from ledger.store.postgres.functions import APPENDING, LOCK_CLASS, SEALING
from ledger.store.postgres.logins import unreachable
from ledger.store.seam import LedgerStore

_PATIENCE = 5.0
_THERE = "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'ocop'"
# Background workers have no user. What a killed client left ends within moments.
_OTHERS = (
    "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = current_database() "
    "AND usesysid IS NOT NULL AND pid <> pg_backend_pid()"
)
_ENTRIES = (
    "SELECT position, state FROM ocop.stored_events WHERE position > %s ORDER BY position LIMIT %s"
)


class HalfCopyRefused(KeepingError):
    """A database that a cut move began to fill is not taken away."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "half-copy-used": (
            "An earlier move into {where} was cut off, but what is in that database now is more "
            "than its copy, or somebody is connected to it; nothing was changed. Name another empty "
            "database, or let its owner drop this one and create it anew.",
            "Lần chuyển trước vào {where} bị ngắt giữa chừng, nhưng trong cơ sở dữ liệu đó hiện có "
            "nhiều hơn bản chép, hoặc đang có người kết nối; chưa thay đổi gì. Hãy chọn cơ sở dữ "
            "liệu trống khác, hoặc để chủ sở hữu xóa và tạo lại cơ sở dữ liệu này.",
        ),
    }


def take_away_copy(founding: Founding, source: LedgerStore) -> None:
    """Drop the ledger's schema and role from a database, so that it can be founded anew.

    Only for a database that this folder's own record names as the goal of a cut move, and only if
    every entry in it is one of `source`, in order from the first, and nobody else is connected.

    Raises:
        HalfCopyRefused: it is not; nothing was changed.
        LedgerError: the database cannot be reached, or does not allow it.
    """
    params = {**read_address(founding.owner), "target_session_attrs": "read-write"}
    try:
        connection = connect(params)
    except psycopg.Error as wrong:
        raise unreachable(wrong, params) from wrong
    with closing(connection):
        try:
            if not _count(connection, _THERE):
                return
            _refuse_connected(connection, founding.place)
            with connection.transaction():
                for lock in (APPENDING, SEALING):
                    connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_CLASS, lock))
                _refuse_other(connection, source, founding.place)
                _drop(connection, new_role=founding.new_role)
        except psycopg.Error as wrong:
            raise refusal(wrong, founding.place, gone=connection.broken) from wrong


def _count(connection: Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return 0 if row is None else int(row[0])


def _refuse_connected(connection: Connection, where: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while _count(connection, _OTHERS):
        if time.monotonic() > deadline:
            raise HalfCopyRefused("half-copy-used", where=where)
        time.sleep(0.05)


def _refuse_other(connection: Connection, source: LedgerStore, where: str) -> None:
    theirs = ours = 0
    while rows := connection.execute(_ENTRIES, (theirs, PAGE)).fetchall():
        own = source.after(ours, len(rows))
        if [state for _, state in own] != [state for _, state in rows]:
            raise HalfCopyRefused("half-copy-used", where=where)
        theirs, ours = rows[-1][0], own[-1][0]


def _drop(connection: Connection, *, new_role: bool) -> None:
    roles = application_roles(connection) if new_role else []
    connection.execute("DROP SCHEMA IF EXISTS ocop_scans, ocop_access CASCADE")
    connection.execute("DROP SCHEMA ocop CASCADE")
    database = sql.Identifier(connection.info.dbname)
    for role in map(sql.Identifier, roles):
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM {}").format(database, role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))
