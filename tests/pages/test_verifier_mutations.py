"""Whatever is done to a good bundle, Python and Chromium give the same verdict for the same reasons.

Resealed changes get further than bare ones: their signatures, proofs and seal are made anew, so that
it is the rules that must agree and not the arithmetic alone.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from ledger.verify.bundle import LotBundle
from tests.ledger_story import NOW, TRUST, told
from tests.pages.mutations import mutated, resealed
from tests.pages.verifying import BUNDLES, CASES, Case, Judgement, judged, static_server
from tests.tampering.forgery import bundled

pytestmark = pytest.mark.browser
SEED = 20261123
GOOD = [name for name in CASES if not name.endswith("_fail")]
BATCH = 50


@pytest.fixture(scope="module")
def served(chromium: Browser) -> Iterator[Page]:
    with static_server() as address:
        made = chromium.new_page()
        made.goto(address, timeout=20_000)
        yield made
        made.close()


def _cases(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    rng = random.Random(seed)
    for at in range(count):
        name = rng.choice(GOOD)
        folder = BUNDLES / name
        what, bundle = mutated((folder / "bundle.json").read_bytes(), rng)
        now = json.loads((folder / "expected.json").read_bytes())["now"]
        label = None if at % 7 else (rng.choice(("A1", "B1", "T1")), rng.randrange(1, 300))
        case = Case(bundle, (folder / "trust.json").read_bytes(), now, label)
        yield f"{seed}/{at} {name}: {what}", case


def _resealed_cases(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    rng = random.Random(seed)
    story = told()
    lots = {
        lot: [one.index for one in LotBundle.parse(raw).entries]
        for lot, raw in story.bundles.items()
    }
    while count:
        lot = rng.choice(list(lots))
        try:
            what, entries = resealed(story.entries, rng)
            bundle = bundled(entries, lots[lot], lot)
        except (UnicodeEncodeError, KeyError, TypeError, ValueError):
            continue  # what cannot be signed, or proved, or told as JSON at all
        count -= 1
        yield f"{seed} {lot}: {what}", Case(bundle, TRUST.format(), NOW.isoformat())


def _same(page: Page, cases: list[tuple[str, Case]]) -> list[Judgement]:
    ours = []
    for start in range(0, len(cases), BATCH):
        batch = cases[start : start + BATCH]
        found = judged(page, [case for _, case in batch])
        expected = [case.in_python() for _, case in batch]
        for (what, _), one, other in zip(batch, found, expected, strict=True):
            assert one == other, what
        ours += expected
    return ours


def test_hundreds_of_changed_bundles_are_judged_alike(served: Page) -> None:
    ours = _same(served, list(_cases(250, SEED)))
    refused = [one for one in ours if one["verdict"] == "refused"]
    assert len(refused) > 180
    reasons = {(check, code) for one in refused for check, _, code in one["failures"]}
    assert {check for check, _ in reasons} >= {1, 2, 4, 5, 6, 8}
    assert len(reasons) > 30


def test_changes_that_a_thief_signs_and_seals_again_are_judged_alike(served: Page) -> None:
    ours = _same(served, list(_resealed_cases(120, SEED)))
    reasons = {code for one in ours for _, _, code in one["failures"]}
    found = {code for one in ours for code in one["findings"]}
    assert "verified" in {one["verdict"] for one in ours}
    assert {check for one in ours for check, _, _ in one["failures"]} >= {1, 6, 8, 10}
    assert len(reasons) > 12
    assert len(found) > 4


@pytest.mark.long
def test_thousands_of_changed_bundles_are_judged_alike(served: Page) -> None:
    for seed in range(SEED + 1, SEED + 6):
        _same(served, list(_cases(1000, seed)))
        _same(served, list(_resealed_cases(400, seed)))
