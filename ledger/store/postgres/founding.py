"""Making a ledger's schema and application role in an empty database, and migrating it later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import errors as pg
from psycopg import sql

from ledger.store.postgres.address import for_role, read_address, shown, without_password
from ledger.store.postgres.connecting import Connection, connect
from ledger.store.postgres.errors import PostgresError, refusal
from ledger.store.postgres.functions import LOCK_CLASS
from ledger.store.postgres.logins import unreachable
from ledger.store.postgres.schema import (
    BOOKKEEPING,
    MIGRATIONS,
    Migration,
    closed_to_all,
    guards,
    open_to,
)

_MIGRATING = 3
_MOST_NAME = 63


@dataclass(frozen=True, slots=True)
class Founded:
    """What the hub needs: the application role's address, and its password kept apart from it."""

    application_dsn: str
    role: str
    database: str
    password: str | None


def found_database(
    owner_dsn: str,
    *,
    application: str | None = None,
    new_password: str,
    program: str,
    steps: Sequence[Migration] = MIGRATIONS,
) -> Founded:
    """Make schema, guards and the application role, all or nothing.

    `application` is the address of a role that exists; without it a role `DATABASE_app` is made
    with `new_password`. `program` is the version that is noted beside the schema's.

    Raises:
        PostgresError: `database-taken`, `role-uncreatable`, `role-unknown`, `role-unsuitable`,
            `database-encoding`, `database-denied`, `store-unreachable`; nothing was changed.
    """
    with _owner(owner_dsn) as (connection, where), connection.transaction():
        database, owner = _fit(connection, where)
        if application is None:
            role = _new_role(connection, database, where, new_password)
            made = Founded(for_role(owner_dsn, role), role, database, new_password)
        else:
            address, password = without_password(application)
            role = read_address(application).get("user", "")
            _refuse_unsuitable(connection, role, owner, where)
            made = Founded(address, role, database, password)
        for statement in BOOKKEEPING:
            connection.execute(statement)
        for statement in guards("schema_versions"):
            connection.execute(statement)
        _apply(connection, steps, 0, program)
        _grant(connection, [role])
        return made


def migrate(
    owner_dsn: str, *, program: str, steps: Sequence[Migration] = MIGRATIONS
) -> tuple[int, int]:
    """Bring the schema to this program's version, in one transaction; (version before, after).

    Raises:
        PostgresError: `database-empty`, `store-newer`, `database-denied`, `store-unreachable`.
    """
    with _owner(owner_dsn) as (connection, where), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_CLASS, _MIGRATING))
        row = connection.execute(
            "SELECT coalesce(max(version), 0) FROM ocop.schema_versions"
        ).fetchone()
        before = int(row[0]) if row else 0
        expected = steps[-1].version if steps else 0
        if before > expected:
            raise PostgresError("store-newer", path=where, found=before, expected=expected)
        _apply(connection, steps, before, program)
        _grant(connection, application_roles(connection))
        return before, expected


def undo_founding(owner_dsn: str, made: Founded, *, created_role: bool) -> None:
    """Take back what `found_database` has just made, as long as it holds nothing but a genesis.

    Raises:
        PostgresError: `database-taken`, there is more in it; nothing was changed.
    """
    with _owner(owner_dsn) as (connection, where), connection.transaction():
        row = connection.execute("SELECT coalesce(max(position), 0) FROM ocop.stored_events")
        if row.fetchone() not in {(0,), (1,)}:
            raise PostgresError("database-taken", where=where)
        connection.execute("DROP SCHEMA IF EXISTS ocop_scans, ocop_access CASCADE")
        connection.execute("DROP SCHEMA ocop CASCADE")
        if created_role:
            role, database = sql.Identifier(made.role), sql.Identifier(made.database)
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM {}").format(database, role))
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


def application_roles(connection: Connection) -> list[str]:
    """Roles that were let into schema `ocop`, beside its owner."""
    found = connection.execute(
        "SELECT DISTINCT grantee::regrole::text, rolname FROM pg_namespace, "
        "aclexplode(nspacl) AS one JOIN pg_roles ON pg_roles.oid = one.grantee "
        "WHERE nspname = 'ocop' AND grantee <> nspowner"
    )
    return [row[1] for row in found]


@contextmanager
def _owner(dsn: str) -> Iterator[tuple[Connection, str]]:
    params = {**read_address(dsn), "target_session_attrs": "read-write"}
    where = shown(params)
    try:
        connection = connect(params)
    except psycopg.Error as wrong:
        raise unreachable(wrong, params) from wrong
    try:
        connection.execute("SET search_path = pg_catalog, pg_temp")
        yield connection, where
    except psycopg.Error as wrong:
        raise refusal(wrong, where, gone=connection.broken) from wrong
    finally:
        connection.close()


def _fit(connection: Connection, where: str) -> tuple[str, str]:
    """Name of the database and its owner-to-be, after refusing what cannot hold a ledger."""
    row = connection.execute(
        "SELECT current_database(), current_user, current_setting('server_encoding'), "
        "EXISTS (SELECT FROM pg_namespace WHERE nspname = 'ocop')"
    ).fetchone()
    assert row is not None
    database, owner, encoding, taken = row
    if taken:
        raise PostgresError("database-taken", where=where)
    if encoding != "UTF8":
        raise PostgresError("database-encoding", where=where, found=encoding)
    return database, owner


def _new_role(connection: Connection, database: str, where: str, password: str) -> str:
    role = _free_name(connection, database)
    # The server is given the verifier, so that the password stands in none of its logs.
    encoding = "utf-8"
    verifier = connection.pgconn.encrypt_password(
        password.encode(encoding), role.encode(encoding), b"scram-sha-256"
    ).decode(encoding)
    try:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(verifier)
            )
        )
    except pg.InsufficientPrivilege:
        raise PostgresError("role-uncreatable", where=where, role=role) from None
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
            sql.Identifier(database), sql.Identifier(role)
        )
    )
    return role


def _free_name(connection: Connection, database: str) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in database.lower())
    number = 1
    while True:
        end = "_app" if number == 1 else f"_app{number}"
        name = plain[: _MOST_NAME - len(end)] + end
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).rowcount:
            return name
        number += 1


def _refuse_unsuitable(connection: Connection, role: str, owner: str, where: str) -> None:
    row = connection.execute(
        "SELECT rolsuper OR pg_has_role(rolname, %s, 'MEMBER') FROM pg_roles WHERE rolname = %s",
        (owner, role),
    ).fetchone()
    if row is None:
        raise PostgresError("role-unknown", where=where, role=role)
    if row[0]:
        raise PostgresError("role-unsuitable", role=role)


def _apply(connection: Connection, steps: Sequence[Migration], before: int, program: str) -> None:
    for step in steps:
        if step.version > before:
            for statement in step.statements():
                connection.execute(statement)
            connection.execute(
                "INSERT INTO ocop.schema_versions (version, program) VALUES (%s, %s)",
                (step.version, program),
            )


def _grant(connection: Connection, roles: Sequence[str]) -> None:
    if not connection.execute(
        "SELECT FROM pg_class WHERE relnamespace = 'ocop'::regnamespace AND relname = 'log_leaves'"
    ).rowcount:
        return
    for statement in closed_to_all():
        connection.execute(statement)
    for role in roles:
        for statement in open_to(sql.Identifier(role).as_string(connection)):
            connection.execute(statement)
