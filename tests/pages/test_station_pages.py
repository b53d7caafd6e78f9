"""The station's pages: who may open them, forms that keep what was typed, labels."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services
from api.station_pages.forms import FORMS
from tests.pages.cooperative import GTIN, LOT, PARTY, RAW, RAW_LOT, serial

HARVEST = {
    "item": RAW,
    "amount": "1.170,5",
    "site": "VT-KV01",
    "partner": "Hộ 12 (Lan)",
    "note": "trời nắng",
    "time": "20/09/2026 08:30",
}


def size(services: Services) -> int:
    return services.views.size


def test_the_start_page_leads_everywhere_in_one_press(station: TestClient) -> None:
    page = station.get("/tram").text
    for address in (*FORMS, "in-tem"):
        assert f'href="/tram/{address}"' in page
    assert LOT in page
    assert "chưa cấp đủ số tem" in page
    assert "Chưa niêm phong: 0 phiếu" in page


def test_every_form_says_where_it_comes_from(station: TestClient) -> None:
    for path in ("/tram/thu-hoach", "/tram/dong-goi", "/tram/in-tem", "/tram/may-in"):
        assert '<meta name="referrer" content="same-origin">' in station.get(path).text, path


@pytest.mark.parametrize("path", ["/tram", "/tram/thu-hoach", "/tram/in-tem", "/tram/may-in"])
@pytest.mark.parametrize(
    ("base", "client"),
    [
        ("http://127.0.0.1:8471", "203.0.113.5"),
        ("http://evil.example", "127.0.0.1"),
        ("http://127.0.0.1.evil.example", "127.0.0.1"),
    ],
)
def test_strangers_and_rebound_names_are_kept_out(
    services: Services, path: str, base: str, client: str
) -> None:
    browser = TestClient(create_app(services), base_url=base, client=(client, 40000))
    answer = browser.get(path)
    assert answer.status_code == 403
    assert "ngay trên máy của trạm" in answer.text
    # The start page takes no forms at all, from anybody.
    refused = 405 if path == "/tram" else 403
    assert browser.post(path, data=HARVEST).status_code == refused


@pytest.mark.parametrize("base", ["http://localhost:8471", "http://[::1]:8471", "http://127.0.0.1"])
def test_the_machines_own_names_are_let_in(services: Services, base: str) -> None:
    browser = TestClient(create_app(services), base_url=base, client=("::1", 40000))
    assert browser.get("/tram").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_form_on_another_site_records_nothing(
    services: Services, station: TestClient, headers: dict[str, str]
) -> None:
    before = size(services)
    assert station.post("/tram/thu-hoach", data=HARVEST, headers=headers).status_code == 403
    assert size(services) == before


def test_a_harvest_is_recorded_without_the_private_words(
    services: Services, station: TestClient
) -> None:
    own = {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8471"}
    answer = station.post("/tram/thu-hoach", data=HARVEST, headers=own)
    assert answer.status_code == 303
    page = station.get(answer.headers["location"]).text
    assert 'href="/lo/HTX-MD%2Fbot-dong/VT-KV01-260920"' in page
    assert "Hộ 12 (Lan)" in page and "trời nắng" in page  # on this machine alone
    found = services.views.lot(RAW, "VT-KV01-260920")
    assert found is not None
    step = found.facts["steps"][0]
    assert step["quantity"] == {"value": "1170.5", "unit": "kg"}
    assert step["counterparty"]["number"] == "12"
    bundle = services.bundle(RAW, "VT-KV01-260920") or b""
    assert "Lan" not in bundle.decode()
    assert "trời nắng" not in bundle.decode()


def test_a_refused_form_keeps_what_was_typed_and_records_nothing(
    services: Services, station: TestClient
) -> None:
    before = size(services)
    typed = {**HARVEST, "amount": "12.5x<b>"}
    answer = station.post("/tram/thu-hoach", data=typed)
    assert answer.status_code == 422
    assert "Chưa ghi được" in answer.text
    assert 'value="12.5x&lt;b&gt;"' in answer.text
    assert 'value="Hộ 12 (Lan)"' in answer.text
    assert 'value="VT-KV01" selected' in answer.text
    assert size(services) == before


def test_each_missing_field_is_named(station: TestClient) -> None:
    answer = station.post("/tram/dong-goi", data={"product": GTIN})
    assert answer.status_code == 422
    assert "Địa điểm" in answer.text.partition("</section>")[0]


def test_a_scanned_label_is_understood_as_its_lot(services: Services, station: TestClient) -> None:
    scanned = f"HTTPS://TRUYXUAT.EXAMPLE.VN/01/{GTIN}/10/{LOT}/21/{serial(services)}"
    form = {"lot_given": scanned, "amount": "50", "site": "XCB-01"}
    answer = station.post("/tram/tiep-nhan", data=form)
    assert answer.status_code == 303
    assert f'href="/lo/{GTIN}/{LOT}"' in station.get(answer.headers["location"]).text


def test_packing_takes_the_shelf_life_and_makes_a_code(
    services: Services, station: TestClient
) -> None:
    form = {
        "product": GTIN,
        "in_lot_1": RAW_LOT,
        "in_amount_1": "5",
        "packs": "10",
        "site": "XCB-01",
        "time": "23/09/2026 10:00",
    }
    answer = station.post("/tram/dong-goi", data=form)
    assert answer.status_code == 303, answer.text
    assert f'href="/lo/{GTIN}/L260923B"' in station.get(answer.headers["location"]).text
    found = services.views.lot(GTIN, "L260923B")
    assert found is not None
    assert (found.facts["expiry"], found.facts["packs"]) == ("2027-09-23", 10)


def test_processing_records_inputs_outputs_and_loss(
    services: Services, station: TestClient
) -> None:
    form = {
        "in_lot_1": f"{RAW} {RAW_LOT}",
        "in_amount_1": "10",
        "out_item_1": RAW,
        "out_lot_1": "BD-2",
        "out_amount_1": "9,5",
        "loss": "0,5",
        "site": "XCB-01",
    }
    answer = station.post("/tram/che-bien", data=form)
    assert answer.status_code == 303, answer.text
    found = services.views.lot(RAW, "BD-2")
    assert found is not None
    assert [parent["lot"] for parent in found.facts["parents"]] == [RAW_LOT]


def test_a_form_starts_from_the_last_record_of_its_type(station: TestClient) -> None:
    page = station.get("/tram/thu-hoach").text
    assert '<option value="VT-KV01" selected>' in page
    assert f'<option value="{RAW}" selected>' in page
    assert len(re.findall(r"\sautofocus", page)) == 1
    assert "autofocus" in page.partition('id="amount"')[2].partition(">")[0]


def test_a_form_that_is_too_large_is_refused(station: TestClient) -> None:
    assert station.post("/tram/thu-hoach", data={"note": "x" * 70_000}).status_code == 422
    many = {f"f{number}": "1" for number in range(201)}
    assert station.post("/tram/thu-hoach", data=many).status_code == 422
    upload = {"file": ("a.txt", b"x")}
    assert station.post("/tram/thu-hoach", files=upload).status_code == 422


def test_the_dossier_tells_the_lot_both_ways(station: TestClient) -> None:
    page = station.get(f"/lo/{quote(RAW, safe='')}/{RAW_LOT}").text
    assert f'href="/lo/{GTIN}/{LOT}"' in page
    assert "<svg" in page
    forward = station.get(f"/lo/{GTIN}/{LOT}?lang=en").text
    assert f'href="/lo/HTX-MD%2Fbot-dong/{RAW_LOT}' in forward
    assert "Mass balance" in forward
    assert PARTY in forward
    assert station.get(f"/lo/{GTIN}/NOPE").status_code == 404
