"""Figures as pictures: whole pixels for inline SVG. The table beside each has the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

WIDTH: Final = 320
"""Of a picture with bars lying down: it fits a phone."""
_ROW: Final = 46
_BAR: Final = 16
_LONGEST: Final = 44  # letters of a name that fit
_STEP: Final = 52
_HIGH: Final = 180
_FOOT: Final = 22
_HEAD: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar: where it begins, how long it is, the class that colours it."""

    x: int
    width: int
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """One bar lying down: its name above it, its pieces, its value at the end."""

    y: int
    name: str
    parts: tuple[Part, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Lying:
    """Bars lying down, one below the other."""

    lines: tuple[Line, ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar standing up."""

    x: int
    y: int
    height: int
    kind: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Bars side by side over months: `marks` are (x, month), `values` (x, y, text)."""

    bars: tuple[Bar, ...]
    values: tuple[tuple[int, int, str], ...]
    marks: tuple[tuple[int, str], ...]
    bar: int
    width: int
    height: int
    floor: int


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over months. `drawn` is (class, points as SVG has them); a line has gaps where nothing is."""

    drawn: tuple[tuple[str, str], ...]
    dots: tuple[tuple[int, int, str], ...]
    values: tuple[tuple[int, int, str], ...]
    marks: tuple[tuple[int, str], ...]
    width: int
    height: int
    floor: int


def lying(rows: Sequence[tuple[str, Sequence[tuple[str, Decimal]], str]]) -> Lying:
    """Bars of (name, pieces as (class, amount), value), the longest as wide as there is room."""
    most = max((sum((a for _, a in parts), Decimal(0)) for _, parts, _ in rows), default=Decimal(0))
    lines = []
    for at, (name, parts, value) in enumerate(rows):
        x = 4
        drawn: list[Part] = []
        for kind, much in parts:
            width = int(much * (WIDTH - 8) / most) if most > 0 else 0
            if much > 0:
                # Whatever there is can be seen.
                drawn.append(Part(x, max(width, 2), kind))
                x += max(width, 2)
        short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        lines.append(Line(at * _ROW + 14, short, tuple(drawn), value))
    return Lying(tuple(lines), WIDTH + 8, max(len(rows), 1) * _ROW + 4)


def standing(
    months: Sequence[str],
    series: Sequence[tuple[str, Sequence[Decimal], Sequence[str]]],
) -> Standing:
    """Bars of (class, amounts, their texts) for each month."""
    most = max((one for _, amounts, _ in series for one in amounts), default=Decimal(0))
    room, floor = _HIGH - _FOOT - _HEAD, _HIGH - _FOOT
    wide = (_STEP - 8) // max(len(series), 1)
    bars, values = [], []
    for which, (kind, amounts, texts) in enumerate(series):
        for at, (much, text) in enumerate(zip(amounts, texts, strict=True)):
            if much <= 0:
                continue
            height = max(int(much * room / most), 1)
            x = 8 + at * _STEP + which * wide
            bars.append(Bar(x, floor - height, height, kind))
            if len(series) == 1:
                values.append((x, floor - height - 5, text))
    return Standing(
        tuple(bars), tuple(values), _marks(months), wide - 3, _across(months), _HIGH, floor
    )


def lines(
    months: Sequence[str], series: Sequence[tuple[str, Sequence[Decimal | None], Sequence[str]]]
) -> Lines:
    """Lines of (class, amounts, texts) over months, from nothing at the floor to the most above."""
    known = [one for _, amounts, _ in series for one in amounts if one is not None]
    most = max(max(known, default=Decimal(0)), Decimal(100))
    room, floor = _HIGH - _FOOT - _HEAD, _HIGH - _FOOT
    drawn: list[tuple[str, str]] = []
    dots: list[tuple[int, int, str]] = []
    values: list[tuple[int, int, str]] = []
    for kind, amounts, texts in series:
        run: list[str] = []
        for at, (much, text) in enumerate(zip(amounts, texts, strict=True)):
            if much is None:
                _end(drawn, kind, run)
                run = []
                continue
            x, y = 8 + at * _STEP + _STEP // 2, floor - int(max(much, Decimal(0)) * room / most)
            run.append(f"{x},{y}")
            dots.append((x, y, kind))
            values.append((x - 12, y - 7, text))
        _end(drawn, kind, run)
    return Lines(
        tuple(drawn), tuple(dots), tuple(values), _marks(months), _across(months), _HIGH, floor
    )


def _end(drawn: list[tuple[str, str]], kind: str, run: list[str]) -> None:
    if len(run) > 1:
        drawn.append((kind, " ".join(run)))


def _marks(months: Sequence[str]) -> tuple[tuple[int, str], ...]:
    return tuple((10 + at * _STEP, f"{one[5:]}/{one[2:4]}") for at, one in enumerate(months))


def _across(months: Sequence[str]) -> int:
    return 16 + len(months) * _STEP
