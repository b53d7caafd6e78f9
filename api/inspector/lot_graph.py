"""The lot graph as inline SVG: inputs on the left, this lot, what came of it on the right.

A level with many lots is one box that says how many; the list beside the drawing has all of them.
Lots on a chosen way always have boxes of their own.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.verify.graph import Lot

_WIDTH: Final = 190
_HEIGHT: Final = 46
_ACROSS: Final = 70
_DOWN: Final = 16
_ALONE: Final = 5  # lots of a level that have boxes of their own
_LONGEST: Final = 24  # characters of a line in a box


@dataclass(frozen=True, slots=True)
class Shown:
    """A lot to be drawn: level, two lines of text, where its box leads, and how it stands."""

    lot: Lot
    level: int
    name: str
    code: str
    link: str
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What a box for many lots says, and where it leads."""

    title: str
    line: str
    link: str


@dataclass(frozen=True, slots=True)
class Node:
    """A box at (x, y) with two lines of text; `kind` is self, way, many or nothing."""

    x: int
    y: int
    name: str
    code: str
    link: str
    kind: str
    stopped: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A curve between two boxes; `way` on the chosen way."""

    curve: str
    way: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and the curves between them, in units of the view box."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    box: tuple[int, int]


def draw(
    own: Lot,
    lots: Iterable[Shown],
    steps: Iterable[tuple[Lot, Lot]],
    groups: dict[int, Group],
    way: Sequence[Lot] = (),
) -> Drawing:
    """Lay out a chain. `groups` has the box of every level that may be too full."""
    columns: dict[int, list[Shown]] = {}
    for one in lots:
        columns.setdefault(one.level, []).append(one)
    on_way = set(way)
    boxes: dict[int, list[Shown | Group]] = {}
    box_of: dict[Lot, tuple[int, int]] = {}
    for level, column in sorted(columns.items()):
        boxes[level] = _boxes(level, column, groups, on_way, box_of)
    height = max(len(column) for column in boxes.values()) * (_HEIGHT + _DOWN) + _DOWN
    nodes: list[Node] = []
    spots: dict[tuple[int, int], tuple[int, int]] = {}
    for at, (level, several) in enumerate(boxes.items()):
        x = _DOWN + at * (_WIDTH + _ACROSS)
        top = (height - len(several) * (_HEIGHT + _DOWN) + _DOWN) // 2
        for row, box in enumerate(several):
            y = top + row * (_HEIGHT + _DOWN)
            spots[level, row] = x, y
            nodes.append(_node(x, y, box, own, on_way))
    edges = _edges(steps, box_of, spots, list(way))
    width = 2 * _DOWN + len(boxes) * _WIDTH + (len(boxes) - 1) * _ACROSS
    return Drawing(width, height, tuple(nodes), tuple(edges), (_WIDTH, _HEIGHT))


def _boxes(
    level: int,
    column: list[Shown],
    groups: dict[int, Group],
    way: Collection[Lot],
    box_of: dict[Lot, tuple[int, int]],
) -> list[Shown | Group]:
    alone = column if len(column) <= _ALONE else [one for one in column if one.lot in way]
    found: list[Shown | Group] = list(alone)
    for row, one in enumerate(alone):
        box_of[one.lot] = level, row
    if len(alone) < len(column):
        found.append(groups[level])
        for one in column:
            box_of.setdefault(one.lot, (level, len(alone)))
    return found


def _node(x: int, y: int, one: Shown | Group, own: Lot, way: Collection[Lot]) -> Node:
    if isinstance(one, Group):
        return Node(x, y, _cut(one.title), _cut(one.line), one.link, "many", "")
    kind = "self" if one.lot == own else "way" if one.lot in way else ""
    return Node(x, y, _cut(one.name), _cut(one.code), one.link, kind, one.stopped)


def _edges(
    steps: Iterable[tuple[Lot, Lot]],
    box_of: dict[Lot, tuple[int, int]],
    spots: dict[tuple[int, int], tuple[int, int]],
    way: list[Lot],
) -> list[Edge]:
    walked = {(box_of.get(one), box_of.get(two)) for one, two in itertools.pairwise(way)}
    drawn: dict[tuple[tuple[int, int], tuple[int, int]], None] = {}
    for start, end in steps:
        if start in box_of and end in box_of and box_of[start] != box_of[end]:
            drawn[box_of[start], box_of[end]] = None
    return [Edge(_curve(spots[start], spots[end]), (start, end) in walked) for start, end in drawn]


def _curve(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    x2, y2 = end[0], end[1] + _HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
