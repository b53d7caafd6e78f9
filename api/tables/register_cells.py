"""Cells of a register's row to the fields of a statement's body, and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from api.intake.folding import folded
from api.intake.problems import IntakeProblem
from api.intake.setup_values import Names, gtin, net_content, subject
from api.intake.times import read_day
from api.tables.layouts import CERTIFICATES, SITES, Field, Layout
from api.tables.problems import TableProblem
from api.tables.unfit import sharpened
from api.tables.values import Value
from ledger.domain.errors import DomainError, QuantityError
from ledger.domain.quantities import Quantity, parse_vietnamese_number

SITE_KINDS: Final = {
    "growing-area": "vùng trồng",
    "packing-house": "cơ sở đóng gói",
    "processing": "nơi chế biến",
    "warehouse": "kho",
    "shop": "cửa hàng",
    "other": "khác",
}
_KIND_OF_SITE: Final = {folded(word): code for code, word in SITE_KINDS.items()} | {
    code: code for code in SITE_KINDS
}
_REASONS: Final = {
    "expired": "hết hạn",
    "replaced": "thay thế",
    "authority-order": "lệnh cơ quan",
    "lost": "thất lạc",
    "typing-error": "nhập nhầm",
    "test-failed": "kiểm nghiệm không đạt",
    "other": "khác",
}
_REASON_OF: Final = {folded(word): code for code, word in _REASONS.items()} | {
    code: code for code in _REASONS
}
_BETWEEN: Final = " | "
_MOST_DIGITS: Final = 9


class Unread(Exception):
    """A cell that cannot be what its column holds."""

    def __init__(self, problem: TableProblem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def read_value(field: Field, layout: Layout, text: str, names: Names) -> Any:
    """The field's value of a cell that is not empty. Unread: it cannot be one."""
    reader = _READERS.get((layout.name, field.key)) or _READERS.get(("", field.key))
    if field.key == "subject":
        found = subject(text, names)
        if found is None:
            raise Unread(TableProblem.of("subject", found=text))
        return found
    if reader is not None:
        try:
            return reader(text)
        except DomainError as refusal:
            raise Unread(TableProblem.taken(refusal)) from refusal
    if field.content == "day":
        day = read_day(text, field.heading)
        if isinstance(day, IntakeProblem):
            raise Unread(sharpened(day, text))
        return day.isoformat()
    if field.content == "whole":
        return _whole(text)
    return text


def _whole(text: str) -> int:
    try:
        number = parse_vietnamese_number(text)
    except QuantityError as refusal:
        problem = IntakeProblem.refused(refusal)
        raise Unread(sharpened(problem, text)) from refusal
    if number != number.to_integral_value() or number >= 10**_MOST_DIGITS:
        raise Unread(_wrong(text, "a whole number", "một số nguyên"))
    return int(number)


def _site_kind(text: str) -> str:
    found = _KIND_OF_SITE.get(folded(text))
    if found is None:
        known = ", ".join(SITE_KINDS.values())
        raise Unread(_wrong(text, f"one of: {known}", f"một trong: {known}"))
    return found


def _reason(text: str) -> str:
    found = _REASON_OF.get(folded(text))
    if found is None:
        known = ", ".join(_REASONS.values())
        raise Unread(_wrong(text, f"one of: {known}", f"một trong: {known}"))
    return found


def _standards(text: str) -> list[str]:
    sign = "\n" if "\n" in text else "|"
    return [one.strip() for one in text.split(sign) if one.strip()]


def _certificate_kind(text: str) -> str:
    return folded(text).replace(" ", "-")


def _wrong(text: str, expected: str, expected_vi: str) -> TableProblem:
    return TableProblem.of("value-wrong", found=text, expected=expected, expected_vi=expected_vi)


_READERS: Final[dict[tuple[str, str], Callable[[str], Any]]] = {
    ("", "gtin"): gtin,
    ("", "net_content"): net_content,
    ("", "standards"): _standards,
    (SITES.name, "kind"): _site_kind,
    (CERTIFICATES.name, "kind"): _certificate_kind,
    (CERTIFICATES.name, "withdrawn"): _reason,
}


def written(field: Field, layout: Layout, body: dict[str, Any], names: Names) -> Value:
    """What the cell of a field holds for a body; None for nothing."""
    found = body.get(field.key)
    if found is None:
        return None
    if field.key == "net_content":
        return _net_content(found)
    if field.key == "standards":
        sign = "\n" if any("|" in one for one in found) else _BETWEEN
        return str(sign.join(found)) or None
    if field.key == "subject":
        return _short_subject(found, names)
    if layout is SITES and field.key == "kind":
        return SITE_KINDS[found]
    if field.key == "withdrawn":
        return _REASONS.get(found, str(found))
    if field.content == "day":
        return dt.date.fromisoformat(found)
    if field.content == "whole":
        return Decimal(found)
    return str(found)


def _net_content(found: dict[str, str]) -> str:
    quantity = Quantity.parse(found["value"], found["unit"])
    return quantity.vietnamese()


def _short_subject(spelt: str, names: Names) -> str:
    """The bare code where it means the same, which people can read."""
    bare = spelt.partition(":")[2].rpartition("/")[2]
    return bare if subject(bare, names) == spelt else spelt


def names_of(party: str, parties: Any, sites: Any, products: Any) -> Names:
    """What the subject of a certificate may name: everything registered."""
    own = frozenset(code for owner, code in sites if owner == party)
    return Names(party, frozenset(parties), own, frozenset(products))
