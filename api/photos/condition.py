"""Which photos that the ledger names are not here, or not what their digest says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from api.photos.shelf import PhotoShelf
from ledger.projections.photos import PhotoRow, Photos


@dataclass(frozen=True, slots=True)
class Condition:
    """Digests (hex) of files: `named` in force, of them `missing` and `altered`; erased ones count as well."""

    named: int
    missing: tuple[str, ...]
    altered: tuple[str, ...]


def condition(
    table: Photos, shelf: PhotoShelf, *, keyid: str | None = None, sent: Collection[str] = ()
) -> Condition:
    """Reads every file once. With `keyid` only what this key has signed; none of `sent` is missing.

    Raises:
        SideAway: the hub's database is away.
    """
    rows = [one for one in table.standing(keyid) if not one.withdrawn]
    named = list(dict.fromkeys(digest for row in rows for digest in _both(row)))
    erased = shelf.erased()
    absent = [one for one in named if one not in erased and not shelf.has(one)]
    altered = tuple(one for one in absent if shelf.altered(one))
    missing = tuple(one for one in absent if one not in altered and one not in sent)
    return Condition(len(named), missing, altered)


def _both(row: PhotoRow) -> tuple[str, str]:
    return row.photo, row.small
