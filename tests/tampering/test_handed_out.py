"""A lying operator hands out a bundle that hides something: whoever has all layers is not deceived."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from ledger.verify.audit import audit_entries
from ledger.verify.completeness import rows_touched
from ledger.verify.keys import COMMITTED
from tests.ledger_story import TRUST
from tests.tampering.forgery import failures, roots_of
from tests.tampering.indexed import Whole
from tests.tampering.layers.liar import FORMS, KINDS, places
from tests.tampering.layers.liar_table import (
    AUDITED,
    LOOKS,
    REQUIRED,
    SIZE,
    Tried,
    count,
    operator,
    report,
    table,
)
from tests.tampering.layers.noticing import LAYERS
from tests.tampering.layers.troubled import troubled

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "attacks.md"
_NOTHING: frozenset[int] = frozenset()


def test_the_ledger_with_something_to_hide_is_clean_itself() -> None:
    entries = troubled(SIZE)
    assert len(entries) == SIZE
    assert audit_entries(entries, roots_of(entries), TRUST.roots).clean
    assert [name for name, notices in LAYERS.items() if notices(entries, entries)] == []


def test_everything_that_the_index_counts_or_that_ends_a_key_is_left_out_of_some_bundle() -> None:
    by = operator()
    tried = {at for kind in KINDS for at, _ in places(by, kind)}
    ends = {"key-retired", "key-compromised"}
    said = enumerate(statement for _, statement in by.read)
    assert tried == {at for at, one in said if rows_touched(one) or one.type in ends}
    assert len(tried) > 400


def test_whoever_hides_nothing_is_believed_by_everybody() -> None:
    by = operator()
    for kind in KINDS:
        for _, lot in [*places(by, kind)][3::250]:
            for bundle, trust in (
                (by.without_index(lot, _NOTHING), TRUST),
                (by.with_true_index(lot, _NOTHING), REQUIRED),
                (by.with_false_index(lot, _NOTHING, audited=True), AUDITED),
            ):
                told = report(bundle, trust)
                assert told.verdict == "verified", told.as_text("en")


@cache
def _sample(kind: str, form: str) -> Tried:
    """One early and one late in the ledger."""
    every = len([*places(operator(), kind)])
    found = count(kind, form, range(every // 5, every, every // 2))
    assert found.tried == 2
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_out_is_noticed_whatever_index_the_liar_shows(kind: str) -> None:
    for form in FORMS:
        assert _sample(kind, form).missed == []


def test_a_hidden_recall_is_seen_by_the_index_alone_and_a_false_index_by_the_auditor_alone() -> (
    None
):
    found = _sample("a recall", FORMS[0])
    deceived = {look for look in LOOKS if found.by[look] == 0}
    assert deceived == {"links and proofs", "false index: index"}
    assert {found.by[look] for look in LOOKS if look not in deceived} == {found.tried}


def test_the_codes_say_what_kind_of_thing_is_hidden() -> None:
    by = operator()
    for kind, code in (
        ("a recall", "statement-hidden"),
        ("the end of a key that signed", "key-change-hidden"),
        ("a paper or its withdrawal", "papers-hidden"),
    ):
        at, lot = [*places(by, kind)][1]
        hidden = by.hidden(at, FORMS[0])
        told = failures(report(by.with_true_index(lot, hidden), REQUIRED))
        assert {found for _, _, found in told} == {code}
        told = failures(report(by.with_false_index(lot, hidden, audited=True), AUDITED))
        assert {found for _, _, found in told} == {"quorum-missing"}


def test_an_old_bundle_shown_again_says_as_of_which_mark() -> None:
    by = operator()
    for at, lot in [*places(by, "a recall")][2::17]:
        mark = max(n for n in range(at) if by.read[n][1].type == COMMITTED)
        old = Whole(by.entries[: mark + 1])
        if not any(one < mark for one in by.chosen(lot) if by.read[one][1].type == "processed"):
            continue
        kept = [one for one in by.chosen(lot) if one <= mark]
        told = report(old.bundle(kept, lot), REQUIRED)
        if "lot-absent" in {code for _, _, code in failures(told)}:
            continue
        assert told.verdict == "verified", told.as_text("en")
        assert told.status != "recalled" and told.complete_as_of is not None
        assert told.complete_as_of.size <= mark < at
        assert f"mark {told.complete_as_of.size}" in told.as_text("en")
        assert report(by.with_true_index(lot, _NOTHING), REQUIRED).status == "recalled"


def test_an_older_index_under_a_new_seal_says_how_much_it_does_not_cover() -> None:
    by = operator()
    at, lot = [*places(by, "a recall")][-1]
    told = report(by.with_older_index(lot, by.hidden(at, FORMS[0])), REQUIRED)
    assert told.verdict == "verified" and told.complete_as_of is not None
    assert told.complete_as_of.size <= at
    after = len(by.true.entries) - told.complete_as_of.index - 1
    assert f"not covered: {after};" in told.as_text("en")


def test_every_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", _PAGE.read_text(encoding="utf-8"))
    assert len(named) > 12
    for path, name in named:
        source = (_ROOT / path).read_text(encoding="utf-8")
        assert f"def {name}(" in source, f"{path}::{name}"


@pytest.mark.long
def test_the_documented_table_is_what_every_position_gives() -> None:
    assert table() in _PAGE.read_text(encoding="utf-8")
