"""The photos of lots, sites and products, read from the tables (docs/format.md, section 19).

What counts of a photo is the newest row of its statement. One that shows nothing any more is
withdrawn: where it was shown before, `gone` says so, and neither caption nor digest is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from ledger.verify.graph import Lot

MOST = 12
"""Photos of one stage, site or product that are shown; the newest."""
_AT_ONCE = 100
_COLUMNS = (
    "entry, idx, party, day, photo, small, width, height, caption, item, lot, stage, site, product"
)
# All rows of the statements that ever showed it, the newest first of each.
_OF_LOTS = (
    f"WITH wanted (w_item, w_lot) AS (VALUES {{}}) SELECT {_COLUMNS} FROM photo "  # noqa: S608  # constant names
    "WHERE entry IN (SELECT entry FROM wanted CROSS JOIN photo ON item = w_item AND lot = w_lot) ORDER BY entry, idx DESC"
)
_OF_SITE = (
    f"SELECT {_COLUMNS} FROM photo WHERE entry IN "  # noqa: S608  # constant names
    "(SELECT entry FROM photo WHERE party = ? AND site = ?) ORDER BY entry, idx DESC"
)
_OF_PRODUCT = (
    f"SELECT {_COLUMNS} FROM photo WHERE entry IN "  # noqa: S608  # constant names
    "(SELECT entry FROM photo WHERE product = ?) ORDER BY entry, idx DESC"
)
_OF_PARTY = (
    f"SELECT {_COLUMNS} FROM photo AS one WHERE party = ? AND NOT EXISTS (SELECT 1 FROM photo AS "  # noqa: S608  # constant names
    "newer WHERE newer.entry = one.entry AND newer.idx > one.idx) ORDER BY idx DESC LIMIT ?"
)
_WITH_DIGEST = (
    f"SELECT {_COLUMNS} FROM photo WHERE entry IN (SELECT entry FROM photo WHERE photo = ?1 "  # noqa: S608  # constant names
    "UNION SELECT entry FROM photo WHERE small = ?1) ORDER BY entry, idx DESC"
)
_STANDING = (
    f"SELECT {_COLUMNS} FROM photo AS one WHERE NOT EXISTS (SELECT 1 FROM photo AS "  # noqa: S608  # constant names
    "newer WHERE newer.entry = one.entry AND newer.idx > one.idx) AND (?1 IS NULL OR EXISTS "
    "(SELECT 1 FROM entry WHERE entry.id = one.entry AND entry.keyid = ?1)) ORDER BY idx"
)
_ANY = "SELECT 1 FROM photo LIMIT 1"


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """One photo as it counts: the statement's id and party, its day (ISO), and what it shows."""

    entry: str
    index: int
    party: str
    day: str
    photo: str
    small: str
    width: int
    height: int
    caption: str
    item: str | None
    lot: str | None
    stage: str | None
    site: str | None
    product: str | None

    @property
    def withdrawn(self) -> bool:
        """Whether it shows nothing any more."""
        return self.item is None and self.site is None and self.product is None

    def shown(self) -> dict[str, Any]:
        """As facts have it: digests, size in pixels of the large form, words, day, whose."""
        gone = self.withdrawn
        return {
            "digest": "" if gone else self.photo,
            "small": "" if gone else self.small,
            "width": self.width,
            "height": self.height,
            "alt": "" if gone else self.caption,
            "day": self.day,
            "party": self.party,
            "gone": gone,
        }


class Photos:
    """The photo table of one views file. `rows` runs a query: (sql, values) to rows."""

    def __init__(self, rows: Callable[[str, Iterable[object]], list[Any]]) -> None:
        self._rows = rows

    def any(self) -> bool:
        """Whether there is any photo at all; most ledgers have none when they begin."""
        return bool(self._rows(_ANY, ()))

    def of_lots(self, lots: list[Lot]) -> dict[Lot, list[PhotoRow]]:
        """Photos of each of these lots, the newest first."""
        found: dict[Lot, list[PhotoRow]] = {}
        for start in range(0, len(lots), _AT_ONCE):
            part = lots[start : start + _AT_ONCE]
            places = ",".join(["(?,?)"] * len(part))
            rows = self._rows(_OF_LOTS.format(places), [value for lot in part for value in lot])
            wanted = set(part)
            for newest, were in _by_entry(rows):
                # Newest first, so of a withdrawn one its last place at each lot counts.
                last = {_lot(one): one.stage for one in reversed(were)}
                for lot, stage in (
                    last.items() if newest.withdrawn else [(_lot(newest), newest.stage)]
                ):
                    if lot in wanted:
                        found.setdefault(lot, []).append(replace(newest, stage=stage))
        return {lot: _newest_first(some) for lot, some in found.items()}

    def of_site(self, party: str, site: str) -> list[PhotoRow]:
        """Photos of a party's site, the newest first."""
        rows = self._rows(_OF_SITE, (party, site))
        return _newest_first(
            newest for newest, _ in _by_entry(rows) if newest.withdrawn or newest.site == site
        )

    def of_product(self, gtin14: str) -> list[PhotoRow]:
        """Photos of a product, the newest first."""
        rows = self._rows(_OF_PRODUCT, (gtin14,))
        return _newest_first(
            newest for newest, _ in _by_entry(rows) if newest.withdrawn or newest.product == gtin14
        )

    def of_party(self, party: str, limit: int) -> list[PhotoRow]:
        """What a party's stations said of photos, as it counts, the newest first."""
        return [PhotoRow(*row) for row in self._rows(_OF_PARTY, (party, limit))]

    def standing(self, keyid: str | None = None) -> list[PhotoRow]:
        """All photos as they count, in log order; with `keyid` (hex) those that this key signed."""
        return [PhotoRow(*row) for row in self._rows(_STANDING, (keyid,))]

    def with_digest(self, digest: str) -> list[PhotoRow]:
        """The photos that name this digest (hex), as large or as small form."""
        return [newest for newest, _ in _by_entry(self._rows(_WITH_DIGEST, (digest,)))]


def _lot(row: PhotoRow) -> Lot | None:
    return None if row.item is None or row.lot is None else (row.item, row.lot)


def _by_entry(rows: Iterable[Any]) -> list[tuple[PhotoRow, list[PhotoRow]]]:
    """(newest row, all rows) of each statement; rows come with the newest of a statement first."""
    found: dict[str, list[PhotoRow]] = {}
    for row in rows:
        one = PhotoRow(*row)
        found.setdefault(one.entry, []).append(one)
    return [(some[0], some) for some in found.values()]


def _newest_first(rows: Iterable[PhotoRow]) -> list[PhotoRow]:
    return sorted(rows, key=lambda one: -one.index)[:MOST]
