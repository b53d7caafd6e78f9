"""Dates as labels print them: day-month-year, or another order that the label explains.

Decree 43/2017/ND-CP art. 14: day, month, year of the solar calendar; two or four digits a year;
another order needs a note in Vietnamese.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

_DATE: Final = re.compile(r"(?<![\w/.-])(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?![\w/-])")
_SPAN: Final = re.compile(r"\d+\s*(?:ngày|tháng|năm)\b", re.IGNORECASE)
_ORDERS: Final = {
    "dmy": (0, 1, 2),
    "ymd": (2, 1, 0),
    "mdy": (1, 0, 2),
}
_WORDS: Final = {
    "d": r"(?:ngày|d{1,2})",
    "m": r"(?:tháng|m{1,2})",
    "y": r"(?:năm|y{2,4})",
}
_NOTES: Final = {
    order: re.compile(r"\b" + r"\s*[/.,-]\s*".join(_WORDS[one] for one in order), re.IGNORECASE)
    for order in _ORDERS
}


def noted_order(text: str) -> str:
    """The order that a text explains ("năm/tháng/ngày" gives "ymd"), "dmy" when it explains none."""
    return next((order for order, note in _NOTES.items() if note.search(text)), "dmy")


def dates_in(text: str) -> list[tuple[str, str, str]]:
    """Every date-like run of three numbers: its numbers as printed."""
    return [(m[1], m[3], m[4]) for m in _DATE.finditer(text)]


def is_span(text: str) -> bool:
    """True for a time counted from another date: "30 tháng kể từ NSX"."""
    return _SPAN.search(text) is not None


def read_date(parts: tuple[str, str, str], order: str = "dmy") -> str | None:
    """The ISO day that three printed numbers mean in an order; None when they cannot."""
    # `_ORDERS` says where day, month and year stand.
    day, month, year = (parts[at] for at in _ORDERS[order])
    if len(day) > 2 or len(year) not in (2, 4):
        return None
    century = "20" if len(year) == 2 else ""
    try:
        return dt.date(int(century + year), int(month), int(day)).isoformat()
    except ValueError:
        return None
