"""/tram/quet: what a scan is here, what may be done with it, and what is said when it is nothing."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from ledger.domain.check_digit import check_digit
from tests.pages.cooperative import GTIN, LOT, RAW, RAW_LOT, kg, record, serial
from tests.pages.packing_table import pack
from tests.station_scan.scanners import SCANNERS


def asked(station: TestClient, text: str, lang: str = "vi") -> dict[str, Any]:
    """What the page that heard a scanner is told."""
    answer = station.post(
        f"/tram/quet?lang={lang}", data={"ma": text}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def page(station: TestClient, text: str, lang: str = "vi") -> str:
    """The page that the plain field leads to."""
    sent = station.post(f"/tram/quet?lang={lang}", data={"ma": text})
    assert sent.status_code == 303
    shown = station.get(sent.headers["location"])
    assert shown.status_code == 200
    return str(shown.text)


def acts(text: str) -> list[str]:
    """Addresses of the buttons, without what is filled in."""
    nav = text.partition('<nav class="buttons"')[2].partition("</nav>")[0]
    return [part.partition('"')[0].partition("?")[0] for part in nav.split('href="')[1:]]


@pytest.mark.parametrize("scanner", SCANNERS)
def test_a_label_is_found_whatever_scanner_read_it(
    services: Services, station: TestClient, scanner: str
) -> None:
    number = serial(services, 1)
    found = asked(station, SCANNERS[scanner](GTIN, LOT, number))
    assert (found["kind"], found["lot"], found["serial"]) == ("label", f"{GTIN} {LOT}", number)
    assert found["tone"] == "good"
    assert found["plain"] == f"HTTPS://TRUYXUAT.EXAMPLE.VN/01/{GTIN}/10/{LOT}/21/{number}"
    assert "Miến dong Đồng Tâm" in found["text"]


@pytest.mark.parametrize(
    ("text", "kind", "lot"),
    [
        (LOT, "lot", f"{GTIN} {LOT}"),
        (RAW_LOT, "lot", f"{RAW} {RAW_LOT}"),
        (f"{RAW} {RAW_LOT}", "lot", f"{RAW} {RAW_LOT}"),
        (f"bot-dong {RAW_LOT}", "lot", f"{RAW} {RAW_LOT}"),
        (f"]C10108938501000125{10}{LOT}", "lot", f"{GTIN} {LOT}"),
        ("8938501000125", "product", ""),
        ("]E08938501000125", "product", ""),
        ("KHONG-CO-LO-NAY", "unknown", ""),
    ],
)
def test_lots_and_products_are_told_apart(
    station: TestClient, text: str, kind: str, lot: str
) -> None:
    found = asked(station, text)
    assert (found["kind"], found["lot"]) == (kind, lot)


def test_a_serial_alone_leads_to_its_lot(services: Services, station: TestClient) -> None:
    found = asked(station, serial(services, 3).lower())
    assert (found["kind"], found["lot"]) == ("label", f"{GTIN} {LOT}")


def test_a_carton_shows_what_is_in_it(services: Services, station: TestClient) -> None:
    sscc = "38938501000000001"
    sscc += check_digit(sscc)
    body = {
        "container": sscc,
        "contents": [
            {
                "lot": {"item": GTIN, "code": LOT},
                "quantity": {"value": "12", "unit": "pack"},
            }
        ],
        "site": "XCB-01",
    }
    record(services, "aggregated", "2026-09-25", body)
    for text in (sscc, f"]C100{sscc}", f"(00){sscc}", f"https://truyxuat.example.vn/00/{sscc}"):
        assert asked(station, text)["kind"] == "carton"
        assert f"Miến dong Đồng Tâm – {LOT}" in page(station, text)


def test_caps_lock_is_noticed_and_the_lot_is_found_all_the_same(
    services: Services, station: TestClient
) -> None:
    turned = f"HTTPS://TRUYXUAT.EXAMPLE.VN/01/{GTIN}/10/{LOT}/21/{serial(services, 1)}".swapcase()
    found = asked(station, turned)
    assert (found["kind"], found["lot"], found["tone"]) == ("label", f"{GTIN} {LOT}", "warn")
    assert "Caps Lock" in found["text"]


def test_a_link_to_another_host_is_told_and_still_read(station: TestClient) -> None:
    found = asked(station, f"https://id.gs1.org/01/{GTIN}/10/{LOT}")
    assert (found["kind"], found["lot"], found["tone"]) == ("lot", f"{GTIN} {LOT}", "warn")
    assert "id.gs1.org" in found["text"]
    strange = page(station, f"https://la.example/01/{GTIN}/10/LA", "en")
    assert "leads to la.example" in strange and "Lot" in strange


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("A1000001ZZZZ", "không khớp phần kiểm tra"),
        ("XYZ", "không khớp phần kiểm tra"),
    ],
)
def test_a_label_with_a_serial_that_nobody_issued_is_told(
    station: TestClient, wrong: str, said: str
) -> None:
    found = asked(station, f"]Q301{GTIN}10{LOT}\x1d21{wrong}")
    assert (found["kind"], found["tone"]) == ("label", "warn")
    assert said in found["text"]


def test_a_serial_of_another_lot_is_told(services: Services, station: TestClient) -> None:
    pack(services, "L260924B", "2026-09-24", 4)
    number = serial(services, 1)
    found = asked(station, f"https://truyxuat.example.vn/01/{GTIN}/10/L260924B/21/{number}")
    assert found["tone"] == "warn" and "lô khác" in found["text"]


def test_what_is_likely_comes_first(services: Services, station: TestClient) -> None:
    assert acts(page(station, LOT))[0] == "/tram/in-tem/lo"
    # The newest lot of this item was packed as it was.
    assert acts(page(station, RAW_LOT))[:2] == ["/tram/dong-goi", "/tram/che-bien"]
    services.labelling.issue(GTIN, LOT, 90, "goi-50x40")
    assert acts(page(station, LOT))[0] == "/tram/xuat-hang"
    assert "/tram/in-tem/lo" in acts(page(station, LOT))
    shipped = page(station, LOT).partition('href="/tram/xuat-hang?')[2].partition('"')[0]
    assert shipped == f"lot_given={GTIN}+{LOT}"


def test_a_recalled_lot_offers_neither_labels_nor_shipping(
    services: Services, station: TestClient
) -> None:
    lots = [{"item": GTIN, "code": LOT}]
    recalled = {"lots": lots, "reason": "contamination", "reach": "descendants"}
    record(services, "recalled", "2026-09-26", recalled)
    text = page(station, LOT)
    assert acts(text) == [f"/lo/{GTIN}/{LOT}", "/tram/tieu-huy"]
    assert "đang thu hồi" in text


def test_goods_of_somebody_else_are_received_first(services: Services, station: TestClient) -> None:
    text = page(station, f"{GTIN} LO-CHUA-CO")
    assert acts(text) == ["/tram/tiep-nhan"]
    assert f"lot_given={GTIN}+LO-CHUA-CO" in text


def test_two_lots_of_one_code_are_asked_about(services: Services, station: TestClient) -> None:
    pack(services, RAW_LOT, "2026-09-24", 4)
    text = page(station, RAW_LOT)
    assert "Có 2 lô cùng mã" in text and text.count('class="button second"') == 2


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' OR 1=1 --",
    "{{7*7}}",
    "javascript:alert(1)",
    "https://evil.example/",
    "https://evil.example/01/08938501000125/10/%3Cscript%3E",
    "\x00\x01\x02",
    "\x1b]0;x\x07",
    "]d2" + "\x1d" * 300,
    "]d2" + "21" * 500,
    "01089385010001251" + "0" * 300,
    "9" * 2000,
    "A" * 60_000,
    "\u202etam",
    "ﬀﬁ",
    "\ud83d\ude00" * 40,
    "(01)" * 400,
    "../../etc/passwd",
    "%00%0d%0aSet-Cookie:x=1",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_hostile_scan_is_one_plain_sentence(station: TestClient, text: str, lang: str) -> None:
    raw = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    sent = station.post(f"/tram/quet?lang={lang}", data={"ma": raw})
    assert sent.status_code in (303, 422)
    shown = station.get(sent.headers["location"]) if sent.status_code == 303 else sent
    assert shown.status_code in (200, 422)
    assert "<script>alert" not in shown.text and "<img src=x" not in shown.text
    assert "{{7*7}}" in shown.text or "{{7*7}}" not in raw
    found = station.post("/tram/quet", data={"ma": raw}, headers={"accept": "application/json"})
    if found.headers["content-type"] == "application/json":
        assert found.json()["kind"] in ("unread", "unknown")
        assert len(found.text) < 2_000


def test_what_was_typed_stays_in_the_field(station: TestClient) -> None:
    answer = station.post("/tram/quet", data={"ma": "L26Ă"})
    assert answer.status_code == 422
    assert 'value="L26Ă"' in answer.text and 'aria-describedby="ma_fault"' in answer.text


def test_the_page_of_a_code_is_for_the_own_machine_and_own_forms_alone(
    public: TestClient, station: TestClient
) -> None:
    assert public.get(f"/tram/quet?ma={LOT}").status_code == 403
    strange = {"sec-fetch-site": "cross-site"}
    assert station.post("/tram/quet", data={"ma": LOT}, headers=strange).status_code == 403


def test_kilograms_used_up_put_the_story_first(services: Services, station: TestClient) -> None:
    rest = {
        "lot": {"item": GTIN, "code": "L260924C"},
        "site": "XCB-01",
        "inputs": [{"lot": {"item": RAW, "code": RAW_LOT}, "quantity": kg("28")}],
        "packs": 50,
    }
    record(services, "packed", "2026-09-24", rest)
    assert acts(page(station, RAW_LOT))[0].startswith("/lo/")


@pytest.mark.parametrize("scanner", ["GS1 QR", "FNC1 lost", "in brackets", "QR without scheme"])
def test_forms_and_label_pages_take_every_scanner_without_scripts(
    services: Services, station: TestClient, scanner: str
) -> None:
    code = SCANNERS[scanner](GTIN, LOT, serial(services, 2))
    led = station.get("/tram/in-tem", params={"scan": code})
    assert led.status_code == 303 and f"item={GTIN}&lot={LOT}" in led.headers["location"]
    one = station.get("/tram/in-tem/mot-tem", params={"scan": code})
    assert serial(services, 2) in one.text and LOT in one.text
    shipped = {"lot_given": code, "amount": "2", "unit": "gói", "site": "XCB-01"}
    answer = station.post("/tram/xuat-hang", data=shipped)
    assert answer.status_code == 303, answer.text
    found = services.views.lot(GTIN, LOT)
    assert found is not None and found.facts["balance"]["left_packs"] == "98"
