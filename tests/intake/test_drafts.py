"""The draft itself: what cannot be one, and where private text may stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ledger.domain.drafts import Draft, DraftError

TIME = "2026-09-07T09:06:00+07:00"
BODY: dict[str, Any] = {"site": "VT-01", "activity": "watering"}


@pytest.mark.parametrize(
    ("kind", "party", "time", "private", "code"),
    [
        ("flew", "HTX", TIME, {}, "type"),
        ("held", "htx", TIME, {}, "party"),
        ("held", "HTX", "2026-09-07 09:06", {}, "time"),
        ("held", "HTX", "2026-09-31T09:06:00Z", {}, "time"),
        ("held", "HTX", TIME, {"site": "x"}, "private-path"),
        ("held", "HTX", TIME, {"to.digest": "x"}, "private-path"),
        ("held", "HTX", TIME, {"note": ""}, "private-text"),
        ("held", "HTX", TIME, {"note": "x" * 2001}, "private-text"),
    ],
)
def test_what_no_writer_could_sign_is_no_draft(
    kind: str, party: str, time: str, private: Mapping[str, str], code: str
) -> None:
    with pytest.raises(DraftError) as caught:
        Draft(kind, party, time, dict(BODY), private)
    assert caught.value.code == code
    assert caught.value.say("vi") != caught.value.say("en")


def test_a_body_that_has_a_note_already_takes_no_private_one() -> None:
    with pytest.raises(DraftError, match="keep one"):
        Draft("held", "HTX", TIME, {"note": "0" * 64}, {"note": "x"})


def test_sealing_leaves_the_draft_as_it_was() -> None:
    draft = Draft("field-work-recorded", "HTX", TIME, dict(BODY), {"note": "tưới"})
    assert draft.sealed_body(lambda _: "a" * 64)["note"] == "a" * 64
    assert draft.body == BODY
    assert draft.faults() == []


def test_faults_name_every_field_that_is_wrong() -> None:
    draft = Draft("field-work-recorded", "HTX", TIME, {"activity": "dancing", "x": 1})
    assert {path for path, _, _ in draft.faults()} == {"site", "activity", "x"}


def test_a_correction_of_something_unknown_is_a_fault() -> None:
    draft = Draft("corrected", "HTX", TIME, {"of": "recalled"})
    assert [path for path, _, _ in draft.faults()] == ["of"]
