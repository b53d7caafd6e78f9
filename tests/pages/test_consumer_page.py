"""The page that a label opens: ten items, recall first, plain pages for what is wrong."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services
from api.consumer.frame import digest, packed
from api.consumer.lot_page import LotPage
from api.consumer.phones import Phones
from api.consumer.story import place_words, site_words
from api.disclosure.sight import Sight, seen
from api.pages.messages_catalogue import tongue
from api.pages.static_files import static_files
from ledger.domain.serials import serial_text
from tests.pages.cooperative import GTIN, LOT, PARTY, RAW, RAW_LOT, record, serial
from tests.photos.pictures import hang, some_photo

PAGE = f"/01/{GTIN}/10/{LOT}"
OTHER = "08931234567897"
HTML = {"accept": "text/html"}
HOSTILE = "<!--serial--><!--scans-->\n<script>alert(1)</script>\"'&"


def facts_of(services: Services) -> dict[str, Any]:
    found = services.views.lot(GTIN, LOT)
    assert found is not None
    return found.facts


def _recall(services: Services) -> None:
    lots = [{"item": RAW, "code": RAW_LOT}]
    body = {"lots": lots, "reach": "descendants", "reason": "contamination"}
    record(services, "recalled", "2026-09-28", body)


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
    _recall(services)
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


@pytest.mark.parametrize("opening", [b"", b"<!doctype html>", b"x" * 70_000])
@pytest.mark.parametrize("rest", [b"", "Miến dong ".encode() * 9000])
def test_a_packed_page_is_read_by_every_gzip_reader(opening: bytes, rest: bytes) -> None:
    body = opening + rest
    assert gzip.decompress(packed(body, opening)) == body
    assert digest(body, opening) == hashlib.sha256(body).hexdigest()


def test_the_page_with_all_it_loads_stays_within_15_kib(public: TestClient) -> None:
    page = public.get(PAGE, headers={**HTML, "accept-encoding": "gzip"})
    sent = int(page.headers["content-length"])
    assert sent <= len(gzip.compress(page.content, 1, mtime=0))
    loaded = re.findall(r'/static/[0-9a-f]+/([^"]+)"', page.text)
    assert sorted(loaded) == ["share.mjs", "verify.mjs"]  # with one photo that makes four requests
    total = sent + sum(len(static_files()[name].gzipped) for name in loaded)
    assert total <= 15 * 1024


def test_the_page_with_its_photo_stays_within_50_kib_and_asks_for_no_second_one(
    services: Services, public: TestClient
) -> None:
    face, drying = some_photo(), some_photo(shade=60)
    hang(services, face, "Gói miến dong", product=GTIN)
    hang(services, drying, "Phơi miến", lot={"item": RAW, "code": RAW_LOT}, stage="harvested")
    page = public.get(PAGE, headers={**HTML, "accept-encoding": "gzip"})
    pictures = re.findall(r'<img src="(/anh/[0-9a-f]{64}\.jpg)"[^>]*>', page.text)
    at_once = re.findall(r'<img src="([^"]+)"(?:(?!loading)[^>])*>', page.text)
    assert pictures[0] == f"/anh/{face.small_digest}.jpg" and len(pictures) == 2
    assert at_once == pictures[:1]
    assert "Chưa có ảnh" not in page.text
    assert "Ảnh do Hợp tác xã Miến dong Đồng Tâm đưa lên" in page.text
    picture = public.get(pictures[0]).content
    loaded = re.findall(r'/static/[0-9a-f]+/([^"]+)"', page.text)
    total = int(page.headers["content-length"]) + len(picture)
    assert total + sum(len(static_files()[name].gzipped) for name in loaded) <= 50 * 1024
    services.album.erase([face.digest])
    bare = TestClient(create_app(services), client=("203.0.113.5", 40000)).get(PAGE, headers=HTML)
    assert face.small_digest not in bare.text and "Chưa có ảnh" in bare.text


def serial_like(services: Services, gtin: str, counter: int) -> str:
    """A serial with right check letters, as a station that the hub has not heard of makes it."""
    tag = services.station.tag_of(PARTY)
    return serial_text(services.labelling.label_key, gtin, tag, counter)


@pytest.mark.parametrize(
    ("path", "code", "says"),
    [
        (f"/01/{GTIN}/10/NOPE", "unknown-lot", "Chưa thấy lô này trong sổ"),
        (f"/01/{GTIN}/10/NOPE/21/{{made}}", "unknown-lot", "Chữ kiểm tra trong số tem là đúng"),
        (f"/01/{OTHER}/10/{LOT}", "unknown-lot", "không có trong sổ truy xuất này"),
        (f"/01/{OTHER}/10/L/21/A1000001ZZZZ", "unknown-lot", "không có trong sổ truy xuất này"),
        (f"/01/08938501000126/10/{LOT}", "not-a-label", "không phải địa chỉ trên tem"),
        (f"/01/{GTIN}", "not-a-label", "không phải địa chỉ trên tem"),
        (f"{PAGE}/21/{{made}}", "unknown-serial", "phiếu cấp số tem này chưa thấy"),
        (f"{PAGE}/21/A1000001ZZZZ", "unknown-serial", "Chữ kiểm tra ở cuối số tem không khớp"),
        (f"{PAGE}/21/%3Cscript%3E", "unknown-serial", "Chữ kiểm tra ở cuối số tem không khớp"),
        (f"/01/{GTIN}/10/NOPE/21/A1000001ZZZZ", "unknown-serial", "không khớp"),
    ],
)
def test_what_is_unknown_has_a_plain_page(
    services: Services, public: TestClient, path: str, code: str, says: str
) -> None:
    path = path.format(made=serial_like(services, GTIN, 4000))
    answer = public.get(path, headers=HTML)
    assert answer.status_code == 404
    assert says in answer.text
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    told = public.get(path, headers={"accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (404, code)


def test_what_may_not_have_arrived_yet_accuses_nobody_and_says_whom_to_ask(
    services: Services, public: TestClient
) -> None:
    for path in (f"/01/{GTIN}/10/NOPE", f"{PAGE}/21/{serial_like(services, GTIN, 4000)}"):
        page = public.get(path, headers=HTML).text
        assert (
            'class="banner note"' in page
            and "giả" not in page
            and "sai" not in page.replace("chưa nói lên rằng tem sai", "")
        )
        for text in ("Quét lại sau vài giờ", "Hợp tác xã Miến dong Đồng Tâm", "Húc Động"):
            assert text in page
        assert f'href="/phan-anh{path}"' in page


def test_a_strange_label_of_a_recalled_lot_still_says_recalled_first(
    services: Services, public: TestClient
) -> None:
    _recall(services)
    for serial_there in ("A1000001ZZZZ", serial_like(services, GTIN, 4000)):
        page = public.get(f"{PAGE}/21/{serial_there}", headers=HTML).text
        assert page.index("THU HỒI") < page.index("<h1")


def test_a_serial_of_another_lot_is_told(services: Services, public: TestClient) -> None:
    other = {"lot": {"item": GTIN, "code": "L2"}, "site": "XCB-01", "packs": 2}
    taken = {"lot": {"item": RAW, "code": RAW_LOT}, "quantity": {"value": "1", "unit": "kg"}}
    record(services, "packed", "2026-09-24", {**other, "inputs": [taken]})
    answer = public.get(f"/01/{GTIN}/10/L2/21/{serial(services)}", headers=HTML)
    assert answer.status_code == 404
    assert "cấp cho một lô khác" in answer.text


def test_a_void_label_is_gone_and_says_so_but_its_lot_is_not(
    services: Services, public: TestClient
) -> None:
    scanned = f"{PAGE}/21/{serial(services)}"
    assert "HỦY" not in public.get(scanned, headers=HTML).text
    tag = services.station.tag_of(PARTY)
    voided = {"tag": tag, "ranges": [{"first": 1, "last": 1}]}
    body = {"lot": {"item": GTIN, "code": LOT}, "voided": voided, "reason": "damaged"}
    record(services, "labels-voided", "2026-09-25", body)
    answer = public.get(scanned, headers=HTML)
    assert answer.status_code == 410
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert "Tem này đã bị HỦY" in answer.text and f'href="{PAGE}"' in answer.text
    assert public.get(PAGE, headers=HTML).status_code == 200
    story = public.get(scanned, headers={"accept": "application/json"})
    assert (story.status_code, story.json()["label"]) == (200, "void")
    _recall(services)
    after = public.get(scanned, headers=HTML).text
    assert after.index("THU HỒI") < after.index("<h1")


def test_the_telephone_of_the_producer_stands_in_the_recall(
    services: Services, public: TestClient
) -> None:
    assert "tel:" not in public.get(PAGE, headers=HTML).text
    Phones(services.side).choose(PARTY, "0203 3123 456")
    again = TestClient(create_app(services), client=("203.0.113.5", 40000))
    assert 'href="tel:02033123456"' in again.get(PAGE, headers=HTML).text
    _recall(services)
    page = again.get(PAGE, headers=HTML).text
    assert page.index("THU HỒI") < page.index('href="tel:02033123456"') < page.index("<h1")


def test_what_a_lot_yields_is_told_until_the_cooperative_hides_it(
    services: Services, public: TestClient
) -> None:
    facts = facts_of(services)
    shown = LotPage(facts, "2026-10-01", "vi").of().decode()
    assert "100 gói từ 52 kg nguyên liệu (thu được 96,2 %)" in shown
    sight = Sight(frozenset({"amounts"}), lambda _party: frozenset(), lambda _party: frozenset())
    hidden = LotPage(seen(facts, sight, services.views), "2026-10-01", "vi").of().decode()
    assert "nguyên liệu" not in hidden and "Cơ sở không công khai" in hidden


def test_a_place_is_told_with_its_province_and_never_twice() -> None:
    assert place_words("Thôn 5, xã Húc Động", "tỉnh Quảng Ninh").endswith(", tỉnh Quảng Ninh")
    assert place_words("Xưởng, Tỉnh Quảng Ninh", "tỉnh Quảng Ninh") == "Xưởng, Tỉnh Quảng Ninh"
    site = {"code": "VT", "name": "Nương Khe Vằn", "province": "Quảng Ninh"}
    assert site_words(site, tongue("vi")) == "Nương Khe Vằn, Quảng Ninh"


def test_what_is_shared_names_the_lot_and_not_the_label(
    services: Services, public: TestClient
) -> None:
    page = public.get(f"{PAGE}/21/{serial(services)}", headers=HTML).text
    assert f'data-address="{PAGE}"' in page
    assert f"https://truyxuat.example.vn{PAGE}</a>" in page
    assert f'href="/phan-anh{PAGE}/21/{serial(services)}"' in page


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
    assert "Câu chuyện" not in page


def test_other_methods_are_refused(public: TestClient) -> None:
    assert public.post(PAGE).status_code == 405
