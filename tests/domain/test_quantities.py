"""Quantities: exact decimals, Vietnamese numbers and units as people type them."""

import json
import unicodedata
from decimal import Decimal, localcontext
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain import quantities
from ledger.domain.errors import QuantityError
from ledger.domain.quantities import (
    Quantity,
    Unit,
    parse_net_content,
    parse_unit,
    parse_vietnamese_number,
)

relaxed = settings(deadline=None)
canonical = st.from_regex(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?", fullmatch=True).filter(
    str.isascii
)
divisible = st.sampled_from([unit for unit in Unit if not unit.counted])


@relaxed
@given(canonical, divisible)
def test_a_quantity_keeps_the_decimals_it_was_given(text: str, unit: Unit) -> None:
    quantity = Quantity.parse(text, unit.value)
    assert quantity.text == text
    assert str(quantity) == f"{text} {unit.value}"


@relaxed
@given(canonical, divisible)
def test_the_vietnamese_form_reads_back_as_the_same_quantity(text: str, unit: Unit) -> None:
    quantity = Quantity.parse(text, unit.value)
    number, _, word = quantity.vietnamese().partition(" ")
    assert parse_vietnamese_number(number) == quantity.value
    assert parse_unit(word) == (unit, Decimal(1))
    assert parse_net_content(quantity.vietnamese()) == quantity


@pytest.mark.parametrize(
    ("text", "unit", "shown"),
    [
        ("1250.75", "kg", "1.250,75 kg"),
        ("500", "g", "500 g"),
        ("12", "pack", "12 gói"),
        ("0.5", "t", "0,5 tấn"),
        ("1000000", "label", "1.000.000 tem"),
        ("3", "piece", "3 cái"),
        ("12.500", "l", "12,500 lít"),
    ],
)
def test_a_quantity_is_written_the_vietnamese_way(text: str, unit: str, shown: str) -> None:
    assert Quantity.parse(text, unit).vietnamese() == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01",
        "1.",
        ".5",
        "-1",
        "+1",
        "1e3",
        "1,5",
        "1.1234567",
        "1234567890123",
        "NaN",
        "١",
        " 1",
    ],
)
def test_what_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(QuantityError) as refused:
        Quantity.parse(text, "kg")
    assert refused.value.code == "canonical"


@pytest.mark.parametrize(
    "text", ["-0", "-1", "NaN", "sNaN", "Infinity", "1E+999999999", "1E-999999999", "0E+12", "1E-7"]
)
def test_a_decimal_outside_the_form_is_refused_without_writing_it_out(text: str) -> None:
    with pytest.raises(QuantityError) as refused:
        Quantity(Decimal(text), Unit.KILOGRAM)
    assert refused.value.code == "canonical"


def test_a_float_and_a_bare_unit_name_are_refused() -> None:
    for value, unit in json.loads('[[0.5, "kg"], [1, "kg"], ["1", "kg"]]'):
        with pytest.raises(QuantityError) as refused:
            Quantity(value, unit)
        assert refused.value.code == "not-decimal"


@pytest.mark.parametrize("unit", ["pack", "piece", "label"])
def test_half_a_pack_is_refused_and_a_whole_one_with_zeros_is_not(unit: str) -> None:
    assert Quantity.parse("12.00", unit).value == 12
    with pytest.raises(QuantityError) as refused:
        Quantity.parse("12.5", unit)
    assert refused.value.code == "not-whole"


def test_an_unknown_symbol_is_refused_with_the_known_ones() -> None:
    with pytest.raises(QuantityError) as refused:
        Quantity.parse("1", "KG")
    assert "g, kg, t, ml, l, pack, piece, label" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "unit", "kilograms"),
    [
        ("500", "g", "0.5"),
        ("12.500", "kg", "12.5"),
        ("1.25", "t", "1250"),
        ("999999999999.999999", "t", "999999999999999.999"),
        ("0.000001", "g", "0.000000001"),
    ],
)
def test_kilograms_are_exact_whatever_precision_the_program_around_uses(
    text: str, unit: str, kilograms: str
) -> None:
    with localcontext() as context:
        context.prec = 3
        assert Quantity.parse(text, unit).kilograms() == Decimal(kilograms)


@pytest.mark.parametrize("unit", ["ml", "l", "pack", "piece", "label"])
def test_a_volume_or_a_count_has_no_kilograms(unit: str) -> None:
    assert Quantity.parse("1", unit).kilograms() is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.250,75", "1250.75"),
        ("120,5", "120.5"),
        ("12", "12"),
        ("1.250", "1250"),
        (" 0,5 ", "0.5"),
        ("1250,75", "1250.75"),
        ("999.999.999.999", "999999999999"),
    ],
)
def test_a_vietnamese_number_is_read(text: str, value: str) -> None:
    assert str(parse_vietnamese_number(text)) == value


@pytest.mark.parametrize(
    "text",
    [
        "1,250.75",
        "1.25",
        "abc",
        "",
        "0.500",
        "1.2500",
        "12.34.567",
        "1,",
        ",5",
        "1 250",
        "05",
        "1e3",
        "1.250.75",
        "1,2,3",
        "+4",
        "٤",
        "1" * 61,
    ],
)
def test_a_number_that_could_be_read_two_ways_is_refused(text: str) -> None:
    with pytest.raises(QuantityError) as refused:
        parse_vietnamese_number(text)
    assert refused.value.code == "number"


@pytest.mark.parametrize("text", ["-4", "\u22124", "- 4,5", " -1.250"])
def test_a_negative_number_gets_its_own_sentence(text: str) -> None:
    with pytest.raises(QuantityError) as refused:
        parse_vietnamese_number(text)
    assert refused.value.code == "negative"
    assert "số âm" in refused.value.say("vi")


@pytest.mark.parametrize(
    ("text", "unit", "factor"),
    [
        ("kg", Unit.KILOGRAM, "1"),
        ("KG", Unit.KILOGRAM, "1"),
        ("tạ", Unit.KILOGRAM, "100"),
        ("ta", Unit.KILOGRAM, "100"),
        ("yến", Unit.KILOGRAM, "10"),
        ("lạng", Unit.GRAM, "100"),
        ("tấn", Unit.TONNE, "1"),
        ("Gói", Unit.PACK, "1"),
        ("goi", Unit.PACK, "1"),
        ("hộp", Unit.PACK, "1"),
        ("chai", Unit.PACK, "1"),
        ("tui", Unit.PACK, "1"),
        (" lít ", Unit.LITRE, "1"),
        ("quả", Unit.PIECE, "1"),
        ("tem", Unit.LABEL, "1"),
    ],
)
def test_a_typed_unit_is_understood_composed_and_decomposed(
    text: str, unit: Unit, factor: str
) -> None:
    forms: list[Literal["NFC", "NFD"]] = ["NFC", "NFD"]
    for form in forms:
        typed = unicodedata.normalize(form, text)
        assert parse_unit(typed) == (unit, Decimal(factor))


@pytest.mark.parametrize("text", ["lô", "thung2", "", "kgg", "tần", "k g", "kg" * 50])
def test_an_unknown_unit_is_refused_with_the_list_of_known_ones(text: str) -> None:
    with pytest.raises(QuantityError) as refused:
        parse_unit(text)
    assert refused.value.code == "unit"
    assert "tạ, tấn, ml, lít, gói" in refused.value.say("vi")


def test_no_two_units_become_the_same_word_without_their_marks() -> None:
    assert len(quantities._UNMARKED) >= 30
    for word, meaning in quantities._MARKED.items():
        assert quantities._UNMARKED[quantities._without_marks(word)] == meaning


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("500 g", "500", Unit.GRAM),
        ("500g", "500", Unit.GRAM),
        ("0,5 kg", "0.5", Unit.KILOGRAM),
        ("250 ml", "250", Unit.MILLILITRE),
        ("12 gói", "12", Unit.PACK),
        ("1.250,75 kg", "1250.75", Unit.KILOGRAM),
        ("2,5 tạ", "250.0", Unit.KILOGRAM),
    ],
)
def test_the_net_content_of_a_label_is_read(text: str, value: str, unit: Unit) -> None:
    for form in (text, unicodedata.normalize("NFD", text)):
        assert parse_net_content(form) == Quantity(Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "net-content"),
        ("kg", "net-content"),
        ("500", "net-content"),
        ("-500 g", "net-content"),
        ("6 x 330 ml", "net-content"),
        ("0.5 kg", "number"),
        ("12,5 gói", "not-whole"),
        ("5 lô", "unit"),
        ("9" * 70 + " g", "net-content"),
    ],
)
def test_a_net_content_that_is_unclear_is_refused(text: str, code: str) -> None:
    with pytest.raises(QuantityError) as refused:
        parse_net_content(text)
    assert refused.value.code == code


def test_a_net_content_is_exact_whatever_precision_the_program_around_uses() -> None:
    with localcontext() as context:
        context.prec = 3
        assert parse_net_content("123.456,789 tạ").text == "12345678.900"
