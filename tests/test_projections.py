"""The read models: disposable, and the same bytes however and whenever they are made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import Services
from ledger.domain.drafts import Draft
from ledger.projections import projector as projecting
from ledger.projections import schema
from ledger.projections.projector import Projector
from ledger.projections.views import LabelRow, Views
from ledger.verify.checklist import verify_bundle
from tests.store import small_ledger
from tests.store.small_ledger import (
    FARM,
    FLOUR,
    FRUIT,
    GTIN,
    NOW,
    SHOP,
    check_ledger,
    day,
    kg,
    lot,
    rebuilt_dump,
    say,
)

pytestmark = pytest.mark.usefixtures("both_stores")

ROOT = Path(__file__).resolve().parents[1]
KILLER = Path(__file__).with_name("store") / "seal_until_killed.py"
CERTIFICATE = {
    "issuer": "Sở",
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
}


def late_facts(services: Services) -> None:
    """What is registered, corrected or ended only after the goods it is about."""
    pieces = {"lot": lot(GTIN, "L01"), "quantity": {"value": "10", "unit": "pack"}}
    say(services, SHOP, "received", day(14), {**pieces, "site": "KHO-2", "instrument": "CAN-9"})
    say(services, SHOP, "sold", day(15), pieces)
    site = {"code": "KHO-2", "kind": "warehouse", "name": "Kho hai"}
    say(services, SHOP, "site-registered", day(16), site)
    say(services, SHOP, "instrument-registered", day(16), {"code": "CAN-9", "kind": "cân"})
    scale = {"code": "CAN-9", "verified_on": "2026-01-01", "valid_to": "2026-12-31"}
    say(services, SHOP, "instrument-verified", day(16), scale)
    for kind, subject, more in (
        ("ocop", f"product:{GTIN}", {"stars": 4}),
        ("organic", f"site:{FARM}/VT-01", {}),
        ("food-safety", f"party:{SHOP}", {}),
    ):
        body = {**CERTIFICATE, "kind": kind, "number": f"{kind}-1", "subject": subject, **more}
        say(services, FARM, "certificate-recorded", day(17), body)
    gone = {"number": "organic-1", "subject": f"site:{FARM}/VT-01", "reason": "authority-order"}
    say(services, FARM, "certificate-withdrawn", day(18), gone)
    say(services, FARM, "item-registered", day(18), {"code": "bot", "name": "Bột chuối thô"})
    work = {"site": "VT-01", "activity": "spraying", "interval_days": 9}
    sprayed = say(services, FARM, "field-work-recorded", day(6), work)
    wrong = {"corrects": sprayed, "of": "field-work-recorded", "reason": "typing-error"}
    say(services, FARM, "corrected", day(19), {**wrong, "body": {**work, "interval_days": 1}})
    say(services, FARM, "held", day(20), {"lots": [lot(FLOUR, "B01")], "reason": "in-doubt"})
    shop_key = services.station.signers[SHOP, "station"].keyid.hex()
    lost = {"keyid": shop_key, "last_good": 20, "reason": "key-stolen"}
    say(services, SHOP, "key-compromised", day(21), lost)
    services.station.catch_up()


@pytest.fixture(scope="module")
def told(both_stores: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The small ledger's story, nothing more."""
    services = small_ledger.told(tmp_path_factory.mktemp("story") / "so")
    yield services
    services.close()


@pytest.fixture(scope="module")
def eventful(both_stores: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The story and all that is learnt of it late."""
    services = small_ledger.told(tmp_path_factory.mktemp("late") / "so")
    late_facts(services)
    yield services
    services.close()


def facts(services: Services, item: str, code: str) -> dict[str, Any]:
    found = services.tables.lot(item, code)
    assert found is not None
    return found.facts


def findings(services: Services, item: str, code: str) -> set[str]:
    return {one["code"] for one in facts(services, item, code)["findings"]}


# --- the same bytes ------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 2, 7, 500])
def test_a_rebuild_is_byte_identical_whatever_the_batch_size(
    eventful: Services, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = schema.dump(eventful.projector.connection)
    monkeypatch.setattr(projecting, "BATCH", batch)
    assert rebuilt_dump(eventful) == kept
    assert kept.count("\n") > 60


def test_following_one_by_one_gives_what_a_rebuild_at_the_end_gives(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    small_ledger.tell(services)
    for number, draft in enumerate(small_ledger.story_drafts()[1:3]):
        body = {**draft.body, "lot": lot(FRUIT, f"Q9{number}")}
        services.station.record(Draft(draft.type, draft.party, draft.time, body))
        assert schema.dump(services.projector.connection) == rebuilt_dump(services)
    services.close()
    check_ledger(tmp_path / "so")


def test_rebuild_in_place_reports_progress_and_changes_nothing(eventful: Services) -> None:
    kept = schema.dump(eventful.projector.connection)
    seen: list[int] = []
    assert eventful.projector.rebuild(seen.append) == eventful.log.size
    assert seen[-1] == eventful.log.size
    assert schema.dump(eventful.projector.connection) == kept


def test_deleted_views_come_back_the_same(tmp_path: Path) -> None:
    services = small_ledger.told(tmp_path / "so")
    kept = schema.dump(services.projector.connection)
    services.close()
    for file in (tmp_path / "so").glob("views.db*"):
        file.unlink()
    with small_ledger.opened(tmp_path / "so") as after:
        assert schema.dump(after.projector.connection) == kept


def test_views_of_another_version_are_made_anew(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    kept = schema.dump(services.projector.connection)
    services.projector.connection.execute("DELETE FROM lot")
    services.projector.connection.execute("PRAGMA user_version = 999")
    services.close()
    with small_ledger.opened(tmp_path / "so") as after:
        assert schema.dump(after.projector.connection) == kept


def test_an_edited_row_differs_from_a_rebuild(tmp_path: Path) -> None:
    services = small_ledger.told(tmp_path / "so")
    services.projector.connection.execute(
        "UPDATE lot SET facts = replace(facts, '\"packs\":100', '\"packs\":200') WHERE lot = 'L01'"
    )
    assert facts(services, GTIN, "L01")["packs"] == 200
    assert schema.dump(services.projector.connection) != rebuilt_dump(services)
    services.projector.rebuild()
    assert facts(services, GTIN, "L01")["packs"] == 100
    services.close()


def test_killed_anywhere_in_projecting_the_next_start_gives_the_same_tables(
    eventful: Services, tmp_path: Path
) -> None:
    shutil.copytree(eventful.folder, tmp_path / "so")
    for file in (tmp_path / "so").glob("views.db*"):
        file.unlink()
    done = subprocess.run(
        [sys.executable, str(KILLER), str(tmp_path / "so"), "project", "13"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    kept = schema.dump(eventful.projector.connection)
    copies = [line.split() for line in done.stdout.splitlines()]
    assert len(copies) > 20
    assert [word for _, word in copies] == ["killed"] * (len(copies) - 1) + ["sealed"]
    sizes = set()
    for name, _ in copies:
        connection = schema.open_views(tmp_path / name / "views.db")
        sizes.add(connection.execute("SELECT size FROM progress").fetchone()[0])
        Projector(eventful.store, connection).catch_up()
        assert schema.dump(connection) == kept, name
        connection.close()
    # Kills fell into different batches, each undone whole: only multiples of 7 are on disk.
    assert len(sizes) > 4
    assert {size % 7 for size in sizes - {eventful.log.size}} == {0}


# --- what they say -------------------------------------------------------------------------------


def test_the_facts_of_a_packed_lot(told: Services) -> None:
    found = facts(told, GTIN, "L01")
    assert found["kind"] == "packed"
    assert (found["name"], found["party"]) == ("Bột chuối", FARM)
    assert (found["packed_on"], found["expiry"]) == ("2026-09-09", "2027-09-09")
    assert (found["packs"], found["labels"]) == (100, {"issued": 100, "voided": 2})
    assert found["stopped"] is None
    assert found["parents"] == [{"item": FLOUR, "lot": "B01", "name": "Bột", "quantity": kg("22")}]
    assert found["ancestors"] == [[FLOUR, "B01"], [FRUIT, "Q01"], [FRUIT, "Q02"]]
    assert found["balance"]["net_kg"] == "20"
    assert found["balance"]["into_kg"] == "22"
    assert [(s["type"], s["item"], s["count"]) for s in found["stages"]] == [
        ("harvested", FRUIT, 2),
        ("received", FRUIT, 1),
        ("processed", FLOUR, 1),
        ("packed", GTIN, 1),
        ("shipped", GTIN, 1),
        ("received", GTIN, 1),
    ]
    assert findings(told, GTIN, "L01") == {"corrected"}


def test_the_facts_of_a_raw_lot_count_the_corrected_figure(told: Services) -> None:
    found = facts(told, FRUIT, "Q01")
    assert found["kind"] == "raw"
    assert found["balance"]["made_kg"] == "101"
    assert found["balance"]["received_kg"] == "99"
    assert found["balance"]["left_kg"] == "9"
    (harvest,) = (step for step in found["steps"] if step["type"] == "harvested")
    assert harvest["corrected"]
    assert harvest["quantity"] == kg("101")


def test_a_recalled_lot_says_why_and_its_neighbour_does_not(told: Services) -> None:
    stopped = facts(told, GTIN, "L02")["stopped"]
    assert (stopped["type"], stopped["reason"], stopped["lot"]) == (
        "recalled",
        "test-failed",
        "L02",
    )
    assert facts(told, GTIN, "L01")["stopped"] is None
    assert Views.status(facts(told, GTIN, "L02"), "2026-11-20") == "recalled"
    assert Views.status(facts(told, GTIN, "L01"), "2026-11-20") == "active"
    assert Views.status(facts(told, GTIN, "L01"), "2027-09-09") == "active"
    assert Views.status(facts(told, GTIN, "L01"), "2027-09-10") == "expired"
    late = Views.findings(facts(told, GTIN, "L01"), "2027-09-10")
    assert "lot-expired" in {one["code"] for one in late}


@pytest.mark.parametrize(
    ("counter", "row"),
    [
        (1, LabelRow("L01", "issued")),
        (5, LabelRow("L01", "void")),
        (6, LabelRow("L01", "void")),
        (7, LabelRow("L01", "issued")),
        (60, LabelRow("L01", "issued")),
        (61, LabelRow("L02", "issued")),
        (90, LabelRow("L02", "issued")),
        (91, LabelRow("L01", "issued")),
        (130, LabelRow("L01", "issued")),
        (131, None),
        (0, None),
    ],
)
def test_the_label_index_leads_from_serial_to_lot(
    told: Services, counter: int, row: LabelRow | None
) -> None:
    assert told.tables.label(GTIN, "A1", counter) == row
    assert told.tables.label(GTIN, "A2", counter) is None
    assert told.tables.label("08938503000437", "A1", counter) is None


def test_the_next_serial_comes_after_all_that_were_issued(told: Services) -> None:
    assert told.tables.next_counter(GTIN, "A1") == 131
    assert told.tables.next_counter(GTIN, "A2") == 1
    assert told.tables.label_ranges(GTIN, "L01") == [("A1", 1, 60), ("A1", 91, 130)]
    assert told.tables.label_marks(GTIN, "L01") == [("A1", 5, 6, "void")]


def test_lineage_runs_both_ways(told: Services) -> None:
    assert told.tables.descendants((FRUIT, "Q01")) == [(FLOUR, "B01"), (GTIN, "L01"), (GTIN, "L02")]
    assert told.tables.descendants((GTIN, "L01")) == []
    for item, code in told.tables.descendants((FRUIT, "Q02")):
        assert [FRUIT, "Q02"] in facts(told, item, code)["ancestors"]
    children = [(c["item"], c["lot"]) for c in facts(told, FLOUR, "B01")["children"]]
    assert sorted(children) == [(GTIN, "L01"), (GTIN, "L02")]


def test_lots_come_newest_first_and_in_bounded_pages(told: Services) -> None:
    every = told.tables.lots()
    assert [one["last_index"] for one in every] == sorted(
        (one["last_index"] for one in every), reverse=True
    )
    assert len(every) == 5
    first = told.tables.lots(limit=2)
    rest = told.tables.lots(before=first[-1]["last_index"])
    assert [one["lot"] for one in [*first, *rest]] == [one["lot"] for one in every]
    assert told.tables.lots(party=SHOP) == []
    assert told.tables.lots_with_code("L01") == [(GTIN, "L01")]
    assert told.tables.lot(GTIN, "NONE") is None


def test_a_thread_that_has_ended_leaves_no_file_open(told: Services) -> None:
    def read_elsewhere() -> None:
        reader = threading.Thread(target=told.tables.lots)
        reader.start()
        reader.join()

    def files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    read_elsewhere()
    before = files()
    for _ in range(20):
        read_elsewhere()
    assert files() < before + 5  # SQLite itself closes one or the other later


# --- what is learnt late -------------------------------------------------------------------------


def test_a_certificate_recorded_late_shows_on_lots_packed_before(
    told: Services, eventful: Services
) -> None:
    assert facts(told, GTIN, "L01")["stars"] == 0
    assert facts(eventful, GTIN, "L01")["stars"] == 4
    kinds = {one["kind"]: one["covers"] for one in facts(eventful, GTIN, "L01")["certificates"]}
    assert kinds == {"ocop": True, "organic": False}  # the second was withdrawn


def test_a_new_name_of_an_item_reaches_the_lots_made_from_it(eventful: Services) -> None:
    assert facts(eventful, FLOUR, "B01")["name"] == "Bột chuối thô"
    assert facts(eventful, GTIN, "L01")["parents"][0]["name"] == "Bột chuối thô"


def test_what_a_buyer_registers_late_reaches_the_lots_it_had_received(tmp_path: Path) -> None:
    services = small_ledger.told(tmp_path / "so")
    pieces = {"lot": lot(GTIN, "L01"), "quantity": {"value": "10", "unit": "pack"}}
    at = {"site": "KHO-2", "instrument": "CAN-9"}
    say(services, SHOP, "received", day(14), {**pieces, **at})
    services.station.catch_up()
    assert {"site-unknown", "instrument-unverified"} <= findings(services, GTIN, "L01")
    scale = {"code": "CAN-9", "verified_on": "2026-01-01", "valid_to": "2026-12-31"}
    say(services, SHOP, "instrument-verified", day(16), scale)
    services.station.catch_up()
    assert "instrument-unverified" not in findings(services, GTIN, "L01")
    site = {"code": "KHO-2", "kind": "warehouse", "name": "Kho hai"}
    say(services, SHOP, "site-registered", day(16), site)
    services.station.catch_up()
    assert "site-unknown" not in findings(services, GTIN, "L01")
    services.close()
    check_ledger(tmp_path / "so")


def test_a_corrected_waiting_time_clears_the_harvest_it_had_spoilt(tmp_path: Path) -> None:
    services = small_ledger.told(tmp_path / "so")
    work = {"site": "VT-01", "activity": "spraying", "interval_days": 9}
    sprayed = say(services, FARM, "field-work-recorded", day(6), work)
    services.station.catch_up()
    assert "pre-harvest-interval" in findings(services, FRUIT, "Q01")
    assert "pre-harvest-interval" in findings(services, GTIN, "L01")
    wrong = {"corrects": sprayed, "of": "field-work-recorded", "reason": "typing-error"}
    body = {**wrong, "body": {**work, "interval_days": 0}}
    say(services, FARM, "corrected", day(19), body)
    services.station.catch_up()
    assert "pre-harvest-interval" not in findings(services, FRUIT, "Q01")
    assert "pre-harvest-interval" not in findings(services, GTIN, "L01")
    services.close()
    check_ledger(tmp_path / "so")


def test_a_stolen_key_marks_what_it_signed_after_its_last_good_checkpoint(
    eventful: Services,
) -> None:
    assert "disputed-key" in findings(eventful, GTIN, "L01")
    assert "disputed-key" not in findings(eventful, FRUIT, "Q01")


def test_a_stopped_ancestor_is_shown_to_the_reader_of_a_bundle_and_of_the_views_alike(
    eventful: Services,
) -> None:
    for one in eventful.tables.lots():
        raw = eventful.bundle(one["item"], one["lot"])
        assert raw is not None
        report = verify_bundle(raw, eventful.trust_file(), now=NOW)
        assert report.verdict == "verified", report.as_text("en")
        assert json.loads(raw)["lot"] == one["lot"]
        assert report.status == Views.status(one, "2026-11-20")
