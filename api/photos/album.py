"""What the ledger says of photos and the bytes of them, together: one object for everybody who asks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal

from api.access.side_tables import SideTables
from api.keeping.erased import remember_erased
from api.photos.shelf import ERASED, PhotoShelf
from ledger.projections.photos import PhotoRow, Photos
from ledger.projections.views import Views

State = Literal["here", "missing", "altered", "gone"]
"""`gone`: withdrawn or erased; `missing`: another machine has the bytes, or nobody; `altered`: damaged."""
MOST_LISTED: Final = 200


class Album:
    """The photos of one ledger folder."""

    def __init__(self, folder: Path, tables: Views, side: SideTables | None = None) -> None:
        """`tables` are the read models; `side` as `PhotoShelf` has it."""
        self._folder = folder
        self.shelf = PhotoShelf(folder, side)
        self._tables = tables
        self.table = Photos(self._rows)

    def _rows(self, sql: str, values: Iterable[object]) -> list[Any]:
        return self._tables.connection().execute(sql, tuple(values)).fetchall()

    def close(self) -> None:
        """Close the read models, by whoever opened them for this album alone."""
        self._tables.close()

    def opened(self, digest: str) -> bytes | Literal["gone"] | None:
        """The file of a digest that a statement in force names; None for an unknown or missing one.

        Whoever finds that a photo was withdrawn takes its bytes away.

        Raises:
            SideAway: the hub's database is away.
        """
        named = self.table.with_digest(digest)
        if not named:
            return None
        if digest in self.shelf.erased():
            return "gone"
        if all(one.withdrawn for one in named):
            self.forget(named)
            return "gone"
        return self.shelf.get(digest)

    def state(self, row: PhotoRow) -> State:
        """How one photo stands here."""
        if row.withdrawn or {row.photo, row.small} & self.shelf.erased():
            return "gone"
        both = row.photo, row.small
        if all(self.shelf.has(one) for one in both):
            return "here"
        return "altered" if any(self.shelf.altered(one) for one in both) else "missing"

    def forget(self, rows: Iterable[PhotoRow]) -> int:
        """Take the bytes of withdrawn photos away, but for what another photo still shows."""
        gone = {digest for row in rows for digest in (row.photo, row.small)}
        kept = {
            digest
            for digest in gone
            if any(not one.withdrawn for one in self.table.with_digest(digest))
        }
        return self.shelf.erase(sorted(gone - kept))

    def erase(self, digests: Iterable[str]) -> int:
        """Erase files for good, whatever the ledger says of them, and both forms of each photo.

        First they are noted down, so that no restore brings them back.

        Raises:
            OSError, SideAway: not done, or not wholly; doing it again completes it.
        """
        named = [row for digest in digests for row in self.table.with_digest(digest)]
        both = sorted({digest for row in named for digest in (row.photo, row.small)})
        if not both:
            return 0
        remember_erased(self._folder / ERASED, both)
        return self.shelf.erase(both)
