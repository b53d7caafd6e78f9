"""The lot graph as inline SVG: inputs on the left, this lot in the middle, what came of it right."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_WIDTH: Final = 190
_HEIGHT: Final = 46
_ACROSS: Final = 70
_DOWN: Final = 16
_SHOWN: Final = 24  # nodes of one column; the list beside the drawing has all of them
_LONGEST: Final = 26


@dataclass(frozen=True, slots=True)
class Node:
    """A box at (x, y) with two lines of text; `own` is the lot of the page."""

    x: int
    y: int
    name: str
    code: str
    own: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and the curves between them, in units of the view box."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[str, ...]
    box: tuple[int, int]


def draw(
    facts: dict[str, Any], parents: Sequence[dict[str, Any]], children: Sequence[dict[str, Any]]
) -> Drawing:
    """Lay out one step back, this lot, one step forward."""
    own = {"name": facts["name"], "lot": facts["lot"]}
    columns = [
        column for column in (list(parents)[:_SHOWN], [own], list(children)[:_SHOWN]) if column
    ]
    tallest = max(len(column) for column in columns)
    height = tallest * (_HEIGHT + _DOWN) + _DOWN
    nodes: list[Node] = []
    places: list[list[tuple[int, int]]] = []
    for at, column in enumerate(columns):
        x = _DOWN + at * (_WIDTH + _ACROSS)
        top = (height - len(column) * (_HEIGHT + _DOWN) + _DOWN) // 2
        spots = [(x, top + row * (_HEIGHT + _DOWN)) for row in range(len(column))]
        places.append(spots)
        for (left, y), lot in zip(spots, column, strict=True):
            nodes.append(Node(left, y, _cut(lot["name"]), _cut(lot["lot"]), lot is own))
    edges = [
        _curve(start, end)
        for before, after in itertools.pairwise(places)
        for start in before
        for end in after
    ]
    width = 2 * _DOWN + len(columns) * _WIDTH + (len(columns) - 1) * _ACROSS
    return Drawing(width, height, tuple(nodes), tuple(edges), (_WIDTH, _HEIGHT))


def _curve(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    x2, y2 = end[0], end[1] + _HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
