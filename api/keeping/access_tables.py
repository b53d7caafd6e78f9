"""People, PINs, passes, the record, what is hidden or reported: side tables to another database.

Every declared table goes along whole, whoever declared it; none of what only lets somebody in for
a while (sessions, one-time links, tickets), so that nothing that was ended comes back to life.
"""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

from api.access.errors import SideAway
from api.access.schema import found_people
from api.access.side_opening import ACCESS_FILE
from api.access.side_sqlite import SqliteSide
from api.access.side_tables import SideTables
from api.hub.side_rooms import found_station_rooms
from api.keeping.placing import scratch


def with_every_room(side: SideTables) -> SideTables:
    """The tables with those of every room that the program has."""
    # Read here: they bring in the library of passwords, which most commands never need.
    from api.access.readers import Readers
    from api.access.record import Record
    from api.consumer.phones import Phones
    from api.consumer.reports import Reports
    from api.disclosure.choices import Disclosures

    found_people(side)
    found_station_rooms(side)
    Disclosures(side)
    Phones(side)
    Reports(side, _never)
    Readers(side, _never, Record(side, _never))
    return side


def keep_access(side: SideTables, into: Path) -> None:
    """Write what lasts of the side tables into a new `access.db` in the folder `into`.

    No file is made where nobody was ever set up.

    Raises:
        SideAway: the tables cannot be read, or are of a newer program.
    """
    if isinstance(side, SqliteSide) and not side.there:
        return
    try:
        with closing(SqliteSide(into / ACCESS_FILE)) as made:
            copy_access(side, made)
    except SideAway as away:
        if away.code != "side-unfounded":  # a hub of before: nobody can have been set up there
            raise


def access_into_database(side: SideTables, database: str, passwords: Path) -> None:
    """Put what lasts of the side tables into those of a hub's new database, as its own role.

    Raises:
        SideAway: as `keep_access`.
    """
    if isinstance(side, SqliteSide) and not side.there:
        return
    # Asked for only here: a station on SQLite needs no PostgreSQL library.
    from api.access.side_postgres import PostgresSide

    with closing(PostgresSide(database, passwords)) as target:
        try:
            copy_access(side, target)
        except SideAway as away:
            if away.code != "side-unfounded":
                raise


def renew_access(folder: Path) -> None:
    """Write `access.db` in a folder anew with what lasts: also a file of another program's making."""
    old = folder / ACCESS_FILE
    if not old.exists():
        return
    with scratch(folder / "access.part") as room:
        old.replace(room / ACCESS_FILE)
        with closing(SqliteSide(room / ACCESS_FILE)) as source:
            keep_access(source, folder)


def copy_access(source: SideTables, target: SideTables) -> None:
    """Copy what lasts, all of one moment, into tables in which nothing is yet.

    Raises:
        SideAway: one of them is away, or of a newer program.
    """
    with_every_room(source)
    with_every_room(target)
    with source.write() as read:  # what nobody can change meanwhile
        rows = {name: read.execute(f"SELECT * FROM {name}") for name in source.lasting()}  # noqa: S608  # declared names
    with target.write() as write:
        for name, found in rows.items():
            for row in found:
                marks = ",".join("?" * len(row))
                # Both were made by the same statements, so their columns have one order.
                write.execute(f"INSERT INTO {name} VALUES ({marks})", *row)  # noqa: S608  # declared names


def _never() -> dt.datetime:
    raise AssertionError("nothing is recorded while tables are copied")
