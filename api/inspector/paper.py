"""A paper form beside the ledger: what stands in the ledger, what the paper says, where they differ.

Amounts are compared as amounts (`52,0 kg` is `52 kg`), days as days however they are written, other
words without marks, capitals, and spaces. Nothing is recorded.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from api.inspector.dossier import step_line
from api.pages.dates import day
from api.pages.messages_catalogue import Tongue
from api.pages.words import CERTIFICATES, worded
from api.tables.cells import neutral
from ledger.domain.errors import DomainError
from ledger.domain.quantities import parse_vietnamese_number
from ledger.projections.naming import words_of

MOST_ROWS: Final = 150
LONGEST: Final = 200
_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})|(\d{4})-(\d{2})-(\d{2})")
_AMOUNT: Final = re.compile(r"([\d.,]+)\s*(.*)")


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One thing to compare: the name of its field, what it is, and what the ledger says."""

    field: str
    group: str
    name: str
    ledger: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A row with what the paper says. `outcome` is same, differs or empty."""

    row: PaperRow
    paper: str
    outcome: str


def rows_of(facts: Mapping[str, Any], say: Tongue) -> list[PaperRow]:
    """What a paper about a lot may say, at most MOST_ROWS."""
    found: list[PaperRow] = []
    for at, (group, name, ledger) in enumerate(_values(facts, say)):
        if ledger and ledger != "–" and len(found) < MOST_ROWS:
            found.append(PaperRow(f"o{at}", group, name, ledger))
    return found


def _values(facts: Mapping[str, Any], say: Tongue) -> Iterator[tuple[str, str, str]]:
    own, producer, product = say("Lô hàng"), facts["producer"], facts["product"] or {}
    yield own, say("Sản phẩm"), facts["name"]
    yield own, say("GTIN hoặc mã mặt hàng"), facts["item"]
    yield own, say("Mã lô"), facts["lot"]
    yield own, say("Cơ sở"), producer["name"]
    yield own, say("Địa chỉ"), producer["address"]
    yield own, say("Nhãn hiệu"), str(product.get("brand", ""))
    yield own, say("Ngày sản xuất"), day(facts["packed_on"])
    yield own, say("Hạn dùng"), day(facts["expiry"])
    yield own, say("Số gói"), str(facts["packs"] or "")
    for one in facts["certificates"]:
        group = f"{worded(CERTIFICATES, one['kind'], say)} {one['number']}"
        yield group, say("Số"), one["number"]
        yield group, say("Bên cấp"), one["issuer"]
        yield group, say("Cấp cho"), one["subject_name"] or one["subject"]
        yield group, say("Từ ngày"), day(one["valid_from"])
        yield group, say("Đến ngày"), day(one["valid_to"])
    for one in facts["steps"]:
        line = step_line(one, say)
        group = say("Phiếu số {index}: {what}", index=line.index, what=line.what)
        yield group, say("Ngày"), day(line.time)
        yield group, say("Cơ sở"), line.party
        yield group, say("Địa điểm"), line.place
        yield group, say("Số lượng"), line.quantity
        yield group, say("Bên kia"), line.partner
        yield group, say("Cân, thiết bị"), line.instrument
        yield group, say("Kết quả"), line.result
        for taken in one["inputs"]:
            amount = taken["quantity"] or {}
            ledger = f"{amount.get('value', '')} {amount.get('unit', '')}".strip()
            yield group, say("Lấy từ lô {lot}", lot=taken["lot"]), ledger.replace(".", ",")


def compared(rows: list[PaperRow], typed: Mapping[str, str]) -> list[Compared]:
    """Every row beside what was typed for it."""
    found: list[Compared] = []
    for row in rows:
        paper = typed.get(row.field, "").strip()[:LONGEST]
        outcome = "empty" if not paper else "same" if same(row.ledger, paper) else "differs"
        found.append(Compared(row, paper, outcome))
    return found


def same(ledger: str, paper: str) -> bool:
    """Whether two texts mean the same day, the same amount, or the same words."""
    one, other = _day(ledger), _day(paper)
    if one or other:
        return one == other
    first, second = _amount(ledger), _amount(paper)
    if first is not None and second is not None:
        # A paper often leaves the unit to the head of its column.
        units_agree = first[1] == second[1] or not second[1]
        return first[0] == second[0] and units_agree
    return words_of(ledger) == words_of(paper) or _digits(ledger) == _digits(paper) != ""


def _day(text: str) -> str:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return ""
    if found[4]:
        return f"{found[4]}-{found[5]}-{found[6]}"
    year = found[3] if len(found[3]) == 4 else f"20{found[3]}"
    return f"{year}-{int(found[2]):02d}-{int(found[1]):02d}"


def _amount(text: str) -> tuple[Decimal, str] | None:
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        return None
    try:
        number = parse_vietnamese_number(found[1])
    except DomainError:
        return None
    return number, "".join(words_of(found[2]))


def _digits(text: str) -> str:
    """A GTIN as it stands under the bars or with its zero before it; "" for other texts."""
    bare = text.replace(" ", "").replace("-", "")
    return bare.lstrip("0") if bare.isascii() and bare.isdigit() and len(bare) >= 8 else ""


def as_csv(found: list[Compared], head: tuple[str, ...], words: Mapping[str, str]) -> bytes:
    """The comparison as a table for offices: UTF-8 with a mark, cells that are no formulas."""
    made = io.StringIO()
    table = csv.writer(made)
    table.writerow(head)
    for one in found:
        cells = (one.row.group, one.row.name, one.row.ledger, one.paper, words[one.outcome])
        table.writerow([neutral(cell) for cell in cells])
    return made.getvalue().encode("utf-8-sig")
