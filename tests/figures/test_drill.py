"""The drill tells which packs and where, and records nothing; the real recall is signed from it."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from api.drill.scene import clock_of
from ledger.domain.drafts import Draft
from ledger.verify.checklist import verify_bundle
from tests.access.visitors import Visitors
from tests.inspector.scene import AUTHORITY
from tests.store.small_ledger import FARM, FLOUR, GTIN, SHOP, day, lot, say

DRILL = "/quan-ly/dien-tap"
FLOUR_LOT = f"item={FLOUR}&lot=B01"
PACKED = f"item={GTIN}&lot=L01"
ORDER = f"{DRILL}/lenh"
RECALL = {
    "kind": "recalled",
    "order": "TH-01",
    "reason": "contamination",
    "reach": "descendants",
}


def plain(page: str) -> str:
    """The words of a page, one space between them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def hidden(text: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
    return {name: unescape(value) for name, value in found}


def drilled(client: TestClient, where: str) -> str:
    """The page of a drill on a lot, with the clock running."""
    answer = client.get(f"{DRILL}/lo?{where}")
    if answer.status_code == 303:
        answer = client.get(answer.headers["location"])
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def signed(client: TestClient, where: str, typed: dict[str, str]) -> str:
    """Write, preview and sign; the page that says it is done."""
    preview = client.post(f"{ORDER}?{where}", data=typed)
    assert preview.status_code == 200, plain(preview.text)
    answer = client.post(f"{ORDER}?{where}", data={**hidden(preview.text), "act": "ky"})
    assert answer.status_code == 303, plain(answer.text)
    done = client.get(answer.headers["location"])
    assert done.status_code == 200
    return str(done.text)


def newest(visitors: Visitors) -> Any:
    services = visitors.services
    size = services.store.size()
    while services.projector.located(size - 1).statement.type == "index-committed":
        size -= 1
    return services.projector.located(size - 1)


def test_a_drill_of_the_flour_names_every_pack_and_where_it_is(
    told: Visitors, manager: TestClient
) -> None:
    client, before = manager, told.services.store.size()
    page = drilled(client, FLOUR_LOT)
    text = plain(page)
    # B01 and what was packed of it: 100 packs of L01, 80 of them shipped, and 40 of L02.
    assert "Số lô 3 Số gói 140 Tem còn hiệu lực 128 Đã rời kho của bạn 80 gói" in text
    assert "Còn ở kho của bạn 29 kg, 60 gói" in text
    assert "L01 Bột chuối 100 98 80 gói – – 20 gói Cơ sở CT-B: 80 gói" in text
    assert "A1 000001 – 000060 A1 000091 – 000130" in text and "A1 000061 – 000090" in text
    assert f"Cơ sở {SHOP} L01 80 gói 10/09/2026 Xuất hàng" in text
    post = text.partition("DIỄN TẬP – KHÔNG PHẢI THU HỒI THẬT")[2]
    assert "mã lô L01, hạn dùng 09/09/2027, số tem A1 000001 – 000060" in post
    assert "Ra lệnh thu hồi thật" in text
    assert told.services.store.size() == before


def test_a_drill_starts_by_a_scanned_label_a_typed_code_or_a_choice(
    told: Visitors, manager: TestClient
) -> None:
    client = manager
    for typed in ("L01", f"https://nhan.example/01/{GTIN}/10/L01", f"01{GTIN}10L01"):
        answer = client.get(DRILL, params={"ma": typed})
        assert answer.status_code == 303, typed
        where = urlsplit(answer.headers["location"])
        assert (where.path, parse_qs(where.query)["lot"]) == (f"{DRILL}/lo", ["L01"])
    unknown = client.get(DRILL, params={"ma": "KHONG-CO"})
    assert unknown.status_code == 422 and "Không có lô nào của bạn" in plain(unknown.text)
    assert 'value="KHONG-CO"' in unknown.text and 'aria-invalid="true"' in unknown.text
    assert f"{DRILL}/lo?co-so={FARM}" in client.get(DRILL).text


def test_the_clock_stands_in_the_address_and_stops_by_the_button(
    told: Visitors, manager: TestClient
) -> None:
    client = manager
    # It is 10:00 on 20 November for these ledgers.
    page = client.get(f"{DRILL}/lo?{PACKED}&tu=2026-11-20T02:52:55Z")
    assert "Đã qua 7:05 phút:giây Bắt đầu 09:52 20/11/2026" in plain(page.text)
    answer = client.get(f"{DRILL}/lo?{PACKED}&tu=2026-11-20T02:52:55Z&act=xong")
    ended = client.get(answer.headers["location"])
    assert "Xong trong 7:05 phút:giây 09:52 20/11/2026 đến 10:00" in plain(ended.text)
    assert "dừng đồng hồ" not in plain(ended.text)


@pytest.mark.parametrize(
    "tu", ["", "2999-01-01T00:00:00Z", "hôm nay", "2026-11-20", "\x00", "9" * 999]
)
def test_a_time_that_is_none_starts_the_clock_anew(told: Visitors, tu: str) -> None:
    now = told.services.now()
    assert clock_of({"tu": tu}, now) is None
    assert clock_of({"tu": "2026-11-20T02:00:00Z", "xong": tu}, now) is not None


@pytest.mark.parametrize(
    "asked",
    ["", "?item=&lot=", "?item=%00&lot=%ff", f"?item={'9' * 5000}&lot=x", f"?{PACKED}&co-so=%3C"],
)
def test_an_absurd_address_is_a_plain_page(manager: TestClient, asked: str) -> None:
    client = manager
    for page in ("/lo", "/thong-bao", "/lenh"):
        assert client.get(f"{DRILL}{page}{asked}").status_code == 404
    assert client.post(f"{ORDER}{asked}", data=RECALL).status_code == 404
    assert client.get(f"{DRILL}{asked}").status_code in (200, 403)


def test_the_notice_for_shops_says_that_it_is_a_drill(told: Visitors, manager: TestClient) -> None:
    text = plain(manager.get(f"{DRILL}/thong-bao?{FLOUR_LOT}").text)
    assert "DIỄN TẬP – KHÔNG PHẢI THU HỒI THẬT" in text
    assert "Bột chuối L01 09/09/2027 A1 000001 – 000060" in text
    assert "Treo thông báo này" in text


def test_private_names_are_for_the_own_people_only(told: Visitors, manager: TestClient) -> None:
    where = f"item={GTIN}&lot=L10"
    text = plain(drilled(manager, where))
    assert "Tạp hóa bà Tư L10 4 gói 15/10/2026 Bán hàng" in text
    other = plain(drilled(told.signed_in("phuong"), f"{where}&co-so={FARM}"))
    assert "Tạp hóa" not in other and "cửa hàng 3 L10 4 gói" in other


def test_who_got_a_lot_drills_its_own_part_and_sees_nothing_that_is_hidden(
    visitors: Visitors,
) -> None:
    services, bay = visitors.services, visitors.signed_in("bay")
    visitors.gate.disclosures.choose(FARM, ("buyers", "amounts", "labels"), visitors.gate.record)
    to = {"kind": "shop", "number": "9"}
    shipped = {"quantity": {"value": "7", "unit": "pack"}, "site": "XUONG", "to": to}
    say(services, FARM, "shipped", day(12), {"lot": lot(GTIN, "L01"), **shipped})
    services.station.catch_up()
    fresh = Visitors(services)
    text = plain(drilled(fresh.signed_in("bay"), PACKED))
    assert "Còn ở kho của bạn 80 gói" in text and "cửa hàng 9" not in text
    assert "Số gói 0" in text and "7 gói" not in text and "không công khai" in text
    assert "chỉ họ hoặc cơ quan quản lý ra lệnh" in text
    # The farm's flour is nobody's business, and saying to have received it opens nothing.
    assert bay.get(f"{DRILL}/lo?{FLOUR_LOT}").status_code == 404
    claim = {"lot": lot(FLOUR, "B01"), "quantity": {"value": "1", "unit": "kg"}, "site": "KHO"}
    say(services, SHOP, "received", day(13), claim)
    services.station.catch_up()
    assert bay.get(f"{DRILL}/lo?{FLOUR_LOT}").status_code == 404
    # The farm itself still sees all of its own.
    assert "cửa hàng 9 L01 7 gói" in plain(drilled(fresh.signed_in("lan"), PACKED))


def test_what_a_partner_made_of_the_goods_is_shown_as_far_as_it_shows_it(
    visitors: Visitors,
) -> None:
    services = visitors.services
    gtin = "08938503000437"
    product = {"gtin": gtin, "name": "Bánh chuối"}
    services.station.record(Draft("product-registered", SHOP, day(10), product))
    cakes = {"lot": lot(gtin, "BANH"), "site": "KHO", "packs": 5}
    inputs = [{"lot": lot(GTIN, "L01"), "quantity": {"value": "10", "unit": "pack"}}]
    say(services, SHOP, "packed", day(14), {**cakes, "inputs": inputs})
    bought = {"lot": lot(gtin, "BANH"), "quantity": {"value": "3", "unit": "pack"}}
    buyer = {"kind": "household", "number": "77"}
    private = {"to.digest": "Chị Hai"}
    services.station.catch_up()
    services.station.record(Draft("sold", SHOP, day(15), {**bought, "to": buyer}, private))
    open_ = plain(drilled(visitors.signed_in("lan"), FLOUR_LOT))
    assert "BANH Bánh chuối" in open_ and "hộ dân 77 BANH 3 gói" in open_
    assert "Chị Hai" not in open_
    assert "Ở bên khác" in open_ and f"Cơ sở {SHOP}: 2 gói" in open_
    visitors.gate.disclosures.choose(SHOP, ("buyers", "amounts"), visitors.gate.record)
    shut = plain(drilled(Visitors(services).signed_in("lan"), FLOUR_LOT))
    assert "BANH Bánh chuối" in shut and "hộ dân" not in shut and "2 gói" not in shut
    assert "không công khai" in shut
    # Who sees everything sees it here, too.
    full = plain(drilled(visitors.signed_in("phuong"), f"{FLOUR_LOT}&co-so={FARM}"))
    assert "hộ dân 77 BANH 3 gói" in full


def test_a_real_recall_is_previewed_signed_by_the_own_key_and_shown_at_once(
    visitors: Visitors,
) -> None:
    services, client = visitors.services, visitors.signed_in("lan")
    before = services.store.size()
    preview = client.post(f"{ORDER}?{FLOUR_LOT}", data=RECALL)
    text = plain(preview.text)
    assert services.store.size() == before
    assert "Số lô 3 Số gói 140" in text and f"Cơ sở {SHOP} 80 gói" in text
    answer = client.post(f"{ORDER}?{FLOUR_LOT}", data={**hidden(preview.text), "act": "ky"})
    assert answer.status_code == 303
    recorded = newest(visitors)
    assert (recorded.statement.type, recorded.statement.party) == ("recalled", FARM)
    assert recorded.statement.body == {
        "lots": [lot(FLOUR, "B01")],
        "reach": "descendants",
        "reason": "contamination",
        "order": "TH-01",
    }
    assert "THU HỒI" in visitors.away().get(f"/01/{GTIN}/10/L01").text
    done = plain(client.get(answer.headers["location"]).text)
    assert recorded.id in done and "ký lệnh kết thúc" in done
    page = drilled(client, FLOUR_LOT)
    assert "đang bị thu hồi thật" in page and "DIỄN TẬP –" not in page
    assert "Lý do: nhiễm bẩn." in page and "Số lệnh: TH-01" in page
    notice = plain(client.get(f"{DRILL}/thong-bao?{FLOUR_LOT}").text)
    assert "DIỄN TẬP –" not in notice and "Số lệnh: TH-01" in notice
    services.commit_index()
    bundle = services.bundle(GTIN, "L01")
    assert bundle is not None
    report = verify_bundle(bundle, services.trust_file(), now=services.now())
    assert (report.verdict, report.status) == ("verified", "recalled")


def test_the_own_recall_is_closed_by_an_order_of_its_own(visitors: Visitors) -> None:
    client = visitors.signed_in("lan")
    signed(client, PACKED, RECALL)
    form = client.get(f"{ORDER}?{PACKED}").text
    assert 'value="recall-closed" required checked' in form
    closing = {"kind": "recall-closed", "order": "KT-01", "reason": "other"}
    done = signed(client, PACKED, closing)
    assert "không còn báo thu hồi" in plain(done)
    assert newest(visitors).statement.type == "recall-closed"
    assert "THU HỒI" not in visitors.away().get(f"/01/{GTIN}/10/L01").text


def test_a_recall_of_a_lot_alone_names_no_other_in_its_notice(visitors: Visitors) -> None:
    client = visitors.signed_in("lan")
    assert "L01" in plain(client.get(f"{DRILL}/thong-bao?{FLOUR_LOT}").text)
    signed(client, FLOUR_LOT, {**RECALL, "reach": "lots"})
    notice = plain(client.get(f"{DRILL}/thong-bao?{FLOUR_LOT}").text)
    # L02 is recalled by an order of its own since September.
    assert "L02" in notice and "L01" not in notice and "DIỄN TẬP –" not in notice
    bag = {"lot": lot(FLOUR, "B01"), "quantity": {"value": "2", "unit": "kg"}}
    say(visitors.services, FARM, "sold", day(16), {**bag, "to": {"kind": "shop", "number": "5"}})
    visitors.services.station.catch_up()
    assert "Bột B01" in plain(client.get(f"{DRILL}/thong-bao?{FLOUR_LOT}").text)


def test_an_authority_s_recall_is_not_the_owner_s_to_end(visitors: Visitors) -> None:
    services, client = visitors.services, visitors.signed_in("lan")
    body = {"lots": [lot(GTIN, "L01")], "reach": "lots", "reason": "other", "order": "9/QĐ"}
    say(services, AUTHORITY, "recalled", day(15), body)
    services.station.catch_up()
    assert 'value="recall-closed"' not in client.get(f"{ORDER}?{PACKED}").text
    before = services.store.size()
    closing = {"kind": "recall-closed", "order": "KT-01", "reason": "other"}
    answer = client.post(f"{ORDER}?{PACKED}", data={**closing, "act": "ky"})
    assert answer.status_code == 422 and f"là của {AUTHORITY}" in plain(answer.text)
    assert services.store.size() == before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "held"}, "Chưa chọn loại lệnh"),
        ({"kind": "recall-closed"}, "không có lệnh như vậy đang hiệu lực"),
        ({"order": " "}, "Thiếu số lệnh"),
        ({"reason": "x"}, "Thiếu lý do"),
        ({"reach": "x"}, "Chưa chọn phạm vi thu hồi"),
        ({"note": "x" * 2001}, "Ghi chú dài 2001 ký tự"),
    ],
)
def test_a_bad_order_is_one_sentence_and_what_was_typed_stays(
    told: Visitors, manager: TestClient, change: dict[str, str], sentence: str
) -> None:
    client, before = manager, told.services.store.size()
    answer = client.post(f"{ORDER}?{PACKED}", data={**RECALL, "order": "TH-77", **change})
    assert answer.status_code == 422 and sentence in plain(answer.text)
    assert 'aria-invalid="true" aria-describedby="fault"' in answer.text
    assert "order" in change or 'value="TH-77"' in answer.text
    assert told.services.store.size() == before


def test_nothing_is_signed_over_a_lot_that_changed_nor_twice_nor_from_elsewhere(
    visitors: Visitors,
) -> None:
    services, client = visitors.services, visitors.signed_in("lan")
    where = f"{ORDER}?{PACKED}"
    form = {**hidden(client.post(where, data=RECALL).text), "act": "ky"}
    sold = {"lot": lot(GTIN, "L01"), "quantity": {"value": "3", "unit": "pack"}}
    say(services, SHOP, "sold", day(16), sold)
    services.station.catch_up()
    size = services.store.size()
    assert client.post(where, data=form).status_code == 409
    form = {**hidden(client.post(where, data=RECALL).text), "act": "ky"}
    strange = client.post(where, data=form, headers={"sec-fetch-site": "cross-site"})
    assert strange.status_code == 403 and services.store.size() == size
    assert client.post(where, data=form).status_code == 303
    size = services.store.size()
    assert "không ghi hai lần" in plain(client.post(where, data=form).text)
    assert services.store.size() == size


def test_without_its_key_or_its_lot_nobody_recalls(visitors: Visitors) -> None:
    services = visitors.services
    bay = visitors.signed_in("bay")
    answer = bay.post(f"{ORDER}?{PACKED}", data={**RECALL, "act": "ky"})
    assert answer.status_code == 403 and "chỉ cơ sở đó hoặc cơ quan quản lý" in plain(answer.text)
    kept = services.station.signers
    services.station.signers = {k: v for k, v in kept.items() if k != (FARM, "station")}
    lan = visitors.signed_in("lan")
    assert "không giữ khóa trạm" in plain(lan.get(f"{ORDER}?{PACKED}").text)
    assert lan.post(f"{ORDER}?{PACKED}", data=RECALL).status_code == 403


def test_only_who_keeps_registers_drills(visitors: Visitors) -> None:
    visitors.set_up("tho", "operator", FARM)
    for name in ("minh", "can", "tho"):
        client = visitors.signed_in(name)
        for page in ("", f"/lo?{PACKED}", f"/thong-bao?{PACKED}", f"/lenh?{PACKED}"):
            assert client.get(f"{DRILL}{page}").status_code == 403
        assert client.post(f"{ORDER}?{PACKED}", data=RECALL).status_code == 403
    assert visitors.signed_in("lan").get(f"{DRILL}?co-so={SHOP}").status_code == 403


def test_the_clock_counts_whole_seconds() -> None:
    now = dt.datetime(2026, 11, 20, 3, 0, 59, 900_000, tzinfo=dt.UTC)
    clock = clock_of({"tu": "2026-11-20T02:59:00Z"}, now)
    assert clock is not None and clock.minutes == "1:59"
