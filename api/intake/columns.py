"""The columns of a diary, and the words that people put over them."""

from enum import Enum
from typing import Final

from api.intake.folding import folded


class Column(Enum):
    """One column; the value is its Vietnamese heading."""

    TIME = "thời gian"
    TYPE = "loại"
    SITE = "địa điểm"
    ITEM = "mặt hàng"
    LOT = "lô"
    QUANTITY = "số lượng"
    UNIT = "đơn vị"
    INPUTS = "từ lô"
    PARTNER = "đối tác"
    INSTRUMENT = "thiết bị"
    EXPIRY = "hạn dùng"
    LOSS = "hao hụt"
    NOTE = "ghi chú"


# Nothing can be said without these; any other column may be left out of a file.
NEEDED: Final = (Column.TIME, Column.TYPE)

# A partner or a note is text: "- giao buổi sáng" starts with a dash and is no formula.
TEXT_COLUMNS: Final = frozenset({Column.PARTNER, Column.NOTE})

# A minus before a number is an amount below nought, and deserves that sentence instead.
NUMBER_COLUMNS: Final = frozenset({Column.QUANTITY, Column.LOSS})

_HEADINGS: Final = {folded(column.value): column for column in Column} | {
    "time": Column.TIME,
    "type": Column.TYPE,
    "site": Column.SITE,
    "item": Column.ITEM,
    "lot": Column.LOT,
    "quantity": Column.QUANTITY,
    "unit": Column.UNIT,
    "inputs": Column.INPUTS,
    "partner": Column.PARTNER,
    "instrument": Column.INSTRUMENT,
    "expiry": Column.EXPIRY,
    "loss": Column.LOSS,
    "note": Column.NOTE,
}


def column_headed(heading: str) -> Column | None:
    """Return the column under this heading (Vietnamese or English, marks and case aside)."""
    return _HEADINGS.get(folded(heading))


def looks_like_formula(text: str, column: Column) -> bool:
    """Whether a spreadsheet would calculate this cell instead of showing it.

    The characters are those of the OWASP page on CSV injection. A formula in a code would sit in
    the ledger for ever and run whenever somebody opens an export.
    """
    if column in TEXT_COLUMNS:
        return False
    risky = "=@" if column in NUMBER_COLUMNS else "=+-@"
    return text.startswith(tuple(risky))
