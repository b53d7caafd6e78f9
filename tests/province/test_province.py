"""What a provincial office sees: every figure against a count by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook
from starlette.testclient import TestClient

from api.bootstrap import Services, enrol_party
from api.province.regions import ISLANDS, REGIONS, commune_of, region_of
from ledger.domain.drafts import Draft
from tests.access.conftest import little_hashing as little_hashing  # noqa: PLC0414  # a fixture
from tests.access.visitors import Visitors
from tests.everywhere.village import found_village
from tests.pages.cooperative import PARTY, PRODUCT
from tests.store.small_ledger import say

DAK_LAK = "HTX-CF"
WHEN = "2026-08-01T08:00:00+07:00"


def said(services: Services, kind: str, party: str, body: dict[str, Any]) -> None:
    services.station.record(Draft(kind, party, WHEN, body))


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """The village in Quảng Ninh; a silent cooperative in what was Phú Yên; one that lives nowhere."""
    made = found_village(tmp_path / "so")
    for code, name, province in (
        (DAK_LAK, "Hợp tác xã Cà phê", "tỉnh Phú Yên"),
        ("HTX-XX", "Hợp tác xã Đâu Đó", "Atlantis"),
    ):
        body = {"code": code, "kind": "cooperative", "name": name, "province": province}
        said(made, "party-registered", "LEDGER", body)
    enrol_party(made, DAK_LAK)
    said(made, "product-registered", DAK_LAK, {**PRODUCT, "gtin": "08938501000200", "name": "=Cà"})
    for number, until, kind in (
        ("A", "2026-10-20", "vietgap"),
        ("B", "2026-11-20", "organic"),
        ("C", "2026-12-20", "haccp"),
        ("D", "2026-09-20", "iso-22000"),
        ("E", "2027-09-20", "trademark"),
    ):
        paper = {"kind": kind, "number": number, "issuer": "Cục", "subject": f"party:{DAK_LAK}"}
        paper |= {"valid_from": "2024-01-01", "valid_to": until}
        said(made, "certificate-recorded", DAK_LAK, paper)
    for code, until in (("CAN-1", "2026-09-30"), ("CAN-2", "2027-01-01")):
        said(made, "instrument-registered", DAK_LAK, {"code": code, "kind": "cân"})
        seen = {"code": code, "verified_on": "2025-10-01", "valid_to": until}
        said(made, "instrument-verified", DAK_LAK, seen)
    yield made
    made.close()


@pytest.fixture
def officer(services: Services) -> TestClient:
    visitors = Visitors(services)
    visitors.set_up("lan", "officer")
    return visitors.signed_in("lan")


def rows(officer: TestClient, name: str, **asked: str) -> list[list[str]]:
    answer = officer.get(f"/tinh/xuat/{name}.csv", params=asked)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))[1:]


def test_each_party_stands_in_its_province_under_its_old_name_too(officer: TestClient) -> None:
    assert {one[0]: one[2] for one in rows(officer, "co-so")} == {
        PARTY: "Quảng Ninh",
        DAK_LAK: "Đắk Lắk",
        "HTX-XX": "Atlantis",
    }
    assert [one[0] for one in rows(officer, "co-so", tinh="dak-lak")] == [DAK_LAK]
    assert [one[0] for one in rows(officer, "co-so", tinh="-")] == ["HTX-XX"]
    page = officer.get("/tinh").text
    assert "Chưa rõ thuộc tỉnh nào: Atlantis." in page
    assert officer.get("/tinh?tinh=quang-ninh").text.count("xã Húc Động") == 3


def test_a_packed_lot_counts_as_traced_only_while_no_step_is_missing(
    services: Services, officer: TestClient
) -> None:
    def traced() -> list[str]:
        return next(one for one in rows(officer, "co-so") if one[0] == PARTY)[7:]

    assert traced() == ["2", "2"]
    from_nowhere = {"item": f"{PARTY}/bot-dong", "code": "TU-DAU"}
    body = {
        "lot": {"item": PRODUCT["gtin"], "code": "L-HO"},
        "site": "XCB-01",
        "inputs": [{"lot": from_nowhere, "quantity": {"value": "50", "unit": "kg"}}],
        "packs": 10,
    }
    # The station's form would refuse it: it came from a program that has none.
    say(services, PARTY, "packed", "2026-09-29T08:00:00+07:00", body)
    services.station.catch_up()
    assert traced() == ["3", "2"]


def test_papers_scales_and_stops_are_those_that_somebody_must_see_to(officer: TestClient) -> None:
    ending = {one[1]: one[5] for one in rows(officer, "chung-nhan", tinh="dak-lak")}
    assert ending == {"A": "19", "B": "50", "C": "80", "D": "-11"}
    assert [one[:2] for one in rows(officer, "can")] == [["CAN-1", DAK_LAK]]
    assert [one[0] for one in rows(officer, "dung-hang")] == ["L-THU-HOI"]
    assert rows(officer, "dung-hang", tinh="dak-lak") == []


def test_the_indicators_are_counted_and_held_against_their_targets(officer: TestClient) -> None:
    page = officer.get("/tinh?tinh=dak-lak").text
    cells = page.partition("<h2>Chỉ tiêu của chương trình</h2>")[2].partition("</table>")[0]
    for words in ("0 / 1", "1 / 2", "50 %", "chưa đạt 100 %", "chưa đạt 30 %"):
        assert words in cells
    # Of the two that are silent nobody recorded anything of late; a share of nothing is none.
    assert "1 / 3" in officer.get("/tinh").text
    assert "0 / 0" in officer.get("/tinh?tinh=-").text


def test_a_file_is_what_the_page_shows_and_no_cell_of_it_is_a_formula(officer: TestClient) -> None:
    named = [one for one in rows(officer, "san-pham") if one[2] == DAK_LAK]
    assert named[0][1] == "'=Cà"
    answer = officer.get("/tinh/xuat/san-pham.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(sheet) == 1 + len(rows(officer, "san-pham"))
    assert officer.get("/tinh/xuat/khac.csv").status_code == 404
    assert officer.get("/tinh/xuat/co-so.exe").status_code == 404


@pytest.mark.parametrize("asked", ["?tinh=%00", "?tinh=" + "x" * 3000, "?tinh=..%2f", "?lang=%ff"])
def test_a_province_that_does_not_exist_is_the_whole_country(
    officer: TestClient, asked: str
) -> None:
    assert officer.get(f"/tinh{asked}").status_code == 200


def test_there_are_34_units_with_63_names_each_on_a_tile_of_its_own() -> None:
    assert len(REGIONS) == 34
    names = [name for one in REGIONS for name in (one.name, *one.before)]
    # The 63 of before, with the city's and the ancient capital's second names.
    assert len(set(names)) == 63 + 2
    places = [(one.column, one.row) for one in REGIONS]
    places += [(column, row) for _, _, column, row in ISLANDS]
    assert len(set(places)) == 36


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("tỉnh Quảng Ninh", "quang-ninh"),
        ("TP. Hồ Chí Minh", "ho-chi-minh"),
        ("THÀNH PHỐ HUẾ", "hue"),
        ("Bà Rịa-Vũng Tàu", "ho-chi-minh"),
        ("Đăk Lăk", "dak-lak"),
        ("xã Húc Động, tỉnh Quảng Ninh", "quang-ninh"),
        ("Quảng", None),
        ("", None),
    ],
)
def test_a_province_is_known_however_it_is_written(written: str, code: str | None) -> None:
    found = region_of(written)
    assert (found.code if found else None) == code


def test_a_commune_is_read_from_an_address() -> None:
    assert commune_of("Thôn Khe Vằn, xã Húc Động, tỉnh Quảng Ninh") == "xã Húc Động"
    assert commune_of("Số 1, Đặc khu Vân Đồn") == "Đặc khu Vân Đồn"
    assert commune_of("Quảng Ninh") == ""
