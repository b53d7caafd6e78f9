"""One form from harvest to labels: recorded once, nothing half done without a word."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from tests.pages.cooperative import GTIN, RAW, RAW_LOT
from tests.pages.packing_table import TEMPLATE, finished, on_paper, printer_named, until

FORM = {
    "item": RAW,
    "amount": "12,5",
    "product": GTIN,
    "packs": "20",
    "site": "VT-KV01",
    "pack_site": "XCB-01",
    "printer": "kho",
    "template": TEMPLATE,
}


def key(station: TestClient) -> str:
    """The key of a new form."""
    found = re.search(r'name="mau" value="([A-Za-z0-9_-]+)"', station.get("/tram/nhanh").text)
    assert found is not None
    return found[1]


def newest(services: Services) -> list[tuple[str, str]]:
    return [(row.item, row.code) for row in services.views.lots(limit=2)]


def test_the_form_starts_with_what_was_done_last(services: Services, station: TestClient) -> None:
    text = station.get("/tram/nhanh").text
    for value in (RAW, GTIN, "VT-KV01", "XCB-01"):
        assert f'<option value="{value}" selected>' in text


def test_harvest_packing_and_labels_in_one_post(services: Services, station: TestClient) -> None:
    with printer_named(services, "kho", speed_mm_s=2000):
        size = services.tables.size
        answer = station.post("/tram/nhanh", data={**FORM, "mau": key(station)})
        assert answer.status_code == 303, answer.text
        job = answer.headers["location"].rpartition("/")[2]
        until(lambda: finished(services, job))
        assert len(set(on_paper(services, "kho"))) == 20
    made = [code for item, code in newest(services) if item == GTIN]
    facts = services.views.lot(GTIN, made[0])
    assert facts is not None
    assert facts.facts["parents"][0]["item"] == RAW and facts.facts["packs"] == 20
    assert services.tables.size >= size + 4  # harvested, packed, issued, printed


def test_a_form_that_is_sent_twice_is_recorded_and_printed_once(
    services: Services, station: TestClient
) -> None:
    with printer_named(services, "kho", speed_mm_s=2000):
        form = {**FORM, "mau": key(station)}
        first = station.post("/tram/nhanh", data=form)
        job = first.headers["location"].rpartition("/")[2]
        until(lambda: finished(services, job))
        size = services.tables.size
        again = station.post("/tram/nhanh", data=form)
        assert again.headers["location"] == first.headers["location"]
        assert services.tables.size == size
        assert len(on_paper(services, "kho")) == 20


def test_a_lot_that_is_there_is_packed_without_a_new_harvest(
    services: Services, station: TestClient
) -> None:
    with printer_named(services, "kho", speed_mm_s=2000):
        form = {**FORM, "item": "", "in_lot_1": RAW_LOT, "packs": "5", "count": "3"}
        answer = station.post("/tram/nhanh", data={**form, "mau": key(station)})
        job = answer.headers["location"].rpartition("/")[2]
        until(lambda: finished(services, job))
        assert len(on_paper(services, "kho")) == 3
    assert [row.item for row in services.views.lots(limit=9)].count(RAW) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"item": ""}, "item"),
        ({"amount": ""}, "amount"),
        ({"amount": "nhiều"}, "amount"),
        ({"product": "08938501000126"}, "product"),
        ({"packs": "0"}, "packs"),
        ({"count": "21"}, "count"),
        ({"count": "abc"}, "count"),
        ({"site": "KHONG"}, "site"),
        ({"pack_site": ""}, "pack_site"),
        ({"in_lot_1": "KHONG-CO", "item": ""}, "in_lot_1"),
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_wrong_field_is_named_and_nothing_is_recorded(
    services: Services, station: TestClient, wrong: dict[str, str], field: str, lang: str
) -> None:
    size = services.tables.size
    typed = {**FORM, **wrong}
    answer = station.post(f"/tram/nhanh?lang={lang}", data={**typed, "mau": key(station)})
    assert answer.status_code == 422
    assert f'id="{field}_fault"' in answer.text
    assert services.tables.size == size
    for name in ("amount", "packs"):
        assert f'name="{name}" value="{typed[name]}"' in answer.text


def test_a_packing_that_the_ledger_refuses_keeps_the_harvest_and_says_so(
    services: Services, station: TestClient
) -> None:
    services.printers.add("kho", "virtual", services.folder.absolute().joinpath("x.bin").as_uri())
    # 2,000 packs of 500 g out of 12.5 kg.
    form = {**FORM, "packs": "2000", "mau": key(station)}
    answer = station.post("/tram/nhanh", data=form)
    harvested = next(row.code for row in services.views.lots(limit=1))
    if answer.status_code == 303:
        pytest.fail("the ledger took a packing of more than there was")
    assert answer.status_code == 422
    assert f"Đã ghi thu hoạch lô {harvested}" in answer.text
    assert f'value="{RAW} {harvested}"' in answer.text
    size = services.tables.size
    mended = {**form, "packs": "20", "in_lot_1": f"{RAW} {harvested}"}
    assert station.post("/tram/nhanh", data=mended).status_code == 303
    assert [row.item for row in services.views.lots(limit=9)].count(RAW) == 2
    assert services.tables.size > size


def test_without_a_printer_everything_is_recorded_and_the_page_of_the_lot_says_why(
    services: Services, station: TestClient
) -> None:
    answer = station.post("/tram/nhanh", data={**FORM, "printer": "", "mau": key(station)})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/tram/in-tem/lo?")
    assert "Chưa có máy in nào" in station.get(answer.headers["location"]).text
