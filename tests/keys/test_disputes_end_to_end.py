"""A stolen key, from the command to the dossier: recorded, audited, bundled, shown, stood by again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import open_folder
from ledger.domain.drafts import Draft
from ledger.verify.checklist import verify_bundle
from ledger.verify.trust import Trust
from tests.keys.folders import FARM, SHOP, data, ocop, told_folder
from tests.store.small_ledger import GTIN, clock, day, lot
from tests.test_commands import ocop as ocop_words

LOT = "L01"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return told_folder(tmp_path / "so")


def seen(folder: Path, code: str) -> dict[str, bool]:
    """Whether a finding is shown: by the lot's facts, its page, and its bundle verified offline."""
    room = folder.parent
    ocop("bundle", GTIN, LOT, "-o", room / "lot.json", "--dir", folder)
    ocop("trust", "-o", room / "trust.json", "--dir", folder)
    report = verify_bundle(
        (room / "lot.json").read_bytes(), Trust.parse((room / "trust.json").read_bytes())
    )
    assert report.verdict == "verified", report.as_text("en")
    services = open_folder(folder, clock)
    try:
        facts = services.views.lot(GTIN, LOT)
        assert facts is not None
        client = TestClient(create_app(services), client=("203.0.113.5", 40000))
        page = client.get(f"/lo/{GTIN}/{LOT}?lang=en").text
        shown = {
            "disputed-key": "after its last good checkpoint",
            "disputed-fact": f"{SHOP} disputes the",
        }[code]
        return {
            "facts": code in {one["code"] for one in facts.facts["findings"]},
            "page": shown in page,
            "bundle": code in {one.code for one in report.findings},
        }
    finally:
        services.close()


def everywhere(folder: Path, code: str) -> bool:
    """The same answer from all of them."""
    found = set(seen(folder, code).values())
    assert len(found) == 1, seen(folder, code)
    return found.pop()


def test_what_a_stolen_key_signed_is_shown_as_disputed_until_it_is_stood_by(folder: Path) -> None:
    assert not everywhere(folder, "disputed-key")
    ocop("keys", "compromise", f"{FARM}.station", "--last-good", 18, "--dir", folder)
    told = data("audit", "--dir", folder)
    assert told["clean"] and told["disputed"] > 0
    assert f"{told['disputed']} statements of stolen keys" in ocop("audit", "--dir", folder)
    assert everywhere(folder, "disputed-key")
    ocop("keys", "reattest", "--all", "--party", FARM, "--dir", folder)
    assert "stolen" not in ocop("audit", "--dir", folder)
    told = data("audit", "--dir", folder)
    assert told["clean"] and told["disputed"] == 0
    assert not everywhere(folder, "disputed-key")


def test_what_was_sealed_before_the_last_good_size_is_never_disputed(folder: Path) -> None:
    size = data("audit", "--dir", folder)["entries"]
    ocop("keys", "compromise", f"{FARM}.station", "--last-good", size, "--dir", folder)
    assert not everywhere(folder, "disputed-key")


def test_retiring_a_key_disputes_nothing(folder: Path) -> None:
    ocop("keys", "retire", f"{FARM}.station", "--dir", folder)
    assert data("audit", "--dir", folder)["disputed"] == 0
    assert not everywhere(folder, "disputed-key")


def test_a_fact_that_a_buyer_disputes_is_shown_with_the_buyers_name(folder: Path) -> None:
    services = open_folder(folder, clock)
    try:
        packed = next(
            one.id
            for one in map(services.projector.located, services.tables.heads((GTIN, LOT)))
            if one.statement.party == FARM
        )
        body = {"entry": packed, "lots": [lot(GTIN, LOT)], "reason": "wrong-label"}
        services.station.record(Draft("disputed", SHOP, day(25), body))
    finally:
        services.close()
    assert data("audit", "--dir", folder)["clean"]
    assert everywhere(folder, "disputed-fact")


def test_the_thief_of_an_admin_key_stands_by_nothing(folder: Path) -> None:
    """What the stolen key itself stood by, after it was stolen, is no word of the party."""
    size = data("audit", "--dir", folder)["entries"]
    ocop("keys", "compromise", f"{FARM}.station", "--last-good", 18, "--dir", folder)
    disputed = data("keys", "disputed", "--dir", folder)["disputed"]
    ocop("keys", "reattest", "--all", "--party", FARM, "--dir", folder)
    assert data("keys", "disputed", "--dir", folder)["disputed"] == []
    ocop("keys", "compromise", f"{FARM}.admin", "--last-good", size, "--dir", folder)
    ids = {one["id"] for one in data("keys", "disputed", "--dir", folder)["disputed"]}
    assert {one["id"] for one in disputed} < ids  # and the admin key's own statements
    assert everywhere(folder, "disputed-key")
    ocop("keys", "new", f"{FARM}.admin", "--dir", folder)
    ocop("keys", "reattest", "--all", "--party", FARM, "--dir", folder)
    assert data("audit", "--dir", folder)["disputed"] == 0


def test_after_a_theft_the_cooperative_goes_on_with_a_new_key(folder: Path) -> None:
    done = ocop_words("keys", "compromise", f"{FARM}.station", "--last-good", "18", "--dir", folder)
    assert done.returncode == 0 and "tranh chấp" in done.stdout
    ocop("keys", "new", f"{FARM}.station", "--dir", folder)
    services = open_folder(folder, clock)
    try:
        body = {"lot": lot(f"{FARM}/qua", "NEW"), "quantity": {"value": "5", "unit": "kg"}}
        services.station.record(Draft("harvested", FARM, day(28), {**body, "site": "VT-01"}))
        assert services.station.tag_of(FARM) == "A2"
    finally:
        services.close()
    assert json.loads(ocop("audit", "--dir", folder, "--json"))["clean"]
