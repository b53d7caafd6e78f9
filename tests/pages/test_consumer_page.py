"""The page that a label opens: ten items, recall first, plain pages for what is wrong."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from api.pages.consumer_page import LotPage
from api.pages.static_files import static_files
from tests.pages.cooperative import GTIN, LOT, PARTY, RAW, RAW_LOT, record, serial

PAGE = f"/01/{GTIN}/10/{LOT}"
HTML = {"accept": "text/html"}
HOSTILE = "<!--serial--><!--scans-->\n<script>alert(1)</script>\"'&"


def facts_of(services: Services) -> dict[str, Any]:
    found = services.views.lot(GTIN, LOT)
    assert found is not None
    return found.facts


def test_all_ten_items_of_the_circular_are_on_the_page(public: TestClient) -> None:
    page = public.get(PAGE, headers=HTML).text
    items = set(re.findall(r'data-item="(\d+)"', page))
    assert items == {str(number) for number in range(1, 11)}
    for text in ("Miến dong Đồng Tâm", "Hợp tác xã", "Húc Động", "Thu hoạch", "15/09/2026"):
        assert text in page
    for text in ("(01)08938501000125(10)L260923A", "HSD: 23/09/2027", "TCCS 01:2025/HTX-MD"):
        assert text in page
    assert "hàng thật" not in page.lower()


def test_items_that_are_not_recorded_say_so(services: Services) -> None:
    bare = {**facts_of(services), "product": None, "producer": {}, "stages": [], "expiry": None}
    page = LotPage({**bare, "certificates": [], "stars": 0}, "2026-10-01", "vi").of().decode()
    assert set(re.findall(r'data-item="(\d+)"', page)) == {str(n) for n in range(1, 11)}
    assert page.count("chưa có") >= 7


def test_a_recall_comes_before_the_name(services: Services, public: TestClient) -> None:
    before = public.get(PAGE, headers=HTML)
    lots = [{"item": RAW, "code": RAW_LOT}]
    body = {"lots": lots, "reach": "descendants", "reason": "contamination"}
    record(services, "recalled", "2026-09-28", body)
    after = public.get(PAGE, headers=HTML)
    assert "THU HỒI" not in before.text
    assert after.text.index("THU HỒI") < after.text.index("<h1")
    assert "nhiễm bẩn" in after.text
    assert before.headers["etag"] != after.headers["etag"]


def test_an_expired_lot_says_so_first(services: Services) -> None:
    page = LotPage(facts_of(services), "2027-09-24", "vi").of().decode()
    assert page.index("HẾT HẠN SỬ DỤNG") < page.index("<h1")


def test_stars_vanish_when_the_recognition_has_lapsed(services: Services) -> None:
    facts = facts_of(services)
    assert "★★★★" in LotPage(facts, "2027-02-28", "vi").of().decode()
    lapsed = LotPage(facts, "2027-03-01", "vi").of().decode()
    assert "★" not in lapsed
    assert "không hiển thị hạng sao" in lapsed


def test_hostile_text_is_escaped_in_every_field(services: Services) -> None:
    def spoiled(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: spoiled(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [spoiled(one, key) for one in value]
        keep = key in {"valid_from", "valid_to", "value", "unit", "first_day", "last_day", "kg"}
        return HOSTILE if isinstance(value, str) and not keep else value

    facts = spoiled(facts_of(services))
    facts.update(packed_on="2026-09-23", expiry="2027-09-23", item=GTIN)
    page = LotPage(facts, "2026-10-01", "vi", "printed").of(HOSTILE).decode()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;") > 10


def test_the_page_with_all_it_loads_stays_within_15_kib(public: TestClient) -> None:
    page = public.get(PAGE, headers={**HTML, "accept-encoding": "gzip"})
    sent = int(page.headers["content-length"])
    assert sent == len(gzip.compress(page.content, 1, mtime=0))
    loaded = re.findall(r'/static/[0-9a-f]+/([^"]+)"', page.text)
    assert sorted(loaded) == ["page.css", "verify.mjs"]
    total = sent + sum(len(static_files()[name].gzipped) for name in loaded)
    assert total <= 15 * 1024


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        (f"/01/{GTIN}/10/NOPE", 404, "Không có lô này"),
        (f"/01/08938501000126/10/{LOT}", 404, "không phải địa chỉ trên tem"),
        (f"/01/{GTIN}", 404, "không phải địa chỉ trên tem"),
        (f"{PAGE}/21/A1000001ZZZZ", 404, "không do cơ sở cấp"),
        (f"{PAGE}/21/%3Cscript%3E", 404, "không do cơ sở cấp"),
    ],
)
def test_what_is_unknown_has_a_plain_page(
    public: TestClient, path: str, status: int, says: str
) -> None:
    answer = public.get(path, headers=HTML)
    assert answer.status_code == status
    assert says in answer.text
    assert "<script>" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_serial_of_another_lot_is_told(services: Services, public: TestClient) -> None:
    other = {"lot": {"item": GTIN, "code": "L2"}, "site": "XCB-01", "packs": 2}
    taken = {"lot": {"item": RAW, "code": RAW_LOT}, "quantity": {"value": "1", "unit": "kg"}}
    record(services, "packed", "2026-09-24", {**other, "inputs": [taken]})
    answer = public.get(f"/01/{GTIN}/10/L2/21/{serial(services)}", headers=HTML)
    assert answer.status_code == 404
    assert "cấp cho một lô khác" in answer.text


def test_a_void_label_shows_the_lot_under_a_banner(services: Services, public: TestClient) -> None:
    scanned = f"{PAGE}/21/{serial(services)}"
    assert "HỦY" not in public.get(scanned, headers=HTML).text
    tag = services.station.tag_of(PARTY)
    voided = {"tag": tag, "ranges": [{"first": 1, "last": 1}]}
    body = {"lot": {"item": GTIN, "code": LOT}, "voided": voided, "reason": "damaged"}
    record(services, "labels-voided", "2026-09-25", body)
    answer = public.get(scanned, headers=HTML)
    assert answer.status_code == 200
    assert answer.text.index("HỦY") < answer.text.index("<h1")


def test_a_label_in_doubt_is_told(services: Services) -> None:
    page = LotPage(facts_of(services), "2026-10-01", "vi", "in_doubt").of("A1").decode()
    assert page.index("CHƯA CHẮC") < page.index("<h1")


@pytest.mark.parametrize("gtin", ["8938501000125", GTIN])
def test_shorter_gtins_lead_to_the_same_lot(public: TestClient, gtin: str) -> None:
    assert public.get(f"/01/{gtin}/10/{LOT}", headers=HTML).status_code == 200


def test_a_lot_code_may_hold_a_slash_and_lower_case(services: Services, public: TestClient) -> None:
    taken = {"lot": {"item": RAW, "code": RAW_LOT}, "quantity": {"value": "1", "unit": "kg"}}
    body = {"lot": {"item": GTIN, "code": "a/b"}, "site": "XCB-01", "packs": 2, "inputs": [taken]}
    record(services, "packed", "2026-09-24", body)
    page = public.get(f"/01/{GTIN}/10/a%2Fb", headers=HTML)
    assert page.status_code == 200
    assert f"/api/v1/lots/{GTIN}/a%2Fb/bundle" in page.text
    assert public.get(f"/api/v1/lots/{GTIN}/a%2Fb/bundle").status_code == 200
    assert public.get(f"/01/{GTIN}/10/a/b", headers=HTML).status_code == 404


def test_a_matching_etag_is_answered_without_a_body(public: TestClient) -> None:
    first = public.get(PAGE, headers=HTML)
    assert first.headers["cache-control"] == "public, max-age=60"
    again = public.get(PAGE, headers={**HTML, "if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert public.get(PAGE, headers={**HTML, "if-none-match": '"x"'}).status_code == 200


def test_other_forms_are_negotiated(public: TestClient) -> None:
    story = public.get(PAGE, headers={"accept": "application/json"}).json()
    assert (story["lot"], story["status"]) == (LOT, "active")
    links = public.get(PAGE, headers={"accept": "application/linkset+json"})
    assert links.headers["content-type"] == "application/linkset+json"
    names = json.dumps(links.json()["linkset"][0])
    for kind in ("pip", "traceability", "recallStatus"):
        assert f"https://gs1.org/voc/{kind}" in names
    assert (
        public.get(PAGE, headers={"accept": "*/*"}).headers["content-type"].startswith("text/html")
    )


def test_english_has_no_vietnamese_sentence_left(public: TestClient) -> None:
    page = public.get(f"{PAGE}?lang=en", headers=HTML).text
    assert '<html lang="en">' in page
    assert "Check the signatures on your own device" in page
    assert "Các công đoạn" not in page


def test_other_methods_are_refused(public: TestClient) -> None:
    assert public.post(PAGE).status_code == 405
