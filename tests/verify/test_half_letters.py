"""Half of a surrogate pair, which only a JSON escape can spell: refused, never a crash."""

from __future__ import annotations

import json

import pytest

from ledger.verify.checklist import verify_bundle
from ledger.verify.trust import Trust
from tests.vectors.make_bundle_vectors import FOLDER

OPENED = FOLDER / "opened"


@pytest.mark.parametrize("place", ["item", "lot", "checkpoint", "payload", "text"])
def test_a_bundle_with_half_a_letter_is_refused_in_words_that_can_be_printed(place: str) -> None:
    bundle = json.loads((OPENED / "bundle.json").read_bytes())
    where = {"payload": bundle["entries"][3], "text": bundle["disclosures"][0]}.get(place, bundle)
    where[place] = "x\ud800"
    trust = Trust.parse((OPENED / "trust.json").read_bytes())
    report = verify_bundle(json.dumps(bundle).encode(), trust)
    assert [(one.check, one.refusal.code) for one in report.failures] == [(1, "value-wrong")]
    for lang in ("vi", "en"):
        assert report.as_text(lang).encode()
        assert json.dumps(report.as_json(lang), ensure_ascii=False).encode()
