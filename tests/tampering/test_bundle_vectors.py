"""The bundle vectors in tests/vectors/bundles: made anew byte for byte, and judged as they say."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from ledger.verify.checklist import verify_bundle
from ledger.verify.trust import Trust
from tests.vectors.make_bundle_vectors import FOLDER, files

CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def test_the_files_are_what_the_script_makes_and_nothing_else() -> None:
    found = {p.relative_to(FOLDER): p.read_bytes() for p in FOLDER.rglob("*") if p.is_file()}
    assert found == files()
    assert len(CASES) == 28 + 67


@pytest.mark.parametrize("name", CASES)
def test_the_vector_is_judged_as_its_name_and_expectation_say(name: str) -> None:
    folder = FOLDER / name
    expected = json.loads((folder / "expected.json").read_bytes())
    report = verify_bundle(
        (folder / "bundle.json").read_bytes(),
        Trust.parse((folder / "trust.json").read_bytes()),
        now=dt.datetime.fromisoformat(expected["now"]),
        label=tuple(expected["label"]) if "label" in expected else None,
    )
    assert report.verdict == expected["verdict"]
    assert report.verdict == ("refused" if name.endswith("_fail") else "verified")
    found = [[one.check, one.index, one.refusal.code] for one in report.failures]
    assert found == expected["failures"] and bool(found) == name.endswith("_fail")
    assert sorted({one.code for one in report.findings}) == expected["findings"]
