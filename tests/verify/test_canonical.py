"""Canonical payloads: third-party RFC 8785 vectors, an independent oracle, and what is refused."""

from __future__ import annotations

import base64
import json
import re
import time
import unicodedata
from enum import Enum
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.verify.canonical import MAX_INTEGER, CanonicalRefused, decode, encode
from tests.examples import examples
from tests.shared_data import shared
from tests.vectors.make_format_vectors import canonical_vectors, pinned

KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | TEXTS.map(lambda text: unicodedata.normalize("NFC", text))
)
VALUES = st.recursive(
    LEAVES, lambda v: st.lists(v, max_size=4) | st.dictionaries(KEYS, v, max_size=4), max_leaves=12
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)


@given(OBJECTS)
@settings(deadline=None, max_examples=examples(60))
def test_an_object_of_the_profile_is_written_as_the_oracle_writes_it(value: dict[str, Any]) -> None:
    payload = encode(value)
    assert payload == rfc8785.dumps(value)
    assert decode(payload) == value


@given(st.binary(max_size=200) | OBJECTS.map(lambda value: json.dumps(value).encode()))
@settings(deadline=None, max_examples=examples(100))
def test_whatever_is_decoded_is_its_own_canonical_form(payload: bytes) -> None:
    try:
        value = decode(payload)
    except CanonicalRefused:
        return
    assert rfc8785.dumps(value) == payload


@given(OBJECTS, st.data())
@settings(deadline=None, max_examples=examples(60))
def test_one_changed_byte_never_gives_the_same_value(value: dict[str, Any], data: Any) -> None:
    payload = bytearray(encode(value))
    at = data.draw(st.integers(0, len(payload) - 1))
    payload[at] ^= data.draw(st.integers(1, 255))
    try:
        changed = decode(bytes(payload))
    except CanonicalRefused:
        return
    assert encode(changed) != encode(value)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.lists(st.sampled_from(["e", "\n", "\t", "\u0301", "\u0323", "=", "\u0338", '"'])).map(
        "".join
    )
)
@settings(deadline=None, max_examples=examples(150))
def test_a_string_is_accepted_exactly_when_it_is_nfc_without_nul(text: str) -> None:
    good = unicodedata.is_normalized("NFC", text) and "\x00" not in text
    payload = rfc8785.dumps({"a": text})
    try:
        decoded = decode(payload)
    except CanonicalRefused:
        assert not good
        with pytest.raises(CanonicalRefused):
            encode({"a": text})
    else:
        assert good
        assert decoded == {"a": text}
        assert encode(decoded) == payload


def test_the_published_documents_lie_outside_the_profile_and_are_refused() -> None:
    documents = sorted(shared("vectors", "jcs", "output").glob("*.json"))
    for path in documents:
        payload = path.read_bytes()
        with pytest.raises(CanonicalRefused):
            decode(payload)
        with pytest.raises(CanonicalRefused):
            encode({"document": json.loads(payload)})
    assert len(documents) == 6


def test_the_strings_of_the_published_documents_are_written_byte_for_byte() -> None:
    ran = 0
    for path in sorted(shared("vectors", "jcs", "output").glob("*.json")):
        text = path.read_text("utf-8")
        for string in re.findall(r'"(?:[^"\\]|\\.)*"', text):
            value = json.loads(string)
            if unicodedata.is_normalized("NFC", value):
                payload = b'{"s":' + string.encode() + b"}"
                assert encode({"s": value}) == payload
                assert decode(payload) == {"s": value}
                ran += 1
    assert ran == 49


def test_the_published_numbers_are_accepted_as_integers_or_refused() -> None:
    lines = shared("vectors", "jcs", "es6_numbers_10k.txt").read_text("ascii").split()
    accepted = 0
    for line in lines:
        text = line.split(",")[1]
        payload = f'{{"n":{text}}}'.encode()
        if re.fullmatch(r"-?[0-9]+", text) and abs(int(text)) <= MAX_INTEGER:
            assert decode(payload) == {"n": int(text)}
            assert encode({"n": int(text)}) == payload
            accepted += 1
        else:
            with pytest.raises(CanonicalRefused):
                decode(payload)
            with pytest.raises(CanonicalRefused):
                encode({"n": float(text)})
    assert (len(lines), accepted) == (10_000, 14)


def test_our_own_vectors_are_pinned_and_hold() -> None:
    vectors = pinned("canonical.json")
    assert vectors == canonical_vectors()
    for case in vectors["ok"]:
        assert encode(decode(case["payload"].encode())) == case["payload"].encode(), case["what"]
    for case in vectors["refused"]:
        with pytest.raises(CanonicalRefused) as caught:
            decode(base64.b64decode(case["payload_b64"]))
        assert caught.value.code == case["code"], case["what"]
    assert (len(vectors["ok"]), len(vectors["refused"])) == (8, 28)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": 1.0}, "not_an_integer"),
        ({"a": float("nan")}, "not_an_integer"),
        ({"a": 2**53}, "integer_too_large"),
        ({"a": 10**5000}, "integer_too_large"),
        ({"a": b"bytes"}, "bad_type"),
        ({"a": {1, 2}}, "bad_type"),
        ({"a": {1: 2}}, "bad_key"),
        ({"Á": 1}, "bad_key"),
        ({"a" * 65: 1}, "bad_key"),
        ({"a\n": 1}, "bad_key"),
        ({"a": "\ud800"}, "bad_character"),
        ({"a": "\x00"}, "bad_character"),
        ({"a": "e\u0301"}, "not_nfc"),
        ({"a": "x" * 16384}, "too_long"),
        ([1], "not_an_object"),
    ],
)
def test_a_value_outside_the_profile_is_not_written(value: Any, code: str) -> None:
    with pytest.raises(CanonicalRefused) as caught:
        encode(value)
    assert caught.value.code == code
    assert len(str(caught.value)) < 400


class _Unit(str, Enum):  # noqa: UP042 - StrEnum would hide the fault tested here
    KG = "kg"


def test_an_enumeration_with_text_values_is_written_by_value() -> None:
    assert encode({"unit": _Unit.KG}) == b'{"unit":"kg"}'


def test_a_value_that_contains_itself_is_refused() -> None:
    value: dict[str, Any] = {}
    value["a"] = value
    with pytest.raises(CanonicalRefused, match="deeper"):
        encode(value)


@pytest.mark.parametrize(
    "bomb",
    [b"[" * 16384, b'{"a":' * 3000, b'"' + b'\\"' * 8191, b"[" * 17 + b'"\\' * 8000],
    ids=["arrays", "objects", "escaped quotes", "brackets and escapes"],
)
def test_a_bomb_is_refused_at_once(bomb: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(CanonicalRefused):
        decode(bomb)
    assert time.perf_counter() - started < 0.5


def test_brackets_inside_text_do_not_count_as_levels() -> None:
    payload = encode({"a": "[{" * 100, "b": [{}] * 100})
    assert decode(payload)["a"] == "[{" * 100


def test_many_different_keys_do_not_stay_in_memory_and_bad_ones_stay_refused() -> None:
    for start in range(0, 10_000, 100):
        value: dict[str, object] = {f"k{n}": n for n in range(start, start + 100)}
        assert decode(encode(value)) == value
        with pytest.raises(CanonicalRefused):
            decode(b'{"K":1}')
