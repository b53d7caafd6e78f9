"""Attention from a real ledger: recorded facts become lines, and reading them follows an index."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.attention.gathering import attention_of, facts_of
from api.attention.judging import Paper, Scale, StockLot, StoppedLot
from api.bootstrap import Services
from ledger.projections.schema import open_views
from ledger.projections.stock import Stock
from ledger.projections.views import Views
from tests.pages.conftest import services, station
from tests.pages.cooperative import GTIN, LOT, PARTY, RAW, RAW_LOT, kg, record
from tests.pages.packing_table import pack, printed, silent_printer

__all__ = ["services", "station"]
TODAY = dt.date(2026, 10, 1)


def about(services: Services, kind: str) -> list[Any]:
    return [one.about for one in attention_of(services, PARTY) if one.kind == kind]


def test_all_is_well_at_first(services: Services) -> None:
    assert attention_of(services, PARTY) == []


def test_a_certificate_that_ends_soon_and_one_that_was_withdrawn(services: Services) -> None:
    body = {
        "kind": "vietgap",
        "number": "VG-1",
        "issuer": "Trung tâm",
        "subject": f"site:{PARTY}/VT-KV01",
        "valid_from": "2024-11-01",
        "valid_to": "2026-10-20",
    }
    record(services, "certificate-recorded", "2026-09-02", body)
    record(
        services, "certificate-recorded", "2026-09-02", {**body, "kind": "organic", "number": "O"}
    )
    gone = {"subject": body["subject"], "number": "O", "reason": "replaced"}
    record(services, "certificate-withdrawn", "2026-09-03", gone)
    found = about(services, "certificate")
    assert found == [
        Paper(PARTY, "vietgap", "VG-1", body["subject"], "Nương Khe Vằn 1", "2026-10-20")
    ]


def test_a_scale_counts_by_its_newest_verification(services: Services) -> None:
    record(services, "instrument-registered", "2026-09-02", {"code": "CAN-1", "kind": "cân bàn"})
    assert about(services, "instrument") == [Scale(PARTY, "CAN-1", None)]
    for valid_to in ("2026-09-20", "2026-10-15"):
        body = {"code": "CAN-1", "verified_on": "2025-10-15", "valid_to": valid_to}
        record(services, "instrument-verified", "2026-09-03", body)
    assert about(services, "instrument") == [Scale(PARTY, "CAN-1", "2026-10-15")]


def test_stock_counts_until_it_is_gone(services: Services) -> None:
    pack(services, "CU", "2025-10-10", 8)  # its expiry is a year later
    found = about(services, "stock")
    assert found == [StockLot(PARTY, GTIN, "CU", "Miến dong Đồng Tâm", "2026-10-10", "8")]
    sold = {"lot": {"item": GTIN, "code": "CU"}, "quantity": {"value": "8", "unit": "pack"}}
    record(services, "sold", "2026-09-20", sold)
    assert about(services, "stock") == []


def test_a_recall_reaches_the_lots_made_of_it_and_a_release_ends_a_hold(services: Services) -> None:
    lots = [{"item": RAW, "code": RAW_LOT}]
    record(services, "held", "2026-09-26", {"lots": lots, "reason": "test-failed"})
    assert [(one.code, one.order) for one in about(services, "stopped")] == [(RAW_LOT, "held")]
    record(services, "released", "2026-09-27", {"lots": lots, "reason": "other"})
    assert about(services, "stopped") == []
    recalled = {"lots": lots, "reason": "contamination", "reach": "descendants"}
    record(services, "recalled", "2026-09-28", recalled)
    found: list[StoppedLot] = about(services, "stopped")
    assert {(one.code, one.order) for one in found} == {(RAW_LOT, "recalled"), (LOT, "recalled")}
    assert facts_of(services.views, "HTX-KHAC", TODAY).stopped == ()


def test_labels_in_doubt_are_asked_of_this_machine_alone(services: Services) -> None:
    silent_printer(services, "kho")
    printed(services, 3, "kho")
    assert [one.in_doubt for one in about(services, "doubt")] == [3]
    assert not [one for one in attention_of(services, PARTY, labels=False) if one.kind == "doubt"]


def test_the_start_page_shows_it(services: Services, station: TestClient) -> None:
    assert "Cần để ý" not in station.get("/tram").text
    record(services, "instrument-registered", "2026-09-02", {"code": "CAN-1", "kind": "cân bàn"})
    assert "CAN-1 chưa được kiểm định lần nào" in station.get("/tram").text
    assert "Needs attention" in station.get("/tram?lang=en").text


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Views]:
    path = tmp_path / "views.db"
    connection = open_views(path)
    rows = [
        ("i", f"L{n}", "p", n, "", "2026-10-01" if n % 50 == 0 else None, "{}") for n in range(9000)
    ]
    connection.executemany("INSERT INTO lot VALUES (?,?,?,?,?,?,?)", rows)
    connection.close()
    made = Views(path)
    yield made
    made.close()


def test_reading_follows_an_index_and_is_bounded(views: Views) -> None:
    asked: list[str] = []
    views.connection().set_trace_callback(asked.append)
    stock = Stock(views)
    started = time.process_time()
    assert len(stock.ending("p", "2026-01-01", "2027-01-01", 1000)) == 100
    assert stock.stopped() == []
    assert time.process_time() - started < 0.05
    views.connection().set_trace_callback(None)
    plans = [
        row[3]
        for query in asked
        for row in views.connection().execute(f"EXPLAIN QUERY PLAN {query}")
    ]
    assert any("lot_stock (party=? AND stock_until>? AND stock_until<?)" in one for one in plans)
    assert any("lot_stopped" in one for one in plans)


def test_kilograms_are_no_packs(services: Services) -> None:
    """Raw goods have no expiry of their own and are never told as stock."""
    lot = {"lot": {"item": RAW, "code": "MOI"}, "quantity": kg("5"), "site": "VT-KV01"}
    record(services, "harvested", "2026-09-30", lot)
    assert about(services, "stock") == []
