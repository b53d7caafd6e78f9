"""Identifiers: valid or not there at all, forgiving only where a person types."""

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain import errors
from ledger.domain.check_digit import CSET82, check_digit, check_pair
from ledger.domain.errors import DomainError, IdentifierError
from ledger.domain.identifiers import (
    Gln,
    Gtin,
    Item,
    ItemCode,
    Lot,
    LotCode,
    PartyCode,
    SiteCode,
    Sscc,
)
from tests.shared_data import shared

relaxed = settings(deadline=None)  # the machine is shared; time is no property of these
BINH_THUAN = PartyCode("HTX-BT")


def code_of(refused: pytest.ExceptionInfo[DomainError]) -> str:
    return refused.value.code


@relaxed
@given(st.sampled_from([8, 12, 13, 14]), st.data())
def test_every_gtin_with_its_check_digit_is_accepted_and_with_another_refused(
    length: int, data: st.DataObject
) -> None:
    body = data.draw(st.text(string.digits, min_size=length - 1, max_size=length - 1))
    right = check_digit(body)
    assert Gtin(body + right).gtin14 == (body + right).zfill(14)
    wrong = data.draw(st.sampled_from([d for d in string.digits if d != right]))
    with pytest.raises(IdentifierError) as refused:
        Gtin(body + wrong)
    assert code_of(refused) == "check-digit"
    assert refused.value.params["expected"] == right


@relaxed
@given(st.text(string.digits, min_size=13, max_size=13), st.integers(0, 12), st.integers(1, 9))
def test_one_mistyped_digit_never_makes_another_gtin(body: str, place: int, step: int) -> None:
    right = body + check_digit(body)
    wrong = right[:place] + str((int(right[place]) + step) % 10) + right[place + 1 :]
    with pytest.raises(IdentifierError):
        Gtin(wrong)


def test_the_printed_forms_of_one_trade_item_are_one_gtin() -> None:
    short, long = Gtin("8931234567897"), Gtin("08931234567897")
    assert short == long
    assert hash(short) == hash(long)
    assert (short.text, long.text) == ("8931234567897", "08931234567897")
    assert Item(gtin=short) == Item(gtin=long)


def test_a_typed_gtin_may_have_spaces_and_hyphens_but_the_constructor_takes_none() -> None:
    assert Gtin.parse(" 8 931234–567897 ").gtin14 == "08931234567897"
    with pytest.raises(IdentifierError):
        Gtin("8 931234567897")


@pytest.mark.parametrize(
    ("text", "vietnamese"),
    [
        ("8931234567897", True),
        ("18931234567894", True),  # a case of them: the prefix follows the indicator digit
        ("89312340", True),  # GTIN-8
        ("00000089312340", True),
        ("9520123456788", False),
        ("089312345678", False),  # GTIN-12: its prefix is 008, whatever follows
    ],
)
def test_issued_in_vietnam_looks_at_the_prefix_where_it_stands(text: str, vietnamese: bool) -> None:
    text = text[:-1] + check_digit(text[:-1])
    assert Gtin(text).issued_in_vietnam is vietnamese


@pytest.mark.parametrize(
    "text",
    ["", "893123456789", "٨٩٣١٢٣٤٥٦٧٨٩٧", "893123456789X", "8931234567897\n", "-931234567897"],
)
def test_what_is_no_gtin_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError):
        Gtin(text)


def test_a_check_digit_error_names_what_was_found_and_expected_in_both_languages() -> None:
    with pytest.raises(IdentifierError) as refused:
        Gtin("8931234567890")
    for said in (refused.value.say("en"), refused.value.say("vi")):
        assert '"8931234567890"' in said
        assert " 0 " in said
        assert "7;" in said
    assert "số kiểm tra" in refused.value.say("vi")


def test_gln_and_sscc_have_one_length_each_and_are_never_equal_to_one_another() -> None:
    assert Gln.parse("952 0123 45678 8").text == "9520123456788"
    assert Sscc("952012345678912345").text == "952012345678912345"
    for kind, text in ((Gln, "952012345678912345"), (Sscc, "9520123456788")):
        with pytest.raises(IdentifierError) as refused:
            kind(text)
        assert code_of(refused) == "not-digits"


@relaxed
@given(st.text(CSET82, min_size=1, max_size=20))
def test_every_text_of_set_82_is_a_lot_code_and_keeps_its_case(text: str) -> None:
    assert LotCode(text).text == text
    assert LotCode.parse(f" {text} ") == LotCode(text)


@pytest.mark.parametrize("text", ["", "A" * 21, "LÔ-01", "A B", "A#B", "A\n", "A^B", "A@B"])
def test_what_is_outside_set_82_or_too_long_is_no_lot_code(text: str) -> None:
    with pytest.raises(IdentifierError) as refused:
        LotCode(text)
    assert code_of(refused) == "lot-code"


def test_set_82_has_82_characters() -> None:
    assert len(set(CSET82)) == len(CSET82) == 82


def test_a_typed_lot_code_loses_spaces_and_keeps_hyphens() -> None:
    assert LotCode.parse("2026 – 04 - A").text == "2026-04-A"


@pytest.mark.parametrize("kind", [PartyCode, SiteCode, ItemCode])
@pytest.mark.parametrize("text", ["", "-A", ".A", "A/B", "A" * 33, "Vườn1", "A B"])
def test_what_is_no_code_of_ours_is_refused(
    kind: type[PartyCode | SiteCode | ItemCode], text: str
) -> None:
    assert kind("VN-BTPH-036").text == kind.parse(" VN-BTPH-036").text
    with pytest.raises(IdentifierError):
        kind(text)


def test_codes_of_different_kinds_are_never_equal() -> None:
    same_text: list[object] = [PartyCode("A1"), SiteCode("A1"), ItemCode("A1"), LotCode("A1")]
    assert len(set(same_text)) == 4


codes = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", fullmatch=True)


@relaxed
@given(codes, codes, st.text(CSET82, min_size=1, max_size=20))
def test_the_text_of_a_lot_reads_back_as_that_lot(party: str, code: str, lot: str) -> None:
    made = Lot(Item(party=PartyCode(party), code=ItemCode(code)), LotCode(lot))
    assert made.item.text == f"{party}/{code}"
    assert Lot.parse(made.text) == made
    product = Lot(Item(gtin=Gtin("8931234567897")), LotCode(lot))
    assert product.text == f"08931234567897 {lot}"
    assert Lot.parse(product.text) == product


def test_a_mistyped_gtin_is_refused_and_never_becomes_an_item_code() -> None:
    with pytest.raises(IdentifierError) as refused:
        Item.parse("8931234567890", default_party=BINH_THUAN)
    assert code_of(refused) == "check-digit"


def test_a_bare_item_code_needs_to_know_its_party() -> None:
    assert Item.parse("TL-TUOI", BINH_THUAN).text == "HTX-BT/TL-TUOI"
    assert Item.parse("2024-0001", BINH_THUAN).text == "HTX-BT/2024-0001"
    with pytest.raises(IdentifierError) as refused:
        Item.parse("TL-TUOI")
    assert code_of(refused) == "item-party"


def test_an_item_is_exactly_one_of_its_two_forms() -> None:
    gtin, code = Gtin("8931234567897"), ItemCode("TL")
    forms: list[tuple[Gtin | None, PartyCode | None, ItemCode | None]] = [
        (None, None, None),
        (gtin, BINH_THUAN, code),
        (gtin, None, code),
        (None, BINH_THUAN, None),
        (None, None, code),
    ]
    for product, party, own in forms:
        with pytest.raises(IdentifierError) as refused:
            Item(gtin=product, party=party, code=own)
        assert code_of(refused) == "item-form"


def test_lots_sort_by_item_and_then_by_code() -> None:
    texts = ["HTX-BT/B 1", "08931234567897 2", "08931234567897 10", "HTX-BT/A 9"]
    lots = sorted(Lot.parse(text) for text in texts)
    assert [lot.text for lot in lots] == [
        "08931234567897 10",
        "08931234567897 2",
        "HTX-BT/A 9",
        "HTX-BT/B 1",
    ]


@pytest.mark.parametrize("text", ["", "08931234567897", " L01 ", "08931234567897 LÔ"])
def test_a_lot_without_both_parts_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError):
        Lot.parse(text)


def test_untyped_values_are_refused_with_a_sentence_not_a_type_error() -> None:
    decoded = json.loads("[8931234567897, null, true, []]")
    for value in decoded:
        for kind in (Gtin, LotCode, PartyCode):
            with pytest.raises(IdentifierError) as refused:
                kind(value)
            assert code_of(refused) == "not-text"
    with pytest.raises(IdentifierError):
        Gtin.parse(" " * 1000)


def test_the_check_pair_agrees_with_the_published_cases() -> None:
    lines = shared("vectors", "gs1-syntax", "linter-vectors.jsonl").read_text("utf-8").splitlines()
    ran = 0
    for line in lines:
        case = json.loads(line)
        text = case["in"]
        if "csumalpha" not in case["src"] or not 2 < len(text) <= 25 or set(text) - set(CSET82):
            continue
        assert (check_pair(text[:-2]) == text[-2:]) is case["ok"], case
        ran += 1
    assert ran >= 20


def test_every_sentence_names_the_same_values_in_both_languages() -> None:
    trees = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    sentences = 0
    for kind in trees:
        if not issubclass(kind, DomainError):
            continue
        for code, (english, vietnamese) in kind.catalogue.items():
            fields = [
                {name for _, name, _, _ in string.Formatter().parse(text) if name}
                for text in (english, vietnamese)
            ]
            assert fields[0] == fields[1], code
            assert english.endswith(".") and vietnamese.endswith("."), code
            sentences += 1
    assert sentences >= 35
