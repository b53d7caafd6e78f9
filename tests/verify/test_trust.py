"""The trust file: both versions read, and nothing in it that means two things."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger.verify.note import NoteKey
from ledger.verify.strict_json import FileRefused
from ledger.verify.trust import MOST_WITNESSES, Trust
from tests.ledger_story import LOG_KEY, TRUST
from tests.tampering.indexed import witness

FULL = replace(
    TRUST,
    witnesses=(witness("one"), witness("two"), witness("three")),
    quorum=2,
    index_required=True,
)


def value_of(trust: Trust) -> dict[str, Any]:
    """A trust file's object."""
    found: dict[str, Any] = json.loads(trust.format())
    return found


@pytest.mark.parametrize(
    "trust",
    [
        TRUST,
        FULL,
        replace(FULL, quorum=0),
        replace(FULL, quorum=3),
        replace(TRUST, index_required=True),
        replace(FULL, index_required=False),
    ],
)
def test_a_trust_file_reads_as_it_was_written(trust: Trust) -> None:
    assert Trust.parse(trust.format()) == trust


def test_a_file_that_asks_for_nothing_new_is_written_as_before() -> None:
    assert value_of(TRUST)["format"] == "ocop-ledger/trust/v1"
    assert value_of(FULL)["format"] == "ocop-ledger/trust/v2"
    assert value_of(replace(TRUST, index_required=True))["index"] == "required"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("quorum", 4),
        ("quorum", -1),
        ("quorum", True),
        ("quorum", "2"),
        ("index", "yes"),
        ("index", None),
        ("witnesses", {}),
        ("witnesses", [LOG_KEY.format()]),
        ("witnesses", [witness("one").format(), witness("one").format()]),
        ("witnesses", [witness("one").format()[:-4]]),
        ("witnesses", [witness(f"w{n}").format() for n in range(MOST_WITNESSES + 1)]),
        ("log_key", witness("one").format()),
        ("log_key", "x"),
        ("roots", []),
        ("format", "ocop-ledger/trust/v3"),
        ("format", "ocop-ledger/trust/v1"),
    ],
)
def test_what_is_not_of_the_format_is_refused(name: str, content: object) -> None:
    with pytest.raises(FileRefused) as refused:
        Trust.parse(json.dumps(value_of(FULL) | {name: content}).encode())
    assert refused.value.say("vi") != refused.value.say("en")


def test_a_field_too_many_or_too_few_is_refused() -> None:
    for name in value_of(FULL):
        cut = {key: content for key, content in value_of(FULL).items() if key != name}
        with pytest.raises(FileRefused):
            Trust.parse(json.dumps(cut).encode())
    with pytest.raises(FileRefused):
        Trust.parse(json.dumps({**value_of(FULL), "more": 1}).encode())


def test_one_body_under_two_names_does_not_count_as_two_witnesses() -> None:
    one = witness("one")
    twin = NoteKey("witness.example/twin", one.key, one.type)
    with pytest.raises(FileRefused):
        Trust.parse(
            json.dumps({**value_of(FULL), "witnesses": [one.format(), twin.format()]}).encode()
        )
    of_the_log = NoteKey("witness.example/log", LOG_KEY.key, one.type)
    with pytest.raises(FileRefused):
        Trust.parse(
            json.dumps({**value_of(FULL), "witnesses": [of_the_log.format()], "quorum": 0}).encode()
        )


def test_an_old_file_with_witnesses_is_refused() -> None:
    old = value_of(TRUST) | {"witnesses": [witness("one").format()]}
    with pytest.raises(FileRefused):
        Trust.parse(json.dumps(old).encode())
