"""Label serials: short, bound to a GTIN and a key, and refused when guessed."""

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.errors import IdentifierError, SerialError
from ledger.domain.serials import SerialNumber, read_serial, serial_is_genuine, serial_text

relaxed = settings(deadline=None)
KEY = bytes(range(32))
GTIN = "08931234567897"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
tags = st.text(CROCKFORD, min_size=2, max_size=2)
counters = st.integers(0, 999_999_999)


@relaxed
@given(tags, counters)
def test_a_serial_reads_back_and_is_genuine_within_20_characters(tag: str, counter: int) -> None:
    text = serial_text(KEY, GTIN, tag, counter)
    assert 12 <= len(text) <= 15
    assert read_serial(text) == (tag, counter, text[-4:])
    assert SerialNumber.read(text) == SerialNumber(tag, counter)
    assert serial_is_genuine(KEY, GTIN, text)


def test_the_check_is_the_first_20_bits_of_the_hmac_of_gtin_tag_and_counter() -> None:
    digest = hmac.new(KEY, b"08931234567897/A1/000042", hashlib.sha256).hexdigest()
    bits = int(digest[:5], 16)
    check = "".join(CROCKFORD[int(f"{bits:020b}"[at : at + 5], 2)] for at in (0, 5, 10, 15))
    assert serial_text(KEY, GTIN, "A1", 42) == f"A1000042{check}"


@relaxed
@given(tags, counters, st.integers(0, 3), st.integers(1, 31))
def test_a_serial_with_any_check_character_changed_is_not_genuine(
    tag: str, counter: int, place: int, step: int
) -> None:
    text = serial_text(KEY, GTIN, tag, counter)
    at = len(text) - 4 + place
    other = CROCKFORD[(CROCKFORD.index(text[at]) + step) % 32]
    assert not serial_is_genuine(KEY, GTIN, text[:at] + other + text[at + 1 :])


def test_a_serial_is_bound_to_its_key_gtin_tag_and_counter() -> None:
    text = serial_text(KEY, GTIN, "A1", 42)
    assert not serial_is_genuine(bytes(32), GTIN, text)
    assert not serial_is_genuine(KEY, "09520123456788", text)
    assert not serial_is_genuine(KEY, GTIN, "A2" + text[2:])
    assert not serial_is_genuine(KEY, GTIN, text.replace("000042", "000043"))


def test_guessed_checks_for_one_counter_hit_exactly_once() -> None:
    # A sample of a 32nd of all checks that contains the genuine one: no second may pass.
    text = serial_text(KEY, GTIN, "A1", 7)
    stem, first = text[:-4], text[-4]
    guesses = [first + a + b + text[-1] for a in CROCKFORD for b in CROCKFORD]
    assert [g for g in guesses if serial_is_genuine(KEY, GTIN, stem + g)] == [text[-4:]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A100042ABCD",  # five digits
        "A10000042ABCD",  # seven digits with a zero in front: not as printed
        "A11234567890ABCD",  # ten digits
        "a1000042abcd",
        "AI000042ABCD",
        "A1000042ABCU",
        "A1000042ABC",
        " A1000042ABCD",
        "A1000042ABCD\n",
        "A1٠٠٠٠٤٢ABCD",
        "A" * 10_000,
    ],
)
def test_a_malformed_serial_is_refused_and_never_genuine(text: str) -> None:
    with pytest.raises(SerialError) as refused:
        read_serial(text)
    assert refused.value.code == "malformed"
    assert not serial_is_genuine(KEY, GTIN, text)


@pytest.mark.parametrize(
    ("tag", "counter", "code"),
    [
        ("A", 1, "tag"),
        ("A1B", 1, "tag"),
        ("AL", 1, "tag"),
        ("a1", 1, "tag"),
        ("A1", -1, "counter"),
        ("A1", 1_000_000_000, "counter"),
        ("A1", True, "counter"),
    ],
)
def test_an_impossible_tag_or_counter_is_refused(tag: str, counter: int, code: str) -> None:
    with pytest.raises(SerialError) as refused:
        serial_text(KEY, GTIN, tag, counter)
    assert refused.value.code == code


def test_a_short_key_is_refused_and_never_shown() -> None:
    short = b"0123456789abcde"
    with pytest.raises(SerialError) as refused:
        serial_is_genuine(short, GTIN, "A1000042ABCD")
    for said in (refused.value.say("en"), refused.value.say("vi")):
        assert "15" in said
        assert short.decode() not in said
        assert short.hex() not in said


def test_a_gtin_that_is_not_14_digits_or_wrong_is_refused() -> None:
    with pytest.raises(SerialError) as refused:
        serial_text(KEY, "8931234567897", "A1", 1)
    assert refused.value.code == "gtin14"
    with pytest.raises(IdentifierError):
        serial_text(KEY, "08931234567890", "A1", 1)
