"""Rule sets: what the law asked of labels from a day on, read from TOML (docs/label-law.md)."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final, Literal, cast

from ledger.domain.errors import DomainError
from ledger.domain.label_law.face import ITEMS

Severity = Literal["error", "warning"]
Both = tuple[str, str]
"""A text in English and in Vietnamese."""

CHECKS: Final[dict[str, tuple[str, ...]]] = {
    "item": (),
    "left-to-pack": (),
    "largest-name": (),
    "letters": ("least_mm", "small_least_mm", "small_face_cm2"),
    "letters-on-small-face": ("least_mm", "small_least_mm", "small_face_cm2"),
    "stacked-marks": ("least_mm",),
    "date-order": (),
    "date-recorded": (),
    "expiry-after": (),
    "stars": (),
    "stars-lapsed": (),
    "decimal-comma": (),
    "trace-code": (),
    "trace-code-other": (),
    "goods-group": (),
}
"""Every way of checking, with the numbers that a rule of that way must bring."""

_CODE: Final = re.compile("[a-z][a-z0-9-]{0,31}")
_PLACE: Final = re.compile(r"\{([a-z_]+)\}")
_PLACES: Final = frozenset(
    {"found", "items", "least", "most", "shown", "recorded", "number", "valid_to", "area", "group"}
)


class RuleSetError(DomainError):
    """A rule set file says something that cannot be applied."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "toml": (
            "The rule set {name} is no readable TOML ({why}); restore the file.",
            "Bộ quy tắc {name} không phải TOML đọc được ({why}); hãy khôi phục tệp.",
        ),
        "key": (
            "In the rule set {name}, {where} has {key} = {found} where {expected} was expected; "
            "correct the file.",
            "Trong bộ quy tắc {name}, {where} có {key} = {found}, trong khi cần {expected}; hãy sửa "
            "tệp.",
        ),
        "dates": (
            "The rule sets {name} and {found} begin on the same day; give each its own day.",
            "Hai bộ quy tắc {name} và {found} bắt đầu cùng ngày; hãy cho mỗi bộ một ngày riêng.",
        ),
    }


@dataclass(frozen=True, slots=True)
class Rule:
    """One demand of the law. `check` names the way it is checked, `numbers` what it is measured by.

    item        the mandatory item a rule of check "item" is about
    on_pack     a small label may leave the item to the pack it sticks on
    unrecorded  severity when the product's record has no such text at all
    goods       "food", or "all"
    uncertain   the clause was recalled and not compared with the law's text
    """

    id: str
    check: str
    severity: Severity
    clause: Both
    sentence: Both
    item: str
    on_pack: bool
    unrecorded: Severity | None
    goods: str
    uncertain: bool
    numbers: Mapping[str, Decimal]

    def cite(self, lang: str) -> str:
        """The clause, with a word of doubt where it was only recalled."""
        if lang == "vi":
            return self.clause[1] + (
                " (ghi theo trí nhớ, chưa đối chiếu)" if self.uncertain else ""
            )
        return self.clause[0] + (" (recalled, not compared)" if self.uncertain else "")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules in force from `since` (ISO day) on; `since_uncertain` when that day is recalled.

    On a face below `small_face_cm2` what a rule lets stay on the pack (`Rule.on_pack`) is only a
    warning while the template does not say which part it carries.
    """

    id: str
    since: str
    since_uncertain: bool
    title: Both
    items: Mapping[str, Both]
    small_face_cm2: Decimal
    other_groups: tuple[str, ...]
    rules: tuple[Rule, ...]

    @classmethod
    def from_bytes(cls, raw: bytes, name: str = "rules") -> RuleSet:
        """Read and check one file. Raises RuleSetError with one sentence."""
        try:
            table = tomllib.loads(raw.decode(), parse_float=Decimal)
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
            raise RuleSetError("toml", name=name, why=str(wrong)) from wrong
        read = _Reader(name, "the file", table)
        items = read.table("items")
        made = cls(
            read.code("id"),
            read.day("since"),
            read.flag("uncertain"),
            read.both("title"),
            {item: items.both(item) for item in ITEMS},
            read.number("small_face_cm2"),
            tuple(read.texts("other_groups")),
            tuple(_rule(one) for one in read.tables("rule")),
        )
        items.finish()
        read.finish()
        ids = [rule.id for rule in made.rules]
        for twice in {one for one in ids if ids.count(one) > 1}:
            raise RuleSetError(
                "key", name=name, where="rule", key="id", found=twice, expected="an id used once"
            )
        return made

    def applies(self, rule: Rule, group: str) -> bool:
        """False for a food rule and goods of a group known to be no food; unknown goods are food."""
        return rule.goods == "all" or not self.is_other(group)

    def is_other(self, group: str) -> bool:
        """True for a goods group that this set lists as no food."""
        return group.casefold().startswith(self.other_groups)


class RuleBook:
    """All rule sets, by the day from which each is in force."""

    def __init__(self, sets: Iterable[RuleSet]) -> None:
        self.sets = sorted(sets, key=lambda one: one.since)
        for one, after in zip(self.sets, self.sets[1:], strict=False):
            if one.since == after.since:
                raise RuleSetError("dates", name=one.id, found=after.id)

    def on(self, day: str) -> RuleSet | None:
        """The set in force on an ISO day, None before the first one."""
        found = [one for one in self.sets if one.since <= day]
        return found[-1] if found else None


def _rule(read: _Reader) -> Rule:
    rule_id = read.code("id")
    read.where = f"rule {rule_id}"
    check = read.choice("check", tuple(CHECKS))
    unrecorded = read.choice("unrecorded", ("", "error", "warning"), "")
    rule = Rule(
        rule_id,
        check,
        cast("Severity", read.choice("severity", ("error", "warning"))),
        read.both("clause"),
        read.both("say"),
        read.choice("item", ITEMS) if check == "item" else "",
        read.flag("on_pack"),
        cast("Severity", unrecorded) if unrecorded else None,
        read.choice("goods", ("food", "all"), "all"),
        read.flag("uncertain"),
        {number: read.number(number) for number in CHECKS[check]},
    )
    read.finish()
    for text in rule.sentence:
        for place in _PLACE.findall(text):
            if place not in _PLACES:
                read.refuse("say", place, "one of: " + ", ".join(sorted(_PLACES)))
    return rule


class _Reader:
    """Takes typed values out of one TOML table; what is left over is refused."""

    def __init__(self, name: str, where: str, table: dict[str, Any]) -> None:
        self.name, self.where, self._table = name, where, dict(table)

    def refuse(self, key: str, found: object, expected: str) -> None:
        raise RuleSetError(
            "key", name=self.name, where=self.where, key=key, found=str(found), expected=expected
        )

    def text(self, key: str, default: str | None = None) -> str:
        found = self._table.pop(key, default)
        if not isinstance(found, str):
            self.refuse(key, found, "a text")
        return str(found)

    def code(self, key: str) -> str:
        found = self.text(key)
        if not _CODE.fullmatch(found):
            self.refuse(key, found, _CODE.pattern)
        return found

    def choice(self, key: str, words: tuple[str, ...], default: str | None = None) -> str:
        found = self.text(key, default)
        if found not in words:
            self.refuse(key, found, ", ".join(words))
        return found

    def flag(self, key: str) -> bool:
        found = self._table.pop(key, False)
        if not isinstance(found, bool):
            self.refuse(key, found, "true, false")
        return bool(found)

    def day(self, key: str) -> str:
        found = self.text(key)
        try:
            return dt.date.fromisoformat(found).isoformat()
        except ValueError:
            self.refuse(key, found, "YYYY-MM-DD")
            raise

    def number(self, key: str) -> Decimal:
        found = self._table.pop(key, None)
        try:
            number = Decimal(str(found))
        except InvalidOperation:
            number = Decimal(0)
        if isinstance(found, bool) or not number.is_finite() or number <= 0:
            self.refuse(key, found, "a number above 0")
        return number

    def both(self, key: str) -> Both:
        part = self.table(key)
        pair = part.text("en"), part.text("vi")
        part.finish()
        return pair

    def texts(self, key: str) -> list[str]:
        found = self._table.pop(key, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            self.refuse(key, found, "a list of texts")
        return [str(one).casefold() for one in found]

    def table(self, key: str) -> _Reader:
        found = self._table.pop(key, None)
        if not isinstance(found, dict):
            self.refuse(key, found, "a table")
        return _Reader(self.name, f"{self.where}: {key}", found or {})

    def tables(self, key: str) -> list[_Reader]:
        found = self._table.pop(key, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.refuse(key, found, "a list of tables")
        return [_Reader(self.name, key, one) for one in found]

    def finish(self) -> None:
        for key, found in self._table.items():
            self.refuse(key, found, "no such key")
