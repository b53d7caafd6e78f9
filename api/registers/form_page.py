"""What the pages of a register show: a form with what was typed, a preview, a thing with its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.pages.dates import today
from api.pages.words import REASONS
from api.registers.fields import Field
from api.registers.reading import Desk, Reading
from api.registers.things import Key, Thing
from api.registers.values import shown_of, typed_of
from ledger.domain.codes import Gtin
from ledger.verify.wording import Refusal

WITHDRAWN_FOR = (
    "typing-error",
    "replaced",
    "expired",
    "lost",
    "authority-order",
    "other",
)
"""Reasons for which a certificate is withdrawn, of those that format v1 has."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a form: `problem` is a sentence or "", `settled` what may not be changed."""

    name: str
    label: str
    kind: str
    required: bool
    hint: str
    longest: int
    value: str
    problem: str
    settled: str
    choices: tuple[tuple[str, str], ...]

    @property
    def described(self) -> str:
        """Ids for aria-describedby."""
        hint = f"{self.name}_hint" if self.hint else ""
        problem = f"{self.name}_problem" if self.problem else ""
        return " ".join(filter(None, (problem, hint)))


def entries(
    desk: Desk, typed: Mapping[str, str], faults: Mapping[str, Refusal], *, new: bool
) -> list[Entry]:
    """The fields of the form with what was typed and what is wrong with it."""
    return [_entry(desk, one, typed, faults, new=new) for one in desk.fields()]


def _entry(
    desk: Desk, one: Field, typed: Mapping[str, str], faults: Mapping[str, Refusal], *, new: bool
) -> Entry:
    say, value = desk.say, typed.get(one.name, "")
    fault = faults.get(one.name)
    settled = ""
    if one.fixed and not new:
        settled = shown_of(one, value, say)
        if one.name == "subject":
            settled = desk.subject_word(value)
    kind = "text" if one.kind in {"code", "gtin", "gln", "amount", "digest"} else one.kind
    return Entry(
        *(one.name, say(one.label), kind, one.required),
        hint=say(one.hint) if one.hint else "",
        longest=one.longest * one.most if one.kind == "lines" else one.longest,
        value=value,
        problem="" if fault is None else fault.say(say.lang),
        settled=settled,
        choices=tuple((code, say(word)) for code, word in (one.choices or {}).items()),
    )


def typed_values(desk: Desk, values: Mapping[str, Any]) -> dict[str, str]:
    """What stands, as one would type it."""
    return {one.name: typed_of(one, values.get(one.name)) for one in desk.fields()}


def cautions(desk: Desk, found: Reading) -> list[str]:
    """What is no fault, but worth a second look before it is signed."""
    values, kind, now = found.values, desk.register.type, today(desk.services.now())
    told = []
    last = values.get("valid_to")
    if kind == "certificate-recorded" and last is not None and last < now:
        told.append(desk.say("Giấy này đã hết hạn; ghi để có đủ lịch sử."))
    if kind == "instrument-registered" and last is not None and last < now:
        told.append(desk.say("Lần kiểm định này đã hết hạn; cân chưa dùng để ghi sổ được."))
    if kind == "product-registered" and not Gtin(values["gtin"]).issued_in_vietnam:
        told.append(desk.say("Mã số không bắt đầu bằng 893 (không do Việt Nam cấp); hãy xem lại."))
    return told


def called(desk: Desk, key: Key, values: Mapping[str, Any]) -> str:
    """What people call a thing."""
    if desk.register.type == "certificate-recorded":
        return shown_of(desk.fields()[0], values.get("kind"), desk.say)
    return str(values.get("name") or values.get("kind") or key[0])


def withdrawal(desk: Desk, one: Thing) -> list[tuple[str, str]]:
    """The reasons to choose from; none where a thing cannot be withdrawn by this party."""
    certificate = desk.register.type == "certificate-recorded"
    if not certificate or one.withdrawn or one.vouched_by != desk.party:
        return []
    return [(reason, desk.say(REASONS[reason])) for reason in WITHDRAWN_FOR]
