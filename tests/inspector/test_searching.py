"""Whatever stands on a label or a paper finds its lot, says why, and looks nothing through."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from ledger.domain.check_digit import check_digit
from ledger.domain.serials import serial_text
from ledger.projections.lookup import Lookup
from ledger.projections.naming import folded, words_of
from ledger.projections.schema import open_views
from tests.access.visitors import Visitors
from tests.inspector.scene import AUTHORITY, GROWING_AREA, OCOP, VIETGAP
from tests.store.small_ledger import FARM, GTIN, SHOP, day, lot, say

SSCC = "18938503000000001"
SSCC += check_digit(SSCC)


def page(client: TestClient, **asked: str) -> str:
    answer = client.get("/kiem-tra", params=asked)
    assert answer.status_code == 200, answer.text[:500]
    return unescape(answer.text)


def found(text: str) -> list[str]:
    """Lot codes that a page lists."""
    return re.findall(r'<b class="code">([^<]+)</b>', text)


def serial(services: Services, counter: int) -> str:
    tag = services.station.tag_of(FARM)
    return serial_text(services.labelling.label_key, GTIN, tag, counter)


@pytest.mark.parametrize(
    ("typed", "code", "why"),
    [
        ("L01", "L01", "Mã lô"),
        ("l01", "L01", "Mã lô"),
        ("Q0", "Q02", "Mã lô bắt đầu như vậy"),
        (f"{GTIN} L02", "L02", "Mặt hàng và mã lô"),
        (GTIN, "L01", "Mã"),
        (GTIN.removeprefix("0"), "L02", "Mã"),
        ("bot chuoi", "L01", "Tên"),
        ("BỘT CHUỐI", "L01", "Tên"),
        ("Chuoi bot", "L01", "Tên"),
        ("co so ct-b", "", "Tên"),
        (FARM, "Q01", "Mã"),
        ("vuon chuoi mien dong", "Q01", "Tên"),
        (GROWING_AREA, "Q01", "Mã số vùng trồng"),
        (GROWING_AREA.replace("-", ""), "Q01", "Mã số vùng trồng"),
        (VIETGAP, "Q02", "Số chứng nhận"),
        (OCOP, "L01", "Số chứng nhận"),
        (f"(01){GTIN}(10)L01(21)XX", "L01", "sai cách viết"),
        (f"]d201{GTIN}10L02", "L02", "Địa chỉ trên tem"),
        (f"(01){GTIN}", "L02", "Mã GTIN"),
    ],
)
def test_a_text_finds_its_lots_and_says_why(
    reader: TestClient, typed: str, code: str, why: str
) -> None:
    text = page(reader, tim=typed)
    assert why in text
    assert not code or code in found(text), typed


def test_a_serial_finds_its_lot_alone_and_inside_an_address(
    told: Services, reader: TestClient
) -> None:
    first, void = serial(told, 1), serial(told, 5)
    assert found(page(reader, tim=first)) == ["L01"]
    assert f"Số tem {void}: đã hủy" in page(reader, tim=void)
    link = f"HTTPS://TRUYXUAT.EXAMPLE.VN/01/{GTIN}/10/L01/21/{first}"
    answer = reader.get("/kiem-tra", params={"tim": link})
    # A scanned label leads straight to its dossier.
    assert (answer.status_code, answer.headers["location"]) == (303, f"/lo/{GTIN}/L01")
    text = page(reader, tim=f"(01){GTIN}(10)L02(21){first}")
    assert "được cấp cho lô khác: L01" in text


def test_a_statement_is_found_by_the_start_of_its_id(told: Services, reader: TestClient) -> None:
    index = told.tables.heads((GTIN, "L01"))[0]
    entry = told.projector.located(index).id
    assert "L01" in found(page(reader, tim=entry))
    text = page(reader, tim=entry[:10].upper())
    assert "Mã phiếu" in text and "L01" in found(text)


def test_cartons_and_orders_are_found_by_their_numbers(
    services: Services, inspector: TestClient
) -> None:
    content = {"lot": lot(GTIN, "L01"), "quantity": {"value": "12", "unit": "pack"}}
    body = {"container": SSCC, "contents": [content], "site": "XUONG"}
    say(services, FARM, "aggregated", day(14), body)
    held = {"lots": [lot(GTIN, "L01")], "reason": "authority-order", "order": "07/QĐ-CCQL"}
    say(services, AUTHORITY, "held", day(15), held)
    services.station.catch_up()
    assert "L01" in found(page(inspector, tim=SSCC))
    for typed in ("07/QĐ-CCQL", "07 qd ccql", "07qdccql"):
        text = page(inspector, tim=typed)
        assert "Tạm giữ, số 07/QĐ-CCQL" in text and "L01" in found(text), typed


def test_nothing_found_is_said_plainly_and_hostile_text_stays_text(reader: TestClient) -> None:
    for typed in ("<script>alert(1)</script>", "'; DROP TABLE named; --", "%", "x" * 5000, "\x00"):
        text = reader.get("/kiem-tra", params={"tim": typed}).text
        assert "Không tìm thấy" in text and "<script>alert" not in text


def test_all_lots_of_a_thing_have_an_address_of_their_own(
    services: Services, inspector: TestClient
) -> None:
    for number in range(8):
        body = {"lot": lot(f"{FARM}/qua", f"R{number}"), "site": "VT-01"}
        say(services, FARM, "harvested", day(3), {**body, "quantity": {"value": "1", "unit": "kg"}})
    services.station.catch_up()
    text = page(inspector, tim="qua tuoi")
    more = re.search(r'href="(/kiem-tra\?cua=[^"]+)"', text)
    assert more is not None
    every = found(unescape(inspector.get(more[1]).text))
    assert {f"R{number}" for number in range(8)} <= set(every)


def test_only_those_who_see_everything_may_search(visitors: Visitors) -> None:
    visitors.set_up("lan", "manager", SHOP)
    visitors.set_up("officer", "officer")
    assert visitors.signed_in("officer").get("/kiem-tra").status_code == 200
    assert visitors.signed_in("phuong").get("/kiem-tra").status_code == 200
    assert visitors.signed_in("lan").get("/kiem-tra").status_code == 403
    assert visitors.away().get("/kiem-tra").status_code in (303, 401, 403)


def test_words_are_folded_as_people_leave_marks_out() -> None:
    assert folded("Miến dong Đồng Tâm – ƯỠNG Ở Ế Ặ Ỗ") == "mien dong dong tam – uong o e a o"
    assert words_of("VN-BTPH-036") == ["vn", "btph", "036"]


READS: dict[str, Callable[[Lookup], object]] = {
    "words": lambda one: one.named(["mien", "dong"]),
    "lot codes": lambda one: one.lots_like("L", 20),
    "lots of an item": lambda one: one.lots_of_item("i", 5),
    "lots of a party": lambda one: one.lots_of_party("p", 5),
    "lots at a site": lambda one: one.lots_at("p", "s", 5),
    "ids": lambda one: one.entries_like("ab", 5),
    "lots of a statement": lambda one: one.lots_of_entry(1, 5),
    "labels": lambda one: one.tags(["g"], "A1", 5),
    "standings": lambda one: one.standings([("i", "l")]),
    "back": lambda one: one.edges([("i", "l")], back=True),
    "forward": lambda one: one.edges([("i", "l")], back=False),
    "orders": lambda one: one.about([("i", "l")], ("held",)),
}


@pytest.mark.parametrize("name", READS)
def test_no_search_looks_through_a_table(tmp_path: Path, name: str) -> None:
    connection = open_views(tmp_path / "views.db")
    connection.execute("INSERT INTO named VALUES ('miens', 'party', 'P')")
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    READS[name](Lookup(connection))
    connection.set_trace_callback(None)
    steps = [step for query in asked for step in _plan(connection, query)]
    connection.close()
    assert asked and any("SEARCH" in step for step in steps)
    given = ("CONSTANT", "SCAN wanted")  # what was asked for
    scans = [one for one in steps if one.startswith("SCAN") and not any(g in one for g in given)]
    assert [one for one in scans if "subquery" not in one.lower()] == []


def _plan(connection: sqlite3.Connection, query: str) -> list[str]:
    rows: list[Any] = connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
    return [row[3] for row in rows]
