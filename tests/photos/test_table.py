"""What the ledger says of photos: who may say it, what counts, what a reader finds, and how fast."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from api.disclosure.choices import EVERYTHING, NOTHING
from api.disclosure.sight import Sight, seen
from api.photos.recording import Said, correct_photo, own_photo
from api.photos.shown import without_erased
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.projections import photos as photo_queries
from ledger.projections import schema
from ledger.projections.photos import MOST
from ledger.verify.checklist import verify_bundle
from ledger.verify.registry import OwnershipRefused
from ledger.verify.statement import StatementRefused
from tests.pages.cooperative import GTIN, LOT, NOW, PARTY, RAW, RAW_LOT
from tests.photos.pictures import hang, some_photo
from tests.store.small_ledger import rebuilt_dump

SHOWN: dict[str, Any] = {"lot": {"item": GTIN, "code": LOT}, "stage": "packed"}


def facts_of(services: Services) -> dict[str, Any]:
    found = services.views.lot(GTIN, LOT)
    assert found is not None
    return found.facts


def say(services: Services, body: dict[str, Any]) -> None:
    time = "2026-09-30T08:00:00+07:00"
    services.station.record(Draft("photographed", PARTY, time, body))


def said(number: int, **shows: Any) -> dict[str, Any]:
    """A statement about bytes that nobody has: the ledger does not ask for them."""
    digests = {"photo": f"{number:064x}", "small": f"{number + 10**6:064x}"}
    return {**digests, "width": 1280, "height": 960, "caption": f"Ảnh {number}", **shows}


@pytest.mark.parametrize(
    "shows",
    [
        {"lot": {"item": "CTY-B/che", "code": "L1"}},
        {"product": "08930000000019"},
    ],
    ids=["lot", "product"],
)
def test_nobody_hangs_a_picture_on_somebody_elses_goods(
    services: Services, shows: dict[str, Any]
) -> None:
    size = services.log.size
    # Of a lot that is nowhere the station says so first.
    with pytest.raises((OwnershipRefused, LedgerError)):
        say(services, said(1, **shows))
    hang(services, some_photo(61), site="XCB-01")
    (row,) = services.album.table.of_party(PARTY, 10)
    with pytest.raises((OwnershipRefused, LedgerError)):
        correct_photo(services, row, Said("Ảnh", shows))
    assert services.log.size == size + 1


def test_a_field_that_the_format_does_not_know_is_refused(services: Services) -> None:
    odds: list[dict[str, Any]] = [
        {"stage": "eaten"},
        {"width": 0},
        {"caption": ""},
        {"camera": "X"},
        {"lots": []},
    ]
    for odd in odds:
        with pytest.raises(StatementRefused):
            say(services, {**said(1, **SHOWN), **odd})


def test_a_lots_bundle_proves_its_photo_and_verifies(services: Services) -> None:
    photo = some_photo(62)
    hang(services, photo, **SHOWN)
    services.commit_index()
    raw = services.bundle(GTIN, LOT)
    assert raw is not None
    report = verify_bundle(raw, services.trust_file(), now=NOW)
    assert report.verdict == "verified", report.failures
    assert photo.digest in raw.decode()
    assert photo.small_digest in raw.decode()
    assert not [one for one in report.findings if one.severity != "notice"]


def test_tables_followed_are_those_of_a_rebuild_after_every_change(services: Services) -> None:
    entries = [
        hang(services, some_photo(63), **SHOWN),
        hang(services, some_photo(64), "Xưởng", site="XCB-01"),
        hang(services, some_photo(65), "Gói", product=GTIN),
    ]
    shows = [{"product": GTIN}, SHOWN, {"site": "VT-KV01"}]
    for entry, other in zip(entries, shows, strict=True):
        correct_photo(services, own_photo(services, PARTY, entry), Said("Đính chính", other))
        followed = schema.dump(services.projector.connection)
        assert rebuilt_dump(services) == followed
    facts = facts_of(services)
    assert facts["product"]["image"]["alt"] == "Đính chính"
    stages = {one["type"]: one for one in facts["stages"]}
    assert [one["alt"] for one in stages["packed"]["photos"]] == ["Đính chính"]
    assert [site["photos"] for site in stages["packed"]["sites"]] == [[]]
    assert len(stages["harvested"]["sites"][0]["photos"]) == 1


def test_of_very_many_photos_the_newest_are_shown(services: Services) -> None:
    for number in range(MOST + 3):
        say(services, said(number, **SHOWN))
    (packed,) = [one for one in facts_of(services)["stages"] if one["type"] == "packed"]
    assert [one["alt"] for one in packed["photos"]] == [
        f"Ảnh {number}" for number in reversed(range(3, MOST + 3))
    ]


def test_no_look_goes_through_all_photos(services: Services) -> None:
    db = services.projector.connection
    for query, values in (
        (photo_queries._OF_LOTS.format("(?,?)"), (GTIN, LOT)),
        (photo_queries._OF_SITE, (PARTY, "XCB-01")),
        (photo_queries._OF_PRODUCT, (GTIN,)),
        (photo_queries._OF_PARTY, (PARTY, 10)),
        (photo_queries._WITH_DIGEST, ("ab" * 32,)),
    ):
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}", values)]
        assert not [one for one in plan if one.startswith(("SCAN photo", "SCAN one"))], plan


def test_the_api_tells_photos_as_the_page_does(services: Services, public: TestClient) -> None:
    photo = some_photo(66)
    hang(services, photo, "Gói miến", product=GTIN)
    answer = public.get(f"/api/v1/lots/{GTIN}/{LOT}", headers={"accept": "application/json"})
    image = answer.json()["product"]["image"]
    assert image["digest"] == photo.digest
    assert (image["width"], image["height"]) == (photo.width, photo.height)
    assert f"/anh/{photo.small_digest}.jpg" in public.get(f"/01/{GTIN}/10/{LOT}").text


def test_what_was_erased_here_is_not_led_to_any_more(
    services: Services, public: TestClient
) -> None:
    kept, erased = some_photo(67), some_photo(68)
    hang(services, kept, **SHOWN)
    hang(services, erased, "Xưởng", site="XCB-01")
    hang(services, erased, "Gói", product=GTIN)
    facts = facts_of(services)
    assert without_erased(facts, frozenset()) is facts
    assert services.album.erase([erased.small_digest]) == 2
    told = without_erased(facts, services.album.shelf.erased())
    text = json.dumps(told)
    assert erased.digest not in text
    assert erased.small_digest not in text
    assert kept.digest in text
    assert told["product"]["image"]["gone"]
    page = public.get(f"/01/{GTIN}/10/{LOT}").text
    assert erased.small_digest not in page
    assert kept.small_digest in page


def test_a_suppliers_pictures_go_with_what_is_hidden_of_suppliers(services: Services) -> None:
    hang(services, some_photo(69), **SHOWN)
    hang(services, some_photo(70), "Bột", lot={"item": RAW, "code": RAW_LOT})
    facts = json.loads(json.dumps(facts_of(services)))
    (packed,) = [one for one in facts["stages"] if one["type"] == "packed"]
    for strange in (packed["photos"][0], facts["photos"][0]):
        strange["party"] = "HTX-KHAC"
    for groups, left in ((EVERYTHING, 0), (NOTHING, 1)):
        shown = seen(facts, Sight(groups, lambda _p: NOTHING, lambda _p: NOTHING), services.views)
        (stage,) = [one for one in shown["stages"] if one["type"] == "packed"]
        assert len(stage["photos"]) == len(shown["photos"]) == left
        assert ("suppliers" in shown.get("hidden", [])) == (not left)
