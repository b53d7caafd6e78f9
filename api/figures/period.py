"""Which months, and which item, figures are asked for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.figures.errors import FiguresRefused
from ledger.domain.text_match import matched

MOST_MONTHS: Final = 36
USUAL_MONTHS: Final = 12
_MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_LONGEST_ITEM: Final = 60


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day of `first` to the last day of `last`, months as YYYY-MM; `item` or ""."""

    first: str
    last: str
    item: str = ""

    @property
    def months(self) -> list[str]:
        """Every month, oldest first."""
        return [_text(at) for at in range(_number(self.first), _number(self.last) + 1)]

    @property
    def end(self) -> str:
        """The first month that is not in it any more."""
        return _text(_number(self.last) + 1)


def usual(today: dt.date) -> Period:
    """The last 12 months."""
    here = today.year * 12 + today.month - 1
    return Period(_text(here - USUAL_MONTHS + 1), _text(here))


def read_period(asked: Mapping[str, str], today: dt.date) -> Period:
    """The period of `?tu=2026-01&den=2026-06&mat-hang=...`; what is left out is as usual.

    Raises:
        FiguresRefused: `month-unread`, `months-reversed`, `months-many`.
    """
    likely = usual(today)
    item = asked.get("mat-hang", "")[:_LONGEST_ITEM]
    last = _month(asked.get("den", "")) or likely.last
    first = _month(asked.get("tu", ""))
    if not first:
        first = _text(max(_number(last) - USUAL_MONTHS + 1, _number("2000-01")))
    count = _number(last) - _number(first) + 1
    if count < 1:
        raise FiguresRefused("months-reversed", first=first, last=last)
    if count > MOST_MONTHS:
        raise FiguresRefused("months-many", found=count, most=MOST_MONTHS)
    return Period(first, last, item)


def _month(text: str) -> str:
    plain = text.strip()
    if plain and matched(_MONTH, plain) is None:
        raise FiguresRefused("month-unread", found=plain[:20])
    return plain


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _text(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"
