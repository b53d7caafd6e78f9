"""The form that people send, and the list in which managers and inspectors read it."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from api.access.limits import RATES
from api.bootstrap import Services, enrol_party
from api.consumer.reports import A_DAY
from ledger.domain.drafts import Draft
from tests.access.visitors import Visitors
from tests.pages.cooperative import GTIN, LOT, PARTY, serial

LABEL = f"/phan-anh/01/{GTIN}/10/{LOT}"
OTHER_PARTY = "HTX-KHAC"
HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture
def buyer(visitors: Visitors) -> TestClient:
    return visitors.away()


def form_of(client: TestClient, path: str = LABEL) -> dict[str, str]:
    """The fields of the form as it is shown."""
    page = client.get(path)
    assert page.status_code == 200
    found = re.search(r'name="once" value="([\w-]{22})"', page.text)
    assert found is not None
    return {"once": found[1], "kind": "opened", "said": "Tem bị bóc", "contact": ""}


def sent(client: TestClient, path: str = LABEL, **fields: str) -> str:
    """Send a report; its number as the thanks say it."""
    answer = client.post(path, data={**form_of(client, path), **fields})
    assert answer.status_code == 303, answer.text
    thanks = client.get(answer.headers["location"])
    assert thanks.status_code == 200 and "Cảm ơn bạn" in thanks.text
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", thanks.text)
    assert found is not None
    return found[0]


def reader(visitors: Visitors, role: str) -> TestClient:
    if not visitors.gate.people.has_administrator():
        visitors.set_up("quan", "administrator")
    if role == "administrator":
        return visitors.signed_in("quan")
    visitors.set_up(role, role)
    return visitors.signed_in(role)


def test_a_report_reaches_the_manager_and_the_inspector(
    services: Services, visitors: Visitors, buyer: TestClient
) -> None:
    path = f"{LABEL}/21/{serial(services)}"
    number = sent(buyer, path, said="Mua ở chợ Ba Chẽ.\nTem bị bóc", contact="0912 345 678")
    for role in ("manager", "inspector", "officer", "administrator"):
        page = reader(visitors, role).get("/phan-anh").text
        for text in (number, "Mua ở chợ Ba Chẽ.<br>Tem bị bóc", "0912 345 678", serial(services)):
            assert text in page, role


def test_nobody_else_reads_reports(visitors: Visitors, buyer: TestClient) -> None:
    sent(buyer)
    visitors.set_up("quan", "administrator")
    visitors.set_up("vien", "operator")
    assert visitors.away().get("/phan-anh").status_code == 303
    assert visitors.signed_in("vien").get("/phan-anh").status_code == 403
    assert visitors.away().post("/phan-anh", data={"act": "xoa"}).status_code == 403


def test_another_party_neither_sees_nor_touches_a_report(
    services: Services, visitors: Visitors, buyer: TestClient
) -> None:
    when = "2026-09-01T08:00:00+07:00"
    registration = {"code": OTHER_PARTY, "kind": "cooperative", "name": "HTX khác"}
    services.station.record(Draft("party-registered", "LEDGER", when, registration))
    enrol_party(services, OTHER_PARTY)
    number = sent(buyer)
    visitors.set_up("quan", "administrator")
    visitors.set_up("khac", "manager", OTHER_PARTY)
    client = visitors.signed_in("khac")
    assert number not in client.get("/phan-anh").text
    for act in ("luu", "xoa"):
        fields = {"act": act, "number": number, "state": "closed", "note": "x"}
        answer = client.post("/phan-anh", data=fields)
        assert answer.status_code == 422 and "Không có phản ánh" in answer.text
    answer = client.post("/phan-anh", data={"act": "so-goi", "party": PARTY, "phone": "19001234"})
    assert answer.status_code == 422
    assert number in reader(visitors, "inspector").get("/phan-anh").text


def test_a_report_is_answered_and_moves_to_its_list(visitors: Visitors, buyer: TestClient) -> None:
    number = sent(buyer)
    client = reader(visitors, "manager")
    fields = {"act": "luu", "number": number, "state": "seen", "note": "Đã gọi", "loai": "new"}
    answer = client.post("/phan-anh", data=fields)
    assert answer.status_code == 303
    back = client.get(answer.headers["location"]).text
    assert "Đã lưu." in back and number not in back
    seen = client.get("/phan-anh?loai=seen").text
    assert number in seen and "Đã gọi" in seen and "manager" in seen
    wrong = {**fields, "note": "x" * 501}
    refused = client.post("/phan-anh", data={**wrong, "loai": "seen"})
    assert refused.status_code == 422
    assert "x" * 501 in refused.text and 'aria-invalid="true"' in refused.text


def test_erasing_on_request_leaves_no_word(visitors: Visitors, buyer: TestClient) -> None:
    number = sent(buyer, said="Tôi tên Lụa", contact="0912 345 678")
    client = reader(visitors, "inspector")
    assert client.post("/phan-anh", data={"act": "xoa", "number": number}).status_code == 303
    page = client.get("/phan-anh").text
    assert number in page and "Lụa" not in page and "0912" not in page


def test_a_contact_can_be_kept_from_the_cooperative(visitors: Visitors, buyer: TestClient) -> None:
    sent(buyer, contact="0912 345 678", only="1")
    page = reader(visitors, "manager").get("/phan-anh").text
    assert "0912" not in page and "chỉ cán bộ kiểm tra biết" in page
    assert "0912 345 678" in reader(visitors, "inspector").get("/phan-anh").text


def test_a_form_that_is_sent_twice_is_one_report(visitors: Visitors, buyer: TestClient) -> None:
    fields = form_of(buyer)
    first, second = (buyer.post(LABEL, data=fields).headers["location"] for _ in range(2))
    assert first == second
    page = reader(visitors, "inspector").get("/phan-anh").text
    assert "mới (1)" in page


@pytest.mark.parametrize(
    ("fields", "says", "field"),
    [
        ({"kind": ""}, "Chưa chọn vấn đề", "fieldset"),
        ({"kind": "x"}, "Chưa chọn vấn đề", "fieldset"),
        ({"said": "x" * 1001}, "1001", "textarea"),
        ({"contact": "y" * 121}, "121", "input"),
        ({"kind": "other", "said": ""}, "hãy viết điều bạn gặp", "textarea"),
    ],
)
def test_a_refusal_names_the_field_and_keeps_what_was_typed(
    visitors: Visitors, buyer: TestClient, fields: dict[str, str], says: str, field: str
) -> None:
    typed = {**form_of(buyer), "contact": "lua@example.vn", **fields}
    answer = buyer.post(LABEL, data=typed)
    assert answer.status_code == 422 and says in answer.text
    assert re.search(rf'<{field}[^>]*aria-invalid="true"', answer.text)
    assert typed["said"] in answer.text and typed["contact"] in answer.text
    assert f'value="{typed["once"]}"' in answer.text
    assert "mới (0)" in reader(visitors, "inspector").get("/phan-anh").text


def test_hostile_words_stay_words(visitors: Visitors, buyer: TestClient) -> None:
    path = f"{LABEL}/21/%00%1b%3Cb%3E"
    sent(buyer, path, said=f"{HOSTILE}\u202egnp.exe\x00 Ba\u00a0Chẽ", contact=HOSTILE, kind="other")
    page = reader(visitors, "inspector").get("/phan-anh").text
    assert "<script>alert" not in page and "\u202e" not in page and "\x00" not in page
    assert "&lt;b&gt;" in page and "Ba Chẽ" in page
    assert page.count("&lt;script&gt;") == 2


def test_a_label_that_leads_nowhere_can_be_reported_to_inspectors(
    visitors: Visitors, buyer: TestClient
) -> None:
    for path in ("/phan-anh/01/08931234567897/10/L1", f"{LABEL}/21/A1000001ZZZZ"):
        number = sent(buyer, path, kind="fake")
        assert number in reader_once(visitors).get("/phan-anh").text
    form = buyer.get("/phan-anh/01/08931234567897/10/L1").text
    assert "chưa có cơ sở nào đăng ký" in form and 'name="only"' not in form


def reader_once(visitors: Visitors) -> TestClient:
    if visitors.gate.people.has_administrator():
        return visitors.signed_in("quan")
    return reader(visitors, "administrator")


@pytest.mark.parametrize(
    "rest", ["", "x", "01/123/10/L", f"01/{GTIN}", "%2e%2e/%2e%2e", "01//10//"]
)
def test_an_address_that_is_no_label_has_a_plain_answer(buyer: TestClient, rest: str) -> None:
    assert buyer.get(f"/phan-anh/{rest}").status_code in {404, 303}
    assert buyer.post(f"/phan-anh/{rest}", data={"kind": "fake"}).status_code in {403, 404}


def test_reports_of_one_network_are_few_a_minute(visitors: Visitors) -> None:
    client = visitors.away("198.51.100.7")
    fields = form_of(client)
    answers = [
        client.post(LABEL, data={**fields, "once": f"{number:022}"}).status_code
        for number in range(7)
    ]
    assert answers == [303] * 5 + [429] * 2
    assert visitors.away("198.51.100.8").post(LABEL, data=fields).status_code == 303


def test_one_network_does_not_fill_the_room_of_all(visitors: Visitors) -> None:
    limits, most = visitors.gate.limits, RATES["report-day"].a_minute
    assert most * 10 < A_DAY["party"] < A_DAY["all"] // 2
    wait = [limits.take("report-day", "198.51.100.7") for _ in range(most + 1)][-1]
    assert wait is not None and wait > 600


def test_one_label_cannot_be_flooded(services: Services, visitors: Visitors) -> None:
    path = f"{LABEL}/21/{serial(services)}"
    for number in range(A_DAY["label"]):
        sent(visitors.away(f"198.51.100.{number}"), path)
    late = visitors.away("198.51.100.200")
    answer = late.post(path, data=form_of(late, path))
    assert answer.status_code == 429 and "Tem bị bóc" in answer.text


def test_another_site_cannot_send_reports_for_its_visitors(buyer: TestClient) -> None:
    answer = buyer.post(LABEL, data=form_of(buyer), headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_thanks_are_said_only_for_a_report_that_is_there(buyer: TestClient) -> None:
    page = buyer.get(f"{LABEL}?so=ABCD-EFGH").text
    assert "Cảm ơn" not in page and 'name="once"' in page


def test_the_managers_telephone_stands_on_the_label_page(
    visitors: Visitors, buyer: TestClient
) -> None:
    client = reader(visitors, "manager")
    wrong = client.post("/phan-anh", data={"act": "so-goi", "party": PARTY, "phone": "gọi tôi"})
    assert wrong.status_code == 422 and 'value="gọi tôi"' in wrong.text
    fields = {"act": "so-goi", "party": PARTY, "phone": "0203 3123 456"}
    assert client.post("/phan-anh", data=fields).status_code == 303
    assert 'href="tel:02033123456"' in buyer.get(f"/01/{GTIN}/10/{LOT}").text
    inspector = reader(visitors, "inspector")
    assert 'name="phone"' not in inspector.get("/phan-anh").text
    assert inspector.post("/phan-anh", data={**fields, "phone": ""}).status_code == 422


@pytest.mark.parametrize(
    "query", ["loai=x", "trang=-1", "trang=99999999999999999999", "trang=%D9%A3", "loai=&trang="]
)
def test_absurd_queries_of_the_list_are_a_list(visitors: Visitors, query: str) -> None:
    assert reader(visitors, "inspector").get(f"/phan-anh?{query}").status_code == 200


def test_both_pages_speak_english(visitors: Visitors, buyer: TestClient) -> None:
    form = buyer.get(f"{LABEL}?lang=en").text
    assert '<html lang="en">' in form and "What is wrong?" in form and "Bạn" not in form
    answer = buyer.post(f"{LABEL}?lang=en", data=form_of(buyer))
    assert "Thank you" in buyer.get(answer.headers["location"]).text
    page = reader(visitors, "inspector").get("/phan-anh?lang=en").text
    assert "Reports by people who scanned labels" in page and "Phản ánh" not in page
