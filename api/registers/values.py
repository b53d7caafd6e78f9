"""One value: as it is typed, as the ledger writes it, as a page shows it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

from api.intake.folding import composed
from api.intake.problems import IntakeProblem
from api.intake.times import EARLIEST_YEAR, read_day
from api.pages.dates import day as shown_day
from api.pages.messages_catalogue import Tongue, tongue
from api.pages.words import quantity, worded
from api.registers.errors import RegisterRefused
from api.registers.fields import Field
from ledger.domain.codes import Gln, Gtin, ItemCode
from ledger.domain.errors import DomainError
from ledger.domain.quantities import parse_net_content

LATEST_YEAR: Final = 2100
# Controls, format characters (bidirectional overrides, zero widths), surrogates, private use.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_DIGEST: Final = re.compile("[0-9a-f]{64}")


def read_value(field: Field, text: str, say: Tongue) -> Any:
    """The value of a field as format v1 has it; None when nothing was typed.

    Raises:
        RegisterRefused: it cannot be one.
    """
    text = composed(text)
    if field.kind in {"area", "lines"}:
        text = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    text = text.strip()
    label = say(field.label)
    if not text:
        if field.required:
            raise RegisterRefused("register-missing", label=label)
        return None
    if any(unicodedata.category(one) in _UNSEEN for one in text.replace("\n", " ")):
        raise RegisterRefused("register-invisible", label=label)
    reader = _READERS.get(field.kind, _text)
    return reader(field, text, label)


def _text(field: Field, text: str, label: str) -> str:
    text = text.replace("\n", " ")
    if len(text) > field.longest:
        raise RegisterRefused("register-long", label=label, found=len(text), most=field.longest)
    return text


def _lines(field: Field, text: str, label: str) -> list[str]:
    lines = text.split("\n")
    if len(lines) > field.most:
        raise RegisterRefused("register-lines", label=label, found=len(lines), most=field.most)
    return [_text(field, line, label) for line in lines]


def _code(field: Field, text: str, _label: str) -> str:
    try:
        return ItemCode.parse(text).text
    except DomainError as wrong:
        raise RegisterRefused("register-code", found=text, example=field.example) from wrong


def _whole(field: Field, text: str, _label: str) -> int:
    digits = text.replace(".", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 8):
        found = None
    else:
        found = int(digits)
    if found is None or not field.least <= found <= field.most:
        raise RegisterRefused(
            *("register-whole",),
            found=text,
            least=field.least,
            most=field.most,
            example=field.example,
        )
    return found


def _day(_field: Field, text: str, _label: str) -> str:
    found = read_day(text, "")
    if isinstance(found, IntakeProblem):
        impossible = found.code == "date-impossible"
        raise RegisterRefused(
            "register-day-impossible" if impossible else "register-day", found=text
        )
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise RegisterRefused("register-day-far", found=text, least=EARLIEST_YEAR, most=LATEST_YEAR)
    return found.isoformat()


def _choice(field: Field, text: str, label: str) -> Any:
    if field.choices is not None and text not in field.choices:
        raise RegisterRefused("register-choice", found=text, label=label)
    return int(text) if field.name == "stars" else _text(field, text, label)


def _gtin(_field: Field, text: str, _label: str) -> str:
    try:
        return Gtin.parse(text).gtin14
    except DomainError as wrong:
        raise RegisterRefused(
            "register-number", why=wrong.say("en"), why_vi=wrong.say("vi")
        ) from wrong


def _gln(_field: Field, text: str, _label: str) -> str:
    try:
        return Gln.parse(text).text
    except DomainError as wrong:
        raise RegisterRefused(
            "register-number", why=wrong.say("en"), why_vi=wrong.say("vi")
        ) from wrong


def _amount(_field: Field, text: str, _label: str) -> dict[str, str]:
    try:
        found = parse_net_content(text)
    except DomainError as wrong:
        raise RegisterRefused(
            "register-amount", why=wrong.say("en"), why_vi=wrong.say("vi")
        ) from wrong
    return {"value": found.text, "unit": found.unit.value}


def _digest(_field: Field, text: str, _label: str) -> str:
    if not _DIGEST.fullmatch(text.lower()):
        raise RegisterRefused("register-digest", found=text)
    return text.lower()


_READERS: Final[dict[str, Callable[[Field, str, str], Any]]] = {
    "lines": _lines,
    "code": _code,
    "number": _whole,
    "day": _day,
    "choice": _choice,
    "gtin": _gtin,
    "gln": _gln,
    "amount": _amount,
    "digest": _digest,
}


def typed_of(field: Field, value: Any) -> str:
    """A value of the ledger as one would type it into the form."""
    if value is None:
        return ""
    if field.kind == "lines":
        return "\n".join(value)
    if field.kind == "amount":
        # What is typed is read as Vietnamese people write numbers, whatever the page's language.
        return quantity(value, tongue("vi"))
    if field.kind == "day":
        return dt.date.fromisoformat(value).strftime("%d/%m/%Y")
    if field.kind == "gtin":
        return str(value)[1:] if str(value).startswith("0") else str(value)
    return str(value)


def shown_of(field: Field, value: Any, say: Tongue) -> str:
    """A value of the ledger in words; "–" for none."""
    if value is None or value == []:
        return "–"
    if field.kind == "choice" and field.choices is not None:
        return worded(dict(field.choices), str(value), say)
    if field.kind == "lines":
        return "; ".join(value)
    if field.kind == "day":
        return shown_day(value)
    if field.kind == "amount":
        return quantity(value, say)
    return typed_of(field, value)
