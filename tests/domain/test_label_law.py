"""The label law as data, and the judge that applies it to a label face."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from ledger.domain.label_law.face import ITEMS, FaceText, LabelFace, Part, Recorded
from ledger.domain.label_law.judge import _CHECKS, LawFault, judge
from ledger.domain.label_law.printed_dates import noted_order, read_date
from ledger.domain.label_law.rule_sets import CHECKS, RuleBook, RuleSet, RuleSetError

FOLDER = Path(__file__).resolve().parents[2] / "ledger" / "domain" / "label_law"
CODE = "HTTPS://TRUYXUAT.EXAMPLE.VN/01/08938503000420/10/L260815A/21/A2000001AB"
GOOD = {
    "name": "Long nhãn Bãi Phù",
    "producer": "Hợp tác xã Nhãn lồng Bãi Phù",
    "address": "Thôn Bãi Phù, tỉnh Hưng Yên",
    "origin": "Việt Nam",
    "quantity": "200 g",
    "made-on": "15/08/26",
    "expiry": "15/08/27",
    "ingredients": "100 % cùi nhãn",
    "warning": "Không dùng khi mốc",
    "usage": "Ăn liền",
    "storage": "Nơi khô ráo",
}
RECORDED = Recorded(
    "08938503000420",
    "L260815A",
    "2026-08-15",
    "2027-08-15",
    "thực phẩm",
    4,
    None,
    frozenset({"quantity", "origin", "ingredients", "warning", "usage", "storage"}),
)


@cache
def book() -> RuleBook:
    return RuleBook(RuleSet.from_bytes(one.read_bytes(), one.name) for one in FOLDER.glob("*.toml"))


def text(item: str, value: str, cap: str = "1.8", literal: str = "…") -> FaceText:
    """A block with one item; small letters are 0.75 of its capitals, as in the shipped font."""
    return FaceText(value, literal, ((item, value),), Decimal(cap), Decimal(cap) * 3 / 4)


def face(
    without: tuple[str, ...] = (),
    *,
    size: tuple[int, int] = (100, 100),
    part: Part | None = None,
    stars: int = 0,
    code: str = CODE,
    more: tuple[FaceText, ...] = (),
    recorded: Recorded = RECORDED,
    **changed: str,
) -> LabelFace:
    """A good label of 100 cm², but for what a test changes."""
    values = {**GOOD, **{name.replace("_", "-"): value for name, value in changed.items()}}
    texts = [
        text(item, value, "3" if item == "name" else "1.8")
        for item, value in values.items()
        if item not in without
    ]
    width, height = size
    return LabelFace(Decimal(width), Decimal(height), (*texts, *more), part, stars, code, recorded)


def faults(one: LabelFace, day: str = "2026-08-15") -> list[LawFault]:
    rules = book().on(day)
    assert rules is not None
    return list(judge(rules, one))


def found(one: LabelFace, day: str = "2026-08-15") -> dict[str, str]:
    """Code -> severity."""
    return {fault.code: fault.severity for fault in faults(one, day)}


# --- the sets ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2017-05-31", None),
        ("2017-06-01", "vn-2017"),
        ("2026-01-22", "vn-2017"),
        ("2026-01-23", "vn-2026"),
        ("2031-01-01", "vn-2026"),
    ],
)
def test_the_set_in_force_on_the_packing_day_applies(day: str, expected: str | None) -> None:
    rules = book().on(day)
    assert (None if rules is None else rules.id) == expected


def test_every_rule_says_its_clause_and_a_sentence_in_both_languages() -> None:
    for rules in book().sets:
        for rule in rules.rules:
            for at in (0, 1):
                assert rule.clause[at].strip(), rule.id
                assert rule.sentence[at].endswith("."), rule.id
            assert re.search("[ăâđêôơưáàảãạếộứẫ]", rule.sentence[1].lower()), rule.id
            assert set(re.findall(r"\{\w+\}", rule.sentence[0])) == set(
                re.findall(r"\{\w+\}", rule.sentence[1])
            ), rule.id


def test_a_clause_that_was_only_recalled_says_so() -> None:
    rules = book().on("2026-08-15")
    assert rules is not None
    doubtful = [rule for rule in rules.rules if rule.uncertain]
    assert doubtful
    for rule in doubtful:
        assert "recalled" in rule.cite("en")
        assert "trí nhớ" in rule.cite("vi")


def test_every_way_of_checking_is_known_to_the_judge_and_used_by_a_rule() -> None:
    assert set(CHECKS) == set(_CHECKS)
    for rules in book().sets:
        assert {rule.check for rule in rules.rules} == set(CHECKS)
        assert {rule.item for rule in rules.rules if rule.item} == set(ITEMS)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('check = "item"', 'check = "smell"'), "smell"),
        (('severity = "error"', 'severity = "fatal"'), "fatal"),
        (('item = "name"', 'item = "colour"'), "colour"),
        (("least_mm = 1.2", "least_mm = -1"), "-1"),
        (("least_mm = 1.2", ""), "least_mm"),
        (('since = "2026-01-23"', 'since = "23/01/2026"'), "23/01/2026"),
        (('id = "producer-missing"', 'id = "name-missing"'), "name-missing"),
        (("{shown} mm high but", "{height} mm high but"), "height"),
        (("\nuncertain = true", "\ndoubtful = true"), "doubtful"),
        (("[title]", "[title"), "TOML"),
    ],
)
def test_a_file_that_cannot_be_applied_is_refused_with_its_fault(
    change: tuple[str, str], named: str
) -> None:
    raw = (FOLDER / "vn-2026.toml").read_text(encoding="utf-8")
    assert change[0] in raw
    with pytest.raises(RuleSetError) as refused:
        RuleSet.from_bytes(raw.replace(*change, 1).encode(), "vn-2026.toml")
    assert named in refused.value.say("en")
    assert "vn-2026.toml" in refused.value.say("vi")


def test_two_sets_cannot_begin_on_one_day() -> None:
    raw = (FOLDER / "vn-2026.toml").read_bytes()
    with pytest.raises(RuleSetError):
        RuleBook([RuleSet.from_bytes(raw), RuleSet.from_bytes(raw)])


# --- items ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2020-08-15", "2026-08-15"])
def test_a_good_label_has_no_fault(day: str) -> None:
    recorded = dataclasses.replace(RECORDED, packed_on=day)
    one = face(recorded=recorded, made_on="15/08/20" if day < "2026" else "15/08/26")
    assert found(one, day) == {}


@pytest.mark.parametrize("item", ITEMS)
def test_every_mandatory_item_of_food_is_missed(item: str) -> None:
    codes = found(face(without=(item,)))
    code = {"quantity": "quantity-missing"}.get(item, f"{item}-missing")
    assert codes == {code: "error"}


@pytest.mark.parametrize("item", ["ingredients", "warning", "usage", "storage"])
def test_a_small_label_may_leave_to_the_pack_what_the_law_lets_it(item: str) -> None:
    assert found(face(without=(item,), size=(50, 40))) == {f"{item}-missing": "warning"}
    assert found(face(without=(item,), size=(100, 79))) == {f"{item}-missing": "warning"}
    assert found(face(without=(item,), size=(100, 80))) == {f"{item}-missing": "error"}


@pytest.mark.parametrize("item", ["name", "producer", "address", "origin", "quantity", "expiry"])
def test_a_small_label_may_not_leave_out_the_rest(item: str) -> None:
    assert found(face(without=(item,), size=(50, 40))) == {f"{item}-missing": "error"}


def test_a_small_label_that_says_it_is_the_whole_must_be_whole() -> None:
    one = face(without=("usage",), size=(50, 40), part="whole")
    assert found(one) == {"usage-missing": "error"}


def test_a_part_of_a_label_names_what_the_pack_must_carry() -> None:
    one = face(without=tuple(item for item in ITEMS if item != "name"), size=(30, 20), part="trace")
    (fault,) = faults(one)
    assert (fault.code, fault.severity) == ("left-to-pack", "warning")
    assert "ingredients" in fault.say("en")
    for item in ("định lượng", "hạn sử dụng", "hướng dẫn bảo quản"):
        assert item in fault.say("vi")
    assert "tên hàng hóa" not in fault.say("vi")


def test_goods_without_any_recorded_warning_are_warned_about_only() -> None:
    known = dataclasses.replace(RECORDED, known=RECORDED.known - {"warning"})
    assert found(face(without=("warning",), recorded=known)) == {"warning-missing": "warning"}


def test_goods_that_are_no_food_are_asked_for_the_general_items_only() -> None:
    craft = dataclasses.replace(RECORDED, group="Thủ công mỹ nghệ")
    one = face(without=("ingredients", "expiry", "usage"), recorded=craft)
    assert found(one) == {"group-unchecked": "warning"}
    assert "origin-missing" in found(face(without=("origin",), recorded=craft))


@pytest.mark.parametrize("group", ["", "đồ uống", "nhóm nào đó"])
def test_goods_of_an_unknown_group_are_judged_as_food(group: str) -> None:
    unknown = dataclasses.replace(RECORDED, group=group)
    assert found(face(without=("ingredients",), recorded=unknown)) == {
        "ingredients-missing": "error"
    }


# --- sizes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cap", ["3", "3.1"])
def test_the_name_of_the_goods_must_be_the_largest_text(cap: str) -> None:
    loud = FaceText("SIÊU NGON", "SIÊU NGON", (), Decimal(cap), Decimal(cap))
    (fault,) = faults(face(more=(loud,)))
    assert fault.code == "name-not-largest"
    assert "SIÊU NGON" in fault.say("vi")
    assert f"{cap.replace('.', ',')}" in fault.say("vi")


def test_letters_below_what_the_law_asks_are_an_error() -> None:
    low = FaceText("Xa xa", "…", (("origin", "x"),), Decimal("1.6"), Decimal("1.19"))
    assert found(face(more=(low,))) == {"letters-small": "error"}
    assert found(face(more=(dataclasses.replace(low, x_mm=Decimal("1.2")),))) == {}
    assert found(face(more=(low,), size=(50, 40))) == {"letters-small-face": "warning"}
    tiny = dataclasses.replace(low, x_mm=Decimal("0.89"))
    assert found(face(more=(tiny,), size=(50, 40))) == {"letters-small": "error"}


def test_letters_that_carry_no_mandatory_item_are_free() -> None:
    low = FaceText("xem", "xem", (), Decimal("1.0"), Decimal("0.8"))
    assert found(face(more=(low,))) == {}


def test_stacked_marks_under_the_readable_size_are_warned_about() -> None:
    low = text("origin", "Tiếng Việt", "1.65")
    assert found(face(more=(low,))) == {"marks-small": "warning"}
    assert found(face(more=(text("origin", "Ca dao", "1.65"),))) == {}
    # 20 dots an em give capitals of 1.785 mm: what 1.8 mm is at 203 dpi.
    assert found(face(more=(text("origin", "Tiếng Việt", "1.785"),))) == {}


# --- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("printed", ["15/08/26", "15/08/2026", "15.08.2026", "15-08-26"])
def test_day_month_year_is_the_order_of_a_date(printed: str) -> None:
    assert found(face(made_on=printed)) == {}


@pytest.mark.parametrize("printed", ["2026-08-15", "08/15/2026", "2026/08/15", "32/08/26"])
def test_any_other_order_is_an_error(printed: str) -> None:
    assert found(face(made_on=printed)) == {"date-order": "error"}


def test_an_order_that_the_label_explains_is_allowed() -> None:
    dates = (
        text("made-on", "2026/08/15", literal="NSX (năm/tháng/ngày): …"),
        text("expiry", "2027/08/15", literal="HSD (năm/tháng/ngày): …"),
    )
    assert found(face(without=("made-on", "expiry"), more=dates)) == {}


def test_a_swapped_day_and_month_is_noticed_by_what_the_ledger_knows() -> None:
    recorded = dataclasses.replace(RECORDED, packed_on="2026-08-02")
    (fault,) = faults(face(made_on="08/02/26", recorded=recorded))
    assert fault.code == "date-not-recorded"
    assert "02/08/2026" in fault.say("vi")


def test_an_expiry_may_be_counted_from_the_production_date() -> None:
    assert found(face(expiry="30 tháng kể từ NSX")) == {}


def test_an_expiry_before_the_production_date_is_an_error() -> None:
    early = dataclasses.replace(RECORDED, expiry="2026-08-14")
    assert found(face(expiry="14/08/26", recorded=early)) == {"expiry-before-made": "error"}
    same = dataclasses.replace(RECORDED, expiry="2026-08-15")
    assert found(face(expiry="15/08/26", recorded=same)) == {}


def test_an_address_that_looks_like_a_date_is_no_date() -> None:
    assert found(face(address="Số 2026/15/8 đường 30/4")) == {}


def test_a_fixed_date_of_the_template_is_read_too() -> None:
    fixed = FaceText("In 2026-13-01", "In 2026-13-01", (), Decimal("1.8"), Decimal("1.35"))
    assert found(face(more=(fixed,))) == {"date-order": "error"}


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("NSX (năm/tháng/ngày)", "ymd"),
        ("NSX (yyyy-mm-dd)", "ymd"),
        ("tháng / ngày / năm", "mdy"),
        ("NSX: …", "dmy"),
        ("HSD: 30 tháng kể từ ngày sản xuất", "dmy"),
    ],
)
def test_the_note_on_an_order_is_read(words: str, order: str) -> None:
    assert noted_order(words) == order


def test_a_day_that_the_calendar_does_not_have_is_no_date() -> None:
    assert read_date(("29", "02", "28")) == "2028-02-29"
    assert read_date(("29", "02", "26")) is None
    assert read_date(("15", "08", "026")) is None


# --- stars, numbers, code ------------------------------------------------------------------------


def test_stars_outside_a_recognition_are_an_error() -> None:
    assert found(face(stars=4)) == {}
    assert found(face(stars=5)) == {"stars-outside": "error"}
    lapsed = dataclasses.replace(RECORDED, stars=0, lapsed=("612/QĐ-UBND", "2026-08-14"))
    assert found(face(stars=4, recorded=lapsed)) == {
        "stars-outside": "error",
        "stars-lapsed": "warning",
    }
    assert found(face(recorded=lapsed)) == {"stars-lapsed": "warning"}


@pytest.mark.parametrize("words", ["OCOP", "★★★★", "Đạt 4 sao"])
def test_a_template_may_not_claim_stars_in_words_either(words: str) -> None:
    claim = FaceText(words, words, (), Decimal("1.8"), Decimal("1.35"))
    assert found(face(more=(claim,))) == {}
    none = dataclasses.replace(RECORDED, stars=0)
    assert found(face(more=(claim,), recorded=none)) == {"stars-outside": "error"}


@pytest.mark.parametrize("printed", ["0,5 kg", "500 g", "1.250 g", "1.250,75 kg", "12 gói"])
def test_a_number_written_the_vietnamese_way_passes(printed: str) -> None:
    assert found(face(quantity=printed)) == {}


@pytest.mark.parametrize("printed", ["0.5 kg", "1,250.75 kg", "12.50 g"])
def test_a_decimal_point_is_an_error(printed: str) -> None:
    assert found(face(quantity=printed)) == {"decimal-point": "error"}
    fixed = FaceText(printed, printed, (), Decimal("1.8"), Decimal("1.35"))
    assert found(face(more=(fixed,))) == {"decimal-point": "error"}


def test_a_label_without_a_trace_code_is_warned_about() -> None:
    assert found(face(code="")) == {"trace-code-missing": "warning"}
    assert found(face(code="https://example.vn")) == {"trace-code-missing": "warning"}


def test_a_code_that_leads_to_another_lot_is_an_error() -> None:
    assert found(face(code=CODE.replace("L260815A", "L260815"))) == {"trace-code-other": "error"}
    assert found(face(code=CODE.replace("0420", "0598"))) == {"trace-code-other": "error"}
    assert found(face(code=CODE.partition("/21/")[0])) == {}


def test_a_hostile_text_cannot_spoil_the_sentence() -> None:
    nasty = FaceText("{shown}\x1b[2J" + "x" * 500, "", (), Decimal(9), Decimal(9))
    (fault,) = faults(face(more=(nasty,)))
    assert "\x1b" not in fault.say("en")
    assert len(fault.say("en")) < 300
