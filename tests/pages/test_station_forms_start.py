"""The start page of the station: today's records, open work, and finding lots."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from tests.pages.cooperative import GTIN, LOT, RAW_LOT, record
from tests.pages.test_station_forms import RECORDS, recorded


def test_a_lot_is_found_by_its_code_however_old_it_is(
    services: Services, station: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.station_pages.start_page._SEARCHED", 1)
    found = station.get("/tram", params={"tim": RAW_LOT[:5]}).text.partition('id="cac-lo"')[2]
    assert RAW_LOT in found and LOT not in found


def test_the_start_page_tells_of_today_of_open_work_and_finds_lots(
    services: Services, station: TestClient
) -> None:
    before = station.get("/tram").text
    assert "Hôm nay, 01/10/2026" in before
    assert "Hôm nay chưa ghi gì" in before and "Phiếu ghi gần đây" in before
    record(services, "tested", "2026-09-30", {"lot": {"item": GTIN, "code": LOT}, "result": "pass"})
    recorded(services, station.post("/tram/tieu-huy", data=RECORDS["tieu-huy"][0]))
    page = station.get("/tram").text
    today = page.partition('id="hom-nay"')[2].partition("</section>")[0]
    assert "Tiêu hủy" in today and "3 gói" in today and "đã niêm phong" in today
    assert "Kiểm nghiệm" not in today
    assert f"Lô {LOT} (Miến dong Đồng Tâm): chưa cấp đủ số tem" in page
    found = station.get("/tram", params={"tim": "mien dong"}).text.partition('id="cac-lo"')[2]
    assert LOT in found and RAW_LOT not in found
    by_code = station.get("/tram", params={"tim": RAW_LOT[:4].lower()}).text
    assert RAW_LOT in by_code.partition('id="cac-lo"')[2]
    none = station.get("/tram", params={"tim": "<b>zzz"}).text
    assert "Không thấy lô nào có “&lt;b&gt;zzz”" in none
