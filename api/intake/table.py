"""A CSV file as Vietnamese Excel saves it, as lines of cells under known columns.

The whole file is read before the first row is handed out: a quote left open near the end must not
be found after half of the rows are recorded.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from api.intake.columns import NEEDED, Column, column_headed
from api.intake.folding import composed
from api.intake.problems import IntakeError

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_ROWS: Final = 100_000

_DELIMITERS: Final = ";\t,"
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Line:
    """One row below the headings: its file line, its cells by column, cells beyond the last."""

    number: int
    cells: dict[Column, str]
    extra: str

    @property
    def source(self) -> str:
        """The row again, for a person to recognise; at most 300 characters."""
        return "; ".join(text for text in self.cells.values() if text.strip())[:300]

    @property
    def empty(self) -> bool:
        return not self.extra and not any(text.strip() for text in self.cells.values())


def read_table(raw: bytes) -> list[Line]:
    """Return every row of a semicolon, tab or comma separated file (UTF-8, or UTF-16 with BOM).

    IntakeError when the file is no such table or over 20 MiB or 100,000 rows.
    """
    text = decode(raw)
    start, delimiter, skipped = delimiter_of(text)
    rows = _rows(text[start:], delimiter, skipped)
    headings = next(rows, None)
    if headings is None:
        raise IntakeError("empty")
    columns = _columns(headings[1])
    lines: list[Line] = []
    for number, cells in rows:
        if len(lines) >= MOST_ROWS:
            raise IntakeError("too-many-rows", most=MOST_ROWS)
        lines.append(_line(number, columns, cells))
    return lines


def decode(raw: bytes, most: int = MOST_BYTES) -> str:
    """Return the text of a file in NFC, without its byte order mark."""
    if len(raw) > most:
        raise IntakeError("too-large", found=len(raw), most=most)
    try:
        text = raw.decode("utf-16" if raw.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as broken:
        raise IntakeError("encoding") from broken
    # Zero bytes mean UTF-16 without its mark, or no text at all.
    if "\0" in text:
        raise IntakeError("encoding")
    return composed(text)


def delimiter_of(text: str) -> tuple[int, str, int]:
    """Where the table starts, what separates its cells, and how many lines come before it."""
    head, newline, _ = text.partition("\n")
    first = head.strip("\r")
    # Excel itself writes and reads this line.
    if len(first) == len("sep=;") and first.startswith("sep=") and first[-1] in _DELIMITERS:
        return len(head) + len(newline), first[-1], 1
    return 0, max(_DELIMITERS, key=first.count), 0


def _rows(text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    # Strict, because csv otherwise takes everything behind an open quote for one cell: rows would
    # vanish without a word.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + skipped + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            # The module has one error class; its text alone tells a giant cell from a stray quote.
            code = "cell-huge" if "field larger" in str(broken) else "quotes"
            raise IntakeError(code, line=line) from broken
        yield line, cells


def _columns(headings: list[str]) -> list[Column | None]:
    columns: list[Column | None] = []
    for heading in headings:
        column = column_headed(heading)
        if column is None and heading.strip():
            raise IntakeError("heading-unknown", found=heading.strip())
        if column is not None and column in columns:
            raise IntakeError("heading-twice", found=column.value)
        columns.append(column)
    for needed in NEEDED:
        if needed not in columns:
            raise IntakeError("heading-missing", missing=needed.value)
    return columns


def _line(number: int, columns: list[Column | None], cells: list[str]) -> Line:
    named = {
        column: text for column, text in zip(columns, cells, strict=False) if column is not None
    }
    strays = [
        text.strip()
        for at, text in enumerate(cells)
        if text.strip() and (at >= len(columns) or columns[at] is None)
    ]
    return Line(number, named, " ".join(strays))
