"""The label law check: what a label may not say, or lacks, by the rules in force on its packing day.

What is judged is what would be printed: the words of the label, set on the template, with the
sizes that the setting chose. The rules are data in `ledger/domain/label_law/` (docs/label-law.md).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, Final, cast

from ledger.domain.label_law.face import FaceText, LabelFace, Part, Recorded
from ledger.domain.label_law.judge import LawFault, judge
from ledger.domain.label_law.rule_sets import Rule, RuleBook, RuleSet
from ledger.verify.wording import Refusal
from printers.bitmap import DOTS_PER_MM
from printers.design.layout import fill, set_text
from printers.design.template import Template
from printers.design.template_parts import PLACEHOLDER, TextBlock
from printers.design.typeface import CAP_HEIGHT, X_HEIGHT
from printers.label import Label

__all__ = [
    "LabelCheck",
    "LabelRefused",
    "LawFault",
    "check_label",
    "law_record",
    "require_lawful",
    "rule_book",
]

# Which field of a template shows which mandatory item.
_ITEM_OF: Final = {
    "product_name": "name",
    "producer_name": "producer",
    "producer_address": "address",
    "origin": "origin",
    "net_content": "quantity",
    "made_on": "made-on",
    "use_by": "expiry",
    "ingredients": "ingredients",
    "warning": "warning",
    "usage": "usage",
    "storage": "storage",
}
_NOTHING: Final = frozenset({"", "–", "-", "—"})
_UNRULED: Final = "none"
_NO_RULES: Final = Rule(
    "no-rules",
    "none",
    "error",
    ("no rule set", "không có bộ quy tắc"),
    (
        "No rule set of this program covers the packing date {found}, so nothing was checked; "
        "correct the packing or update the program.",
        "Chương trình không có bộ quy tắc nhãn cho ngày đóng gói {found} nên chưa kiểm tra được gì; "
        "hãy đính chính phiếu đóng gói hoặc cập nhật chương trình.",
    ),
    "",
    False,
    None,
    "all",
    False,
    {},
)


@dataclass(frozen=True, slots=True)
class LabelCheck:
    """What the check found. `rules` is the id of the rule set applied, "none" when none covers."""

    rules: str
    faults: tuple[LawFault, ...]
    applied: RuleSet | None = None

    @property
    def errors(self) -> tuple[LawFault, ...]:
        """What stops printing."""
        return tuple(one for one in self.faults if one.severity == "error")

    @property
    def warnings(self) -> tuple[LawFault, ...]:
        """What is shown and recorded."""
        return tuple(one for one in self.faults if one.severity == "warning")

    def basis(self, lang: str) -> str:
        """Which rule set was applied, since when it holds, and that this is no legal advice."""
        if self.applied is None:
            return self.faults[0].say(lang)
        one = self.applied
        day = f"{one.since[8:10]}/{one.since[5:7]}/{one.since[:4]}"
        if lang == "vi":
            doubt = " (ngày hiệu lực theo nguồn thứ cấp)" if one.since_uncertain else ""
            return (
                f"Bộ quy tắc đã áp dụng: {one.id}, {one.title[1]}, từ {day}{doubt}. "
                "Đây không phải tư vấn pháp lý."
            )
        doubt = " (day in force from secondary sources)" if one.since_uncertain else ""
        return (
            f"Rule set applied: {one.id}, {one.title[0]}, from {day}{doubt}. "
            "This is no legal advice."
        )


class LabelRefused(Refusal):
    """A label that the law does not allow. Its sentence names every error with its clause."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "label-unlawful": (
            "The label breaks {count} rules of {rules}, so nothing was printed: {faults}.",
            "Tem vi phạm {count} quy tắc của bộ {rules} nên chưa in gì: {faults}.",
        ),
    }

    def __init__(self, check: LabelCheck) -> None:
        super().__init__("label-unlawful", count=len(check.errors), rules=check.rules)
        self.check = check

    def say(self, lang: str = "en") -> str:
        """The sentence in "en" or "vi"; not shortened, since every error must be mended."""
        faults = "; ".join(
            f"{one.say(lang).rstrip('.')} [{one.cite(lang)}]" for one in self.check.errors
        )
        return self.catalogue[self.code][lang == "vi"].format(**self.params, faults=faults)

    def __reduce__(self) -> tuple[type[LabelRefused], tuple[LabelCheck]]:
        return LabelRefused, (self.check,)


@cache
def rule_book() -> RuleBook:
    """The rule sets of this version."""
    folder = files("ledger.domain.label_law")
    return RuleBook(
        RuleSet.from_bytes(one.read_bytes(), one.name)
        for one in sorted(folder.iterdir(), key=lambda found: found.name)
        if one.name.endswith(".toml")
    )


def check_label(
    facts: dict[str, Any], label: Label, template: Template, book: RuleBook | None = None
) -> LabelCheck:
    """Judge a label of a packed lot by the rules in force on its packing day.

    `facts` are the lot's (`ledger.projections.facts`), `label` is what `label_of` made of them.

    Raises:
        PrintingError: a text cannot be set at all, so there is no label to judge.
    """
    day = facts["packed_on"]
    rules = None if day is None else (book or rule_book()).on(day)
    if rules is None:
        fault = LawFault(_NO_RULES, "error", {"found": day or "–"})
        return LabelCheck(_UNRULED, (fault,))
    return LabelCheck(rules.id, judge(rules, face_of(facts, label, template)), rules)


def require_lawful(check: LabelCheck) -> LabelCheck:
    """The check itself when nothing stops printing; LabelRefused otherwise."""
    if check.errors:
        raise LabelRefused(check)
    return check


def law_record(check: LabelCheck) -> dict[str, Any]:
    """The field `law` of a `labels-issued` body: `{"rules": id, "warnings": [codes]}`."""
    return {"rules": check.rules, "warnings": list(dict.fromkeys(w.code for w in check.warnings))}


def face_of(facts: dict[str, Any], label: Label, template: Template) -> LabelFace:
    """The label as it would be set: sizes in millimetres, items shown, what the ledger records."""
    words = {**label.fields, "serial": label.serial}
    media = template.media
    return LabelFace(
        Decimal(str(media.width_mm)),
        Decimal(str(media.height_mm)),
        tuple(_texts(template, words)),
        _part(template),
        label.stars if template.stars else 0,
        label.qr,
        _recorded(facts),
    )


def _texts(template: Template, words: dict[str, str]) -> Iterator[FaceText]:
    for block in template.texts:
        text = fill(block, words)
        if text.strip():
            em = set_text(block, text).em
            yield FaceText(
                # No-break spaces are for setting the text; in a sentence they would show as escapes.
                text.replace("\n", " ").replace("\u00a0", " "),
                PLACEHOLDER.sub("…", block.text),
                tuple(_items(block, words)),
                _millimetres(em * CAP_HEIGHT),
                _millimetres(em * X_HEIGHT),
            )


def _items(block: TextBlock, words: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Items in the paragraphs that are printed: one that lacks a field is left out whole."""
    for paragraph in block.text.split("\n"):
        names = PLACEHOLDER.findall(paragraph)
        if all(words.get(name) for name in names):
            for name in names:
                if name in _ITEM_OF and words[name] not in _NOTHING:
                    yield _ITEM_OF[name], words[name]


def _millimetres(dots: float) -> Decimal:
    return (Decimal(str(dots)) / DOTS_PER_MM).quantize(Decimal("0.001"))


def _part(template: Template) -> Part | None:
    """What the file itself says of its part; None when it says nothing."""
    found = tomllib.loads(template.raw.decode()).get("part")
    return cast("Part", found) if found in ("whole", "main", "trace") else None


def _recorded(facts: dict[str, Any]) -> Recorded:
    product = facts["product"] or {}
    lapsed = facts["stars_lapsed"]
    fields = {"net_content": "quantity", "origin": "origin"} | {
        name: name for name in ("ingredients", "warning", "usage", "storage")
    }
    return Recorded(
        facts["item"],
        facts["lot"],
        facts["packed_on"],
        facts["expiry"],
        product.get("group", ""),
        facts["stars"],
        None if lapsed is None else (lapsed["number"], lapsed["valid_to"]),
        frozenset(item for name, item in fields.items() if product.get(name)),
    )
