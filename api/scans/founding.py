"""Schema `ocop_scans` of a hub's database, made and brought up to date by its owner."""

from __future__ import annotations

import psycopg
from psycopg import sql

from api.scans.schema import MIGRATIONS, SCHEMA, VERSION
from ledger.store.postgres.address import read_address, shown
from ledger.store.postgres.errors import PostgresError, reason
from ledger.store.postgres.logins import unreachable

_GRANTS = (
    "GRANT USAGE ON SCHEMA ocop_scans TO {}",
    "GRANT SELECT, INSERT, UPDATE ON ocop_scans.serial, ocop_scans.lot TO {}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ocop_scans.batch TO {}",
    "GRANT SELECT, INSERT, TRUNCATE ON ocop_scans.day_key TO {}",
    "GRANT SELECT ON ocop_scans.version TO {}",
    "GRANT EXECUTE ON FUNCTION ocop_scans.places_of(bigint) TO {}",
)


def found_scans(owner_dsn: str, application_role: str | None) -> tuple[int, int]:
    """Make the schema or migrate it, and let the application role count; (from, to) versions.

    Repeating it is harmless. None for the role leaves rights as they are.

    Raises:
        LedgerError: `store-unreachable`, `store-newer`, `database-denied`; nothing was changed.
    """
    params = read_address(owner_dsn)
    where = shown(params)
    try:
        connection = psycopg.connect("", **params)  # type: ignore[arg-type]  # psycopg types the keywords of its own only
    except psycopg.Error as wrong:
        raise unreachable(wrong, params) from wrong
    try:
        with connection as db:
            return _migrate(db, application_role, where)
    except psycopg.errors.InsufficientPrivilege as wrong:
        raise PostgresError("database-denied", where=where, why=reason(wrong)) from wrong
    except psycopg.Error as wrong:
        raise PostgresError("store-unreachable", where=where, why=reason(wrong)) from wrong


def _migrate(
    db: psycopg.Connection[tuple[object, ...]], role: str | None, where: str
) -> tuple[int, int]:
    # Two owners at once would both find nothing.
    db.execute("SELECT pg_advisory_xact_lock(hashtext('ocop_scans'))")
    db.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    db.execute(f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC")
    db.execute(f"CREATE TABLE IF NOT EXISTS {SCHEMA}.version (version integer PRIMARY KEY)")
    row = db.execute(f"SELECT coalesce(max(version), 0) FROM {SCHEMA}.version").fetchone()  # noqa: S608  # constant name
    found = 0 if row is None else int(str(row[0]))
    if found > VERSION:
        raise PostgresError("store-newer", path=where, found=found, expected=VERSION)
    for version, statements in MIGRATIONS:
        if version > found:
            db.execute(statements.encode())
            db.execute(sql.SQL("INSERT INTO ocop_scans.version VALUES ({})").format(version))
    if role is not None:
        for text in _GRANTS:
            db.execute(sql.SQL(text).format(sql.Identifier(role)))
    return found, VERSION
