"""A CSV file as a spreadsheet program saves it, in whatever encoding that was.

UTF-8 with or without byte order mark, UTF-16 with one; Windows-1258 and 1252 are recognised by
what their letters make of the headings, and said. A cell of a UTF-8 file whose bytes are no UTF-8
is marked by itself, so that one pasted cell does not spoil a file.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable
from typing import Final

from api.intake.folding import composed, folded
from api.intake.table import delimiter_of
from api.tables.cells import ERROR_VALUE, MOST_COLUMNS, MOST_ROWS, Cell, Sheet, meant, plain_cell
from api.tables.errors import TableRefused
from api.tables.problems import TableProblem

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OLD: Final = ("cp1258", "cp1252")
_NAMES: Final = {"cp1258": "Windows-1258", "cp1252": "Windows-1252"}
# UTF-8 that was read as Windows-1252 and saved again: "Ä‘", "Ã¡", "áº¿", "á»™", "Æ°".
# A capital "Ã" before a letter, a space or a closing quote is Vietnamese: "XÃ ĐỒNG TÂM".
_TWICE: Final = re.compile("Ã[€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™šœžŸ\xa0-\xbf]|Ä‘|Ä\x90|áº|á»|Æ[°¡]")


def read_csv(raw: bytes, is_heading: Callable[[str], bool]) -> Sheet:
    """The rows of a CSV file; `is_heading` knows the headings that a table can have.

    TableRefused: `encoding`, `empty`, `quotes`, `too-many-rows`, `too-many-columns`.
    """
    text, remarks = _decoded(raw, is_heading)
    start, delimiter, skipped = delimiter_of(text)
    rows: list[tuple[int, list[Cell]]] = []
    # Strict, because csv otherwise takes everything behind an open quote for one cell.
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + skipped + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as broken:
            raise TableRefused("quotes", line=line) from broken
        if len(rows) > MOST_ROWS:
            raise TableRefused("too-many-rows", most=MOST_ROWS)
        if len(cells) > MOST_COLUMNS:
            if any(cells[MOST_COLUMNS:]):
                raise TableRefused("too-many-columns", most=MOST_COLUMNS)
            cells = cells[:MOST_COLUMNS]
        rows.append((line, [_cell(one) for one in cells]))
    if not rows:
        raise TableRefused("empty")
    return Sheet(rows, remarks)


def _decoded(raw: bytes, is_heading: Callable[[str], bool]) -> tuple[str, list[TableProblem]]:
    try:
        if raw.startswith(_UTF16):
            return _tidy(raw.decode("utf-16")), []
        return _tidy(raw.decode("utf-8-sig")), []
    except UnicodeDecodeError:
        pass
    found = {name: _headings(raw, name, is_heading) for name in ("utf-8", *_OLD)}
    best = max(found, key=lambda name: found[name])
    if not found[best] or raw.startswith(_UTF16):
        raise TableRefused("encoding")
    if best == "utf-8":
        return _tidy(raw.decode("utf-8-sig", "replace")), []
    remark = TableProblem.of("legacy-encoding", found=_NAMES[best])
    return _tidy(raw.decode(best, "replace")), [remark]


def _tidy(text: str) -> str:
    # Zero bytes mean UTF-16 without its mark, or no text at all.
    if "\0" in text:
        raise TableRefused("encoding")
    return composed(text)


def _headings(raw: bytes, encoding: str, is_heading: Callable[[str], bool]) -> int:
    """How many letters with marks of known headings an encoding makes of the first line.

    Counted by letters: "lô" alone is the same in both old encodings, "loại" is not.
    """
    first = raw.split(b"\n", 1)[0].decode(encoding, "replace").lstrip("\ufeff")
    line = composed(first).strip("\r")
    _, delimiter, _ = delimiter_of(line)
    known = [one for cell in line.split(delimiter) if is_heading(one := cell.strip().strip('"'))]
    return sum(1 + sum(not c.isascii() for c in one) for one in known if folded(one))


def _cell(text: str) -> Cell:
    if "\ufffd" in text or _TWICE.search(text):
        return Cell(meant(text), fault=TableProblem.of("garbled", found=text))
    if ERROR_VALUE.fullmatch(text.strip()):
        return Cell(text, "error", TableProblem.of("error-value", found=text.strip()))
    return plain_cell(text)
