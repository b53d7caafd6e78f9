"""What the page of a checked file shows: the rows of one page, with a sentence at each bad cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

ROWS_A_PAGE: Final = 50
MOST_INPUTS: Final = 120
"""Fields that one form may have; the rest is mended after these are."""
MOST_LINKS: Final = 100


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell: its text, its marks' sentences, and whether it can be mended here."""

    text: str
    sentences: tuple[str, ...]
    state: str
    name: str
    mends: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """A row; `sentences` are those that belong to no cell."""

    line: int
    state: str
    cells: tuple[CellView, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkView:
    """A line of the list of faults: where it is, and its sentence."""

    line: int
    column: str
    sentence: str
    anchor: str
    page: int
    warns: bool


def shown_rows(found: dict[str, Any], lang: str, page: int, *, bad_only: bool) -> list[RowView]:
    """The rows of one page, counted from 1."""
    rows = _chosen(found, bad_only=bad_only)[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    width, room, views = len(found["headings"]), MOST_INPUTS, []
    for line, state, texts, marks in rows:
        by_column: dict[int | None, list[dict[str, Any]]] = {}
        for mark in marks:
            at = mark["column"]
            by_column.setdefault(at if at is None or at < width else None, []).append(mark)
        cells = []
        for at in range(width):
            here = by_column.get(at, [])
            bad = any(not mark["warns"] for mark in here)
            mends = bad and room > 0
            room -= mends
            cells.append(
                CellView(
                    texts[at] if at < len(texts) else "",
                    tuple(mark[lang] for mark in here),
                    "bad" if bad else "warn" if here else "",
                    f"o-{line}-{at}",
                    mends,
                )
            )
        own = tuple(mark[lang] for mark in by_column.get(None, []))
        views.append(RowView(line, state, tuple(cells), own))
    return views


def pages_of(found: dict[str, Any], *, bad_only: bool) -> int:
    """How many pages there are, at least one."""
    return max(1, -(-len(_chosen(found, bad_only=bad_only)) // ROWS_A_PAGE))


def links(found: dict[str, Any], lang: str, *, bad_only: bool) -> list[LinkView]:
    """Every fault as a line that leads to its cell, the first hundred."""
    listed: list[LinkView] = []
    for number, (line, _, _, marks) in enumerate(_chosen(found, bad_only=bad_only)):
        for mark in marks:
            at = mark["column"]
            named = at is not None and at < len(found["headings"])
            listed.append(
                LinkView(
                    line,
                    found["headings"][at] if named else "",
                    mark[lang],
                    f"o-{line}-{at}" if named else f"d-{line}",
                    number // ROWS_A_PAGE + 1,
                    mark["warns"],
                )
            )
            if len(listed) >= MOST_LINKS:
                return listed
    return listed


def _chosen(found: dict[str, Any], *, bad_only: bool) -> list[Any]:
    rows = [row for row in found["rows"] if row[1] != "empty"]
    # Warnings are looked at together with faults.
    return [row for row in rows if row[1] == "bad" or row[3]] if bad_only else rows


def lines_in_words(lines: list[int]) -> str:
    """Lines as people write them: 2–5, 7, 9–12."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and spans[-1][1] == line - 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    parts = [f"{a}–{b}" if a != b else str(a) for a, b in spans]
    return ", ".join(parts[:40]) + (" …" if len(parts) > 40 else "")


def good_lines(found: dict[str, Any]) -> list[int]:
    """The lines that would be recorded."""
    return [row[0] for row in found["rows"] if row[1] in ("new", "changed")]
