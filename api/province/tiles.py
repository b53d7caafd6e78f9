"""The country as tiles, and a province's communes as tiles: numbers for inline SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.province.regions import BY_CODE, ISLANDS, REGIONS

WIDTH: Final = 96
HEIGHT: Final = 52
GAP: Final = 4
"""Of a tile, in pixels: a name fits, and a finger."""
_SHADES: Final = (1, 3, 10)
_COMMUNE_COLUMNS: Final = 3
_COMMUNE_WIDTH: Final = 200


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: its corner in pixels, what stands on it, where it leads, how dark it is (0 to 3)."""

    x: int
    y: int
    width: int
    name: str
    count: int | None
    code: str
    shade: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Tiles and the size of the picture."""

    tiles: tuple[Tile, ...]
    width: int
    height: int


def country(parties: Mapping[str, int], chosen: str) -> Grid:
    """All units, by how many parties take part; `parties` has them by the unit's code."""
    tiles = [
        _tile(one.column, one.row, one.name, parties.get(one.code, 0), one.code, one.code == chosen)
        for one in REGIONS
    ]
    for name, code, column, row in ISLANDS:
        tiles.append(Tile(*_corner(column, row), WIDTH, name, None, code, 0, code == chosen))
    columns = max(column for _, _, column, _ in ISLANDS) + 1
    rows = max(one.row for one in REGIONS) + 1
    return Grid(tuple(tiles), columns * (WIDTH + GAP), rows * (HEIGHT + GAP))


def communes(found: Counter[str]) -> Grid:
    """The communes of one province, those with most parties first; none has a link."""
    ordered = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    tiles = tuple(
        Tile(
            at % _COMMUNE_COLUMNS * (_COMMUNE_WIDTH + GAP),
            at // _COMMUNE_COLUMNS * (HEIGHT + GAP),
            _COMMUNE_WIDTH,
            name,
            count,
            "",
            _shade(count),
        )
        for at, (name, count) in enumerate(ordered)
    )
    rows = -(-len(tiles) // _COMMUNE_COLUMNS)
    return Grid(tiles, _COMMUNE_COLUMNS * (_COMMUNE_WIDTH + GAP), max(rows, 1) * (HEIGHT + GAP))


def _corner(column: int, row: int) -> tuple[int, int]:
    return column * (WIDTH + GAP), row * (HEIGHT + GAP)


def _tile(column: int, row: int, name: str, count: int, code: str, chosen: bool) -> Tile:
    return Tile(*_corner(column, row), WIDTH, name, count, code, _shade(count), chosen)


def _shade(count: int) -> int:
    return sum(count >= most for most in _SHADES)


def name_of(code: str) -> str:
    """The name of a unit, "" for an unknown code."""
    return BY_CODE[code].name if code in BY_CODE else ""
