"""Values of cells on their way out, and the one text that each has in CSV."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from api.tables.layouts import Field
from api.tables.reading_office import vietnamese_moment

Value = str | Decimal | dt.date | dt.datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be written: `rows` have one value for each field."""

    name: str
    title: str
    fields: tuple[Field, ...]
    rows: list[tuple[Value, ...]]


def as_csv_text(value: Value) -> str:
    """The text that reads back as the same value; decimals keep the digits they were given."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", ",")
    if isinstance(value, dt.datetime):
        day = vietnamese_moment(value)
        return day if value.time() != dt.time() else f"{day} 00:00"
    if isinstance(value, dt.date):
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    return value
