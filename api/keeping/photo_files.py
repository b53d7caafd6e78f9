"""Photos of a folder into a hub's new database, where all its machines see them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from api.access.errors import SideAway
from api.photos.shelf import FOLDER, PhotoShelf


def photos_into_database(folder: Path, database: str, passwords: Path) -> int:
    """Put the files of `folder` into the tables beside a hub's ledger, as its own role; how many.

    The files stay. A database without these tables yet gets each when its machine first reads it.

    Raises:
        SideAway: the tables cannot be used, or are of a newer program.
    """
    if not (folder / FOLDER).is_dir():
        return 0
    # Asked for only here: a station on SQLite needs no PostgreSQL library.
    from api.access.side_postgres import PostgresSide

    with closing(PostgresSide(database, passwords)) as side:
        shelf = PhotoShelf(folder, side)
        try:
            return sum(shelf.has(digest) for digest in shelf.digests())
        except SideAway as away:
            if away.code != "side-unfounded":
                raise
            return 0
