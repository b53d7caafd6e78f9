"""The report: eleven items, every failure, both languages, and what is not shown."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ledger.verify.bundle import LotBundle
from ledger.verify.report import EXIT, STATUSES, TITLES, Report
from tests.ledger_story import CLEAN_LOT, RECALLED_LOT, check, told

BUNDLE = LotBundle.parse(told().bundles[CLEAN_LOT])


def broken() -> Report:
    """A report with failures under 4 and 10."""
    entries = (*BUNDLE.entries[:-1], replace(BUNDLE.entries[-1], path=()))
    return check(replace(BUNDLE, entries=entries).format())


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_verified_report_lists_all_items_and_the_one_not_asked_for(lang: str) -> None:
    report = check(told().bundles[CLEAN_LOT])
    lines = report.as_text(lang).splitlines()
    assert lines[0].startswith({"vi": "ĐẠT: ", "en": "VERIFIED: "}[lang])
    assert lines[0].endswith(" P1")
    assert sum(line.startswith(" ✓ ") for line in lines) == len(TITLES) - 1 == 10
    assert sum(line.startswith(" –  3 ") for line in lines) == 1  # no witness was asked for
    value = report.as_json(lang)
    assert [one["number"] for one in value["checks"]] == list(range(1, 12))
    outcomes = {one["number"]: one["outcome"] for one in value["checks"]}
    assert outcomes.pop(3) == "not-run"
    assert set(outcomes.values()) == {"passed"}
    assert json.loads(json.dumps(value)) == value


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_verified_report_says_what_it_does_not_show(lang: str) -> None:
    last = check(told().bundles[CLEAN_LOT]).as_text(lang).splitlines()[-1]
    assert {"vi": "Chưa chứng minh", "en": "Not shown"}[lang] in last


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_refused_report_names_each_failing_item_and_entry_and_claims_nothing(lang: str) -> None:
    text = broken().as_text(lang)
    assert text.startswith({"vi": "KHÔNG ĐẠT: ", "en": "REFUSED: "}[lang])
    assert " ✗  4 " in text and "[24] " in text
    assert "Chứng minh được" not in text and "Shown:" not in text
    failed = [one for one in broken().as_json(lang)["checks"] if one["outcome"] == "failed"]
    assert {one["number"] for one in failed} >= {4}
    assert all(one["failures"][0]["sentence"] for one in failed)


def test_findings_are_worded_in_the_language_asked_for() -> None:
    report = check(told().bundles[RECALLED_LOT])
    vietnamese, english = report.as_json("vi")["findings"], report.as_json("en")["findings"]
    assert [one["code"] for one in vietnamese] == [one["code"] for one in english]
    assert all(a["sentence"] != b["sentence"] for a, b in zip(vietnamese, english, strict=True))
    assert "Phát hiện:" in report.as_text("vi") and "Findings:" in report.as_text("en")


def test_an_undecided_item_makes_the_report_undecided_unless_something_failed() -> None:
    report = check(told().bundles[CLEAN_LOT])
    report.undecided.append(3)
    assert (report.verdict, EXIT[report.verdict]) == ("undecided", 2)
    assert " ?  3 " in report.as_text("en")
    both = broken()
    both.undecided.append(3)
    assert (both.verdict, EXIT[both.verdict]) == ("refused", 1)


def test_titles_and_standings_exist_in_both_languages() -> None:
    for english, vietnamese in [*TITLES.values(), *STATUSES.values()]:
        assert english and vietnamese and english != vietnamese


def test_a_file_that_is_no_bundle_shows_no_check_as_passed() -> None:
    report = check(b"\x7fELF")
    outcomes = {one["number"]: one["outcome"] for one in report.as_json("en")["checks"]}
    assert outcomes.pop(1) == "failed"
    assert set(outcomes.values()) == {"not-run"}
    assert "✓" not in report.as_text("vi")
