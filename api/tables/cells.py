"""A table as it was read from a file: rows of cells, all of them text, with what they were."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from api.tables.problems import TableProblem

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_ROWS: Final = 10_000
MOST_COLUMNS: Final = 60
LONGEST_CELL: Final = 2_000

Kind = Literal["text", "number", "moment", "error"]


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell as a Vietnamese reader would write it, and what it was in the file.

    `fault` is what reading the file itself found wrong with it.
    """

    text: str
    kind: Kind = "text"
    fault: TableProblem | None = None


@dataclass(slots=True)
class Sheet:
    """One table. `rows` holds (line of the file or sheet, cells), the line of headings first.

    `remarks` is what a person should know of how the file was read.
    """

    rows: list[tuple[int, list[Cell]]]
    remarks: list[TableProblem] = field(default_factory=list)


# A spreadsheet would calculate a cell that begins like this (OWASP, "CSV Injection"); the
# apostrophe is among them because it is the mark itself, the wide signs because East Asian
# programs take them for the narrow ones.
_RISKY: Final = "=+-@\t\r\n'\uff1d\uff0b\uff0d\uff20"
_MARK: Final = "'"
ERROR_VALUE: Final = re.compile(
    r"#(?:REF!|DIV/0!|N/A|NAME\?|VALUE!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)|Err:[0-9]{3}"
)


def neutral(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would not take it for text."""
    return f"{_MARK}{text}" if text[:1] and text[0] in _RISKY else text


def meant(text: str) -> str:
    """The text that `neutral` was given; any other text as it is."""
    return text[1:] if len(text) > 1 and text[0] == _MARK and text[1] in _RISKY else text


def plain_cell(text: str) -> Cell:
    """A cell of text; a formula that nothing calculated is marked, whatever column it is in."""
    if text.lstrip().startswith("="):
        return Cell(text, fault=TableProblem.of("formula-text", found=text.strip()))
    return Cell(meant(text))
