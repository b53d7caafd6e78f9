"""The fast way and the slow way of reading a statement accept exactly the same payloads."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.verify.shapes import CORRECTABLE, SHAPES, TYPES
from ledger.verify.statement import (
    Statement,
    StatementRefused,
    _read_by_pattern,
    _read_exactly,
    read_statement,
)
from ledger.verify.wording import Refusal
from tests.examples import examples
from tests.ledger_story import told
from tests.verify.statement_strategies import (
    ALL_SHAPES,
    ODD_VALUES,
    at_place,
    places_of,
    statement_of,
    text_of,
)


def slow(payload: bytes) -> Statement | None:
    """What `canonical.decode` and `check_shape` make of it; None when they refuse."""
    try:
        return _read_exactly(payload)
    except Refusal as refused:
        refused.say("vi"), refused.say("en")  # raises when a wording lacks a parameter
        return None


def agree(payload: bytes) -> bool:
    """Assert that both ways answer the same; tell whether they accept."""
    fast, exact = _read_by_pattern(payload), slow(payload)
    assert fast == exact, payload
    return fast is not None


def test_the_table_has_every_type_and_every_correction() -> None:
    assert len(ALL_SHAPES) == len(SHAPES) + len(CORRECTABLE) == len(TYPES) - 1 + len(CORRECTABLE)


@pytest.mark.parametrize("name", ALL_SHAPES)
def test_valid_statements_are_read_alike_by_both_ways(name: str) -> None:
    for seed in range(25):
        payload = text_of(statement_of(name, Random(f"{name} {seed}")))
        assert agree(payload), payload
        assert read_statement(payload).type == name.partition(":")[0]


@pytest.mark.parametrize("name", ALL_SHAPES)
def test_each_field_removed_doubled_or_replaced_is_judged_alike_by_both_ways(name: str) -> None:
    refused = 0
    rng = Random(name)
    value = statement_of(name, rng)
    for path in places_of(value):
        variants = [at_place(value, path, "remove"), at_place(value, path, "add", "zz")]
        variants.append(at_place(value, path, "add", "Note"))
        odd = ODD_VALUES if len(path) <= 2 else rng.sample(ODD_VALUES, 12)
        variants += [at_place(value, path, "replace", new) for new in odd]
        refused += sum(not agree(text_of(variant)) for variant in variants)
    assert refused > 100


@pytest.mark.parametrize("name", ALL_SHAPES)
def test_other_spellings_of_a_valid_statement_are_refused_by_both_ways(name: str) -> None:
    for seed in range(4):
        value = statement_of(name, Random(f"spelling {name} {seed}"))
        good = text_of(value)
        text = good.decode()
        spellings = [
            json.dumps(value, sort_keys=True, ensure_ascii=False).encode(),
            text_of(dict(sorted(value.items(), reverse=True)), sort_keys=False),
            text_of(
                {**value, "body": dict(sorted(value["body"].items(), reverse=True))},
                sort_keys=False,
            ),
            b" " + good,
            good + b"\n",
            good + b" ",
            b"\xef\xbb\xbf" + good,
            good.replace(
                b'"type":"', b'"type":"\\u00' + f"{ord(value['type'][0]):02x}".encode(), 1
            ),
            good.replace(b'"anchor":', b'"anchor":null,"anchor":', 1),
            good.replace(b'"seq":', b'"seq":0', 1),
            good.replace(b'"seq":', b'"seq":-', 1),
            good.replace(b'"seq":%d' % value["seq"], b'"seq":%d.0' % value["seq"], 1),
            good.replace(b'"seq":%d' % value["seq"], b'"seq":%de0' % value["seq"], 1),
            good[:-1],
            good + good,
            text.replace("/", "\\/", 1).encode() if "/" in text else b"",
            good.decode("latin-1").encode("utf-16"),
        ]
        for spelling in spellings:
            assert spelling == good or not agree(spelling), spelling


@settings(max_examples=examples(100), deadline=None)
@given(st.sampled_from(sorted(ALL_SHAPES)), st.integers(0, 2**32), st.data())
def test_random_byte_edits_are_judged_alike_by_both_ways(
    name: str, seed: int, data: st.DataObject
) -> None:
    payload = bytearray(text_of(statement_of(name, Random(seed))))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(payload) - 1))
        new = data.draw(st.sampled_from([b"", b'"', b"\\", b"{", b"}", b",", b"0", b"\x7f", b"\n"]))
        payload[at : at + data.draw(st.integers(0, 2))] = new
    agree(bytes(payload))


@settings(max_examples=examples(100), deadline=None)
@given(st.text(max_size=200))
def test_any_text_in_a_text_field_is_judged_alike_by_both_ways(text: str) -> None:
    value = statement_of("item-registered", Random(1))
    value["body"]["name"] = text
    assert agree(text_of(value)) == (slow(text_of(value)) is not None)


def test_the_storys_own_statements_take_the_fast_way() -> None:
    for raw in told().entries:
        payload = raw[raw.index(b"{") : -96]
        assert _read_by_pattern(payload) == slow(payload) != None  # noqa: E711  # chained on purpose


def test_a_first_statement_with_a_predecessor_and_a_later_one_without_are_refused() -> None:
    for seq, prev in ((1, "ab" * 32), (2, None)):
        value = statement_of("held", Random(2)) | {"seq": seq, "prev": prev}
        with pytest.raises(StatementRefused) as refused:
            read_statement(text_of(value))
        assert refused.value.code == "first-has-prev"


def test_a_serial_range_that_runs_backwards_is_refused_by_name() -> None:
    value = statement_of("labels-voided", Random(3))
    value["body"]["voided"]["ranges"] = [{"first": 9, "last": 8}]
    with pytest.raises(StatementRefused) as refused:
        read_statement(text_of(value))
    assert refused.value.code == "range-reversed"


def test_a_time_whose_offset_is_no_time_of_day_is_refused() -> None:
    """RFC 3339 section 5.6: time-minute is 00 to 59; libraries differ about what lies beyond."""
    for time in ("2026-01-01T00:00:00+07:60", "2026-01-01T00:00:00-00:99"):
        value = statement_of("held", Random(4)) | {"time": time}
        assert not agree(text_of(value))
