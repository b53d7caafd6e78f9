"""Is another program connected to the database that a ledger shall leave? It would go on recording."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import psycopg

from api.keeping.errors import KeepingError
from api.settings import Settings
from ledger.store.postgres.address import addresses, shown
from ledger.store.postgres.connecting import Connection, connect
from ledger.store.postgres.errors import refusal
from ledger.store.postgres.functions import APPEND
from ledger.store.postgres.logins import unreachable

_PATIENCE = 5.0
# As this role, or another one that was let in to record; an owner's backup does not count.
_OTHERS = """
SELECT count(*) FROM pg_catalog.pg_stat_activity JOIN pg_catalog.pg_roles AS role
    ON role.oid = usesysid
WHERE datname = current_database() AND pid <> pg_backend_pid() AND (usename = current_user
    OR NOT rolsuper AND pg_catalog.has_function_privilege(
        role.oid, pg_catalog.to_regprocedure(%s), 'EXECUTE')
    AND role.oid <> (SELECT nspowner FROM pg_catalog.pg_namespace WHERE nspname = 'ocop'))
"""


def refuse_connected(folder: Path, settings: Settings) -> None:
    """Return when nobody else who could record is connected to the settings' database.

    For whoever has no connection to it yet.

    Raises:
        KeepingError: `move-in-use`.
        LedgerError: the database cannot be reached.
    """
    assert settings.database is not None
    (params,) = addresses((settings.database,), folder / "keys" / "pgpass", reading=False)
    try:
        connection = connect(params)
    except psycopg.Error as wrong:
        raise unreachable(wrong, params) from wrong
    # What a killed or just ended client left goes within moments.
    deadline = time.monotonic() + _PATIENCE
    with closing(connection):
        try:
            while _others(connection):
                if time.monotonic() > deadline:
                    raise KeepingError("move-in-use", where=shown(params), path=folder)
                time.sleep(0.05)
        except psycopg.Error as wrong:
            raise refusal(wrong, shown(params), gone=connection.broken) from wrong


def _others(connection: Connection) -> int:
    row = connection.execute(_OTHERS, (APPEND.signature,)).fetchone()
    return 0 if row is None else int(row[0])
