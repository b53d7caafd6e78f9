"""Schema `ocop_access` of a hub's database, made by its owner; its tables the program makes."""

from __future__ import annotations

import psycopg
from psycopg import sql

from ledger.store.postgres.address import read_address, shown
from ledger.store.postgres.errors import PostgresError, reason
from ledger.store.postgres.logins import unreachable


def found_access(owner_dsn: str, application_role: str | None) -> None:
    """Make the schema and let the application role keep tables in it. Again is harmless.

    None for the role leaves rights as they are. The role may do anything with these tables, and
    nothing more than before with the ledger's.

    Raises:
        LedgerError: `store-unreachable`, `database-denied`; nothing was changed.
    """
    params = read_address(owner_dsn)
    where = shown(params)
    try:
        connection = psycopg.connect("", **params)  # type: ignore[arg-type]  # psycopg types the keywords of its own only
    except psycopg.Error as wrong:
        raise unreachable(wrong, params) from wrong
    try:
        with connection as db:
            # Two owners at once would both find nothing.
            db.execute("SELECT pg_advisory_xact_lock(hashtext('ocop_access'))")
            db.execute("CREATE SCHEMA IF NOT EXISTS ocop_access")
            db.execute("REVOKE ALL ON SCHEMA ocop_access FROM PUBLIC")
            if application_role is not None:
                role = sql.Identifier(application_role)
                grant = sql.SQL("GRANT USAGE, CREATE ON SCHEMA ocop_access TO {}")
                db.execute(grant.format(role))
    except psycopg.errors.InsufficientPrivilege as wrong:
        raise PostgresError("database-denied", where=where, why=reason(wrong)) from wrong
    except psycopg.Error as wrong:
        raise PostgresError("store-unreachable", where=where, why=reason(wrong)) from wrong
