"""The judge: applies one rule set to one label face, rule by rule, in the order of the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.domain.errors import QuantityError
from ledger.domain.label_law.face import FaceText, LabelFace
from ledger.domain.label_law.printed_dates import dates_in, is_span, noted_order, read_date
from ledger.domain.label_law.rule_sets import Both, Rule, RuleSet, Severity
from ledger.domain.quantities import parse_vietnamese_number
from ledger.verify.wording import shown

_NUMBER: Final = re.compile(r"\d[\d.,]*\d|\d")
_AMOUNT: Final = re.compile(r"(\d[\d.,]*)\s*(?:kg|g|mg|ml|l|lít|tấn|tạ)\b", re.IGNORECASE)
_STARS_IN_WORDS: Final = re.compile(r"[★⭐✭✮✯]|\b[1-5]\s*sao\b|\bOCOP\b", re.IGNORECASE)
_PLACED: Final = ("made-on", "expiry")
_STACKED: Final = 2
_TENTH: Final = Decimal("0.1")

Found = tuple[Severity, dict[str, str | Both]]


@dataclass(frozen=True, slots=True)
class LawFault:
    """One thing on a label that a rule does not allow, or wants looked at."""

    rule: Rule
    severity: Severity
    facts: Mapping[str, str | Both]

    @property
    def code(self) -> str:
        """The rule's id: stable, for programs and for the ledger."""
        return self.rule.id

    @property
    def clause(self) -> str:
        """The clause in Vietnamese, as it is cited."""
        return self.rule.cite("vi")

    def cite(self, lang: str) -> str:
        """The clause in a language ("vi", else English)."""
        return self.rule.cite(lang)

    def say(self, lang: str) -> str:
        """One sentence: what was found, what is expected, what to do."""
        at = int(lang == "vi")
        values = {
            name: shown(one) if isinstance(one, str) else one[at]
            for name, one in self.facts.items()
        }
        return self.rule.sentence[at].format_map(values)


def judge(rules: RuleSet, face: LabelFace) -> tuple[LawFault, ...]:
    """Every fault of a label under a rule set; none means that no rule of the set speaks."""
    return tuple(
        LawFault(rule, severity, facts)
        for rule in rules.rules
        if rules.applies(rule, face.recorded.group)
        for severity, facts in _CHECKS[rule.check](rules, rule, face)
    )


def _item(rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    if face.part == "trace" or face.value(rule.item) is not None:
        return  # what a part of a label leaves to the pack is said once, by "left-to-pack"
    if face.part == "main" and rule.on_pack:
        return
    severity = rule.severity
    if rule.unrecorded and rule.item not in face.recorded.known:
        severity = rule.unrecorded
    if rule.on_pack and face.part is None and face.area_cm2 < rules.small_face_cm2:
        severity = "warning"
    yield severity, {}


def _left_to_pack(rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    if face.part not in ("main", "trace"):
        return
    wanted = [
        one.item
        for one in rules.rules
        if one.item
        and rules.applies(one, face.recorded.group)
        and (face.part == "trace" or one.on_pack)
    ]
    left = [rules.items[item] for item in wanted if face.value(item) is None]
    if left:
        listed = ", ".join(one[0] for one in left), ", ".join(one[1] for one in left)
        yield rule.severity, {"items": listed}


def _largest_name(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    name = next((t for t in face.texts if any(item == "name" for item, _ in t.items)), None)
    if name is None:
        return
    largest = max((t for t in face.texts if t is not name), key=lambda t: t.cap_mm, default=None)
    if largest is not None and largest.cap_mm >= name.cap_mm:
        yield (
            rule.severity,
            {"shown": _mm(name.cap_mm), "most": _mm(largest.cap_mm), "found": largest.text},
        )


def _letters(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    small = face.area_cm2 < rule.numbers["small_face_cm2"]
    least = rule.numbers["small_least_mm" if small else "least_mm"]
    yield from _smallest(rule, face, lambda text: text.x_mm < least, str(least))


def _letters_on_small_face(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    if face.area_cm2 < rule.numbers["small_face_cm2"]:
        low, least = rule.numbers["small_least_mm"], rule.numbers["least_mm"]
        yield from _smallest(rule, face, lambda text: low <= text.x_mm < least, str(least))


def _smallest(
    rule: Rule, face: LabelFace, wrong: Callable[[FaceText], bool], least: str
) -> Iterator[Found]:
    found = [t for t in face.texts if t.items and wrong(t)]
    if found:
        smallest = min(found, key=lambda t: t.x_mm)
        yield (
            rule.severity,
            {
                "found": smallest.text,
                "shown": _mm(smallest.x_mm),
                "least": (least, least.replace(".", ",")),
            },
        )


def _stacked_marks(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    least = rule.numbers["least_mm"]
    # A printer's dots come whole: 20 of them, 1.785 mm, are what "1.8 mm" means at 203 dpi.
    found = [
        t
        for t in face.texts
        if t.items and t.cap_mm.quantize(_TENTH) < least and _has_stacked(t.text)
    ]
    if found:
        smallest = min(found, key=lambda t: t.cap_mm)
        yield (
            rule.severity,
            {
                "found": smallest.text,
                "shown": _mm(smallest.cap_mm),
                "least": (str(least), str(least).replace(".", ",")),
            },
        )


def _has_stacked(text: str) -> bool:
    """True for a letter with two marks, as ế, ộ, ẫ."""
    marks = 0
    for char in unicodedata.normalize("NFD", text):
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks == _STACKED:
            return True
    return False


def _date_order(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    for text in face.texts:
        order = noted_order(text.literal)
        values = [value for item, value in text.items if item in _PLACED]
        for words in (text.literal, *values):
            for parts in dates_in(words):
                if read_date(parts, order) is None:
                    yield rule.severity, {"found": "/".join(parts)}


def _date_recorded(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    days = {"made-on": face.recorded.packed_on, "expiry": face.recorded.expiry}
    for text in face.texts:
        order = noted_order(text.literal)
        for item, value in text.items:
            if item not in days or (item == "expiry" and is_span(value)):
                continue
            read = [read_date(parts, order) for parts in dates_in(value)]
            if None not in read and days[item] not in read:
                recorded = days[item]
                yield (
                    rule.severity,
                    {"found": value, "recorded": _day(recorded) if recorded else ("none", "trống")},
                )


def _expiry_after(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    made, expiry = face.recorded.packed_on, face.recorded.expiry
    if expiry is not None and expiry < made:
        yield rule.severity, {"found": _day(expiry), "recorded": _day(made)}


def _stars(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    allowed = face.recorded.stars
    if face.stars > allowed:
        yield rule.severity, {"found": str(face.stars), "most": str(allowed)}
    elif not allowed:
        claims = [m[0] for t in face.texts for m in _STARS_IN_WORDS.finditer(t.literal)]
        if claims:
            yield rule.severity, {"found": claims[0], "most": "0"}


def _stars_lapsed(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    if face.recorded.lapsed is not None:
        number, valid_to = face.recorded.lapsed
        yield rule.severity, {"number": number, "valid_to": _day(valid_to)}


def _decimal_comma(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    numbers = [
        found
        for text in face.texts
        for found in (
            *(
                n
                for item, value in text.items
                if item == "quantity"
                for n in _NUMBER.findall(value)
            ),
            *_AMOUNT.findall(text.literal),
        )
    ]
    for number in numbers:
        try:
            parse_vietnamese_number(number)
        except QuantityError:
            yield rule.severity, {"found": number}


def _trace_code(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    if not _names_gtin(face.code):
        yield rule.severity, {"found": face.code or "–"}


def _trace_code_other(_rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    if not _names_gtin(face.code):
        return
    mine = f"/01/{face.recorded.gtin14}/10/{face.recorded.lot}"
    code = face.code + "/"
    if f"{mine}/".upper() not in code.upper() and "%" not in code:
        yield rule.severity, {"found": face.code, "recorded": mine}


def _names_gtin(code: str) -> bool:
    return re.search(r"/01/\d{14}(?:/|$)", code) is not None


def _goods_group(rules: RuleSet, rule: Rule, face: LabelFace) -> Iterator[Found]:
    if rules.is_other(face.recorded.group):
        yield rule.severity, {"group": face.recorded.group}


def _day(iso: str) -> Both:
    return iso, f"{iso[8:10]}/{iso[5:7]}/{iso[:4]}"


def _mm(value: Decimal) -> Both:
    text = f"{value:.2f}"
    return text, text.replace(".", ",")


_CHECKS: Final[dict[str, Callable[[RuleSet, Rule, LabelFace], Iterator[Found]]]] = {
    "item": _item,
    "left-to-pack": _left_to_pack,
    "largest-name": _largest_name,
    "letters": _letters,
    "letters-on-small-face": _letters_on_small_face,
    "stacked-marks": _stacked_marks,
    "date-order": _date_order,
    "date-recorded": _date_recorded,
    "expiry-after": _expiry_after,
    "stars": _stars,
    "stars-lapsed": _stars_lapsed,
    "decimal-comma": _decimal_comma,
    "trace-code": _trace_code,
    "trace-code-other": _trace_code_other,
    "goods-group": _goods_group,
}
