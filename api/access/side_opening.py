"""Which database the small tables of a ledger folder are in."""

from __future__ import annotations

from pathlib import Path

from api.access.side_sqlite import SqliteSide
from api.access.side_tables import SideTables

ACCESS_FILE = "access.db"


def open_side(folder: Path, database: str | None) -> SideTables:
    """The tables of a ledger folder; neither file nor connection is made before the first use.

    `database` is the address of a hub's ledger as its application role, None for a local file.
    """
    if database is None:
        return SqliteSide(folder / ACCESS_FILE)
    # Asked for only here: a station on SQLite needs no PostgreSQL library.
    from api.access.side_postgres import PostgresSide

    return PostgresSide(database, folder / "keys" / "pgpass")
