"""Each register: something is added, changed beside the old, and its history tells both."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from api.registers.fields import REGISTERS
from tests.access.visitors import Visitors
from tests.pages.cooperative import GTIN, PARTY, PRODUCT
from tests.registers.forms import (
    CERTIFICATE,
    INSTRUMENT,
    ITEM,
    LISTS,
    NEW,
    OCOP,
    hidden,
    opened,
    problems,
    recorded,
    send,
    text_of,
)


def newest(services: Services) -> tuple[str, dict[str, Any]]:
    """Type and body of the last statement of the ledger."""
    said = services.views.stories.located(services.store.size() - 1).statement
    return said.type, said.body


@pytest.mark.parametrize("slug", list(NEW))
def test_something_new_is_previewed_recorded_once_and_listed(
    services: Services, home: TestClient, slug: str
) -> None:
    before = services.store.size()
    preview = send(home, slug, NEW[slug], "xem")
    assert preview.status_code == 200
    assert "Ghi sổ rồi thì không xóa được, chỉ ghi lại" in text_of(preview)
    assert services.store.size() == before
    where = recorded(send(home, slug, NEW[slug]))
    added = services.store.size() - before
    assert added == (2 if slug == "can-do" else 1)
    # The button pressed twice.
    assert recorded(send(home, slug, NEW[slug])) == where
    assert services.store.size() == before + added
    page = home.get(where)
    assert page.status_code == 200 and "Đã ghi sổ." in text_of(page)
    name = NEW[slug].get("name") or NEW[slug].get("kind") or ""
    shown = "An toàn thực phẩm" if slug == "giay-chung-nhan" else name
    assert shown in text_of(home.get(f"{LISTS}/{slug}"))
    said = services.views.stories.located(services.store.size() - 1)
    assert (said.statement.party, said.signer.role) == (PARTY, "admin")


def test_a_product_is_written_as_the_format_has_it(services: Services, home: TestClient) -> None:
    recorded(send(home, "san-pham", NEW["san-pham"]))
    assert newest(services) == (
        "product-registered",
        {
            "gtin": "08938501000224",
            "name": "Bánh đa Ưỡng Ở",
            "brand": "Đồng Tâm",
            "net_content": {"value": "0.5", "unit": "kg"},
            "shelf_life_days": 180,
            "ingredients": "Gạo tẻ, muối",
            "standards": ["TCCS 02:2026/HTX-MD", "TCVN 5777"],
        },
    )


def test_forms_sent_at_the_same_moment_record_once(services: Services, visitors: Visitors) -> None:
    before = services.store.size()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(visitors.home(), "mat-hang", ITEM), range(4)))
    assert {one.status_code for one in answers} == {303}
    assert services.store.size() == before + 1


def test_a_change_stands_beside_the_old_version_and_says_what_was(
    services: Services, home: TestClient
) -> None:
    form = opened(home, "san-pham", f"ma={GTIN}")
    assert form["name"] == PRODUCT["name"] and form["net_content"] == "500 g"
    unchanged = send(home, "san-pham", form, "xem")
    assert unchanged.status_code == 422 and "Không có gì khác với sổ" in text_of(unchanged)
    form |= {"brand": "Nhãn mới", "warning": ""}
    preview = text_of(send(home, "san-pham", form, "xem"))
    assert "Tên nhãn hiệu Đồng Tâm Nhãn mới" in preview
    assert "Cảnh báo Không dùng khi có mùi mốc –" in preview
    where = recorded(send(home, "san-pham", form))
    kind, body = newest(services)
    expected = {**PRODUCT, "brand": "Nhãn mới"}
    del expected["warning"]
    assert (kind, body) == ("product-registered", expected)
    page = text_of(home.get(where))
    assert page.index("Ghi lại · ") < page.index("Đăng ký · 09:00 01/09/2026")
    assert "Tên nhãn hiệu Đồng Tâm Nhãn mới" in page
    key = services.station.signers[PARTY, "admin"].keyid.hex()[:16]
    assert f"HTX-MD ký, khóa {key}" in page


def test_what_the_form_does_not_show_stays_as_it_was(services: Services, home: TestClient) -> None:
    from tests.pages.cooperative import record

    record(services, "product-registered", "2026-09-02", {**PRODUCT, "image": "a" * 64})
    form = opened(home, "san-pham", f"ma={GTIN}")
    recorded(send(home, "san-pham", {**form, "name": "Tên mới"}))
    assert newest(services)[1]["image"] == "a" * 64


def test_nobody_writes_over_what_they_have_not_seen(services: Services, home: TestClient) -> None:
    mine, theirs = (opened(home, "dia-diem", "ma=XCB-01") for _ in range(2))
    recorded(send(home, "dia-diem", {**theirs, "name": "Xưởng mới"}))
    before = services.store.size()
    late = send(home, "dia-diem", {**mine, "name": "Xưởng của tôi"})
    assert late.status_code == 422 and services.store.size() == before
    assert "đã có người ghi bản mới hơn" in text_of(late)
    assert 'value="Xưởng của tôi"' in late.text
    # The page is now on the newest version: who sends it again has seen it.
    again = {**mine, "name": "Xưởng của tôi", "base": hidden(late, "base")}
    recorded(send(home, "dia-diem", again))
    assert newest(services)[1]["name"] == "Xưởng của tôi"


def test_a_scale_is_verified_again_without_being_registered_again(
    services: Services, home: TestClient
) -> None:
    recorded(send(home, "can-do", INSTRUMENT))
    form = opened(home, "can-do", "ma=CAN-02")
    assert (form["verified_on"], form["valid_to"]) == ("01/09/2026", "31/08/2027")
    before = services.store.size()
    where = recorded(
        send(home, "can-do", {**form, "verified_on": "30/09/2026", "valid_to": "29/09/2027"})
    )
    assert services.store.size() == before + 1
    assert newest(services) == (
        "instrument-verified",
        {
            "code": "CAN-02",
            "verified_on": "2026-09-30",
            "valid_to": "2027-09-29",
            "body": "Trung tâm đo lường",
        },
    )
    assert text_of(home.get(where)).count("Kiểm định · ") == 2


def test_a_certificate_is_withdrawn_with_a_reason_once_and_can_be_recorded_again(
    services: Services, home: TestClient
) -> None:
    recorded(send(home, "giay-chung-nhan", OCOP))
    key = {"ma": OCOP["number"], "cua": OCOP["subject"], "co-so": PARTY}
    page = home.get(f"{LISTS}/giay-chung-nhan/muc", params=key)
    form = {**key, "base": hidden(page, "base")}
    rut = f"{LISTS}/giay-chung-nhan/rut"
    before = services.store.size()
    without = home.post(rut, data=form)
    assert without.status_code == 422 and "“Lý do” đang trống" in text_of(without)
    for _ in range(2):
        recorded(home.post(rut, data={**form, "reason": "typing-error"}))
    assert services.store.size() == before + 1
    assert newest(services) == (
        "certificate-withdrawn",
        {"number": OCOP["number"], "subject": OCOP["subject"], "reason": "typing-error"},
    )
    shown = text_of(home.get(f"{LISTS}/giay-chung-nhan/muc", params=key))
    assert "Giấy này đã được rút." in shown and "nhập nhầm" in shown
    assert "đã rút" in text_of(home.get(f"{LISTS}/giay-chung-nhan"))
    again = opened(home, "giay-chung-nhan", f"ma={OCOP['number']}&cua={OCOP['subject']}")
    recorded(send(home, "giay-chung-nhan", again))
    assert newest(services)[0] == "certificate-recorded"


def test_what_matters_stands_first_with_its_state(services: Services, home: TestClient) -> None:
    papers = {
        "haccp": ("01/01/2023", "31/12/2025", "hết hạn 31/12/2025"),
        "organic": ("01/01/2024", "20/10/2026", "còn 19 ngày"),
        "vietgap": ("01/12/2026", "01/12/2027", "chưa có hiệu lực"),
        "gmp": ("01/01/2024", "31/12/2025", "đã có giấy mới hơn"),
    }
    newer = {"kind": "gmp", "number": "new", "valid_from": "1/1/2026", "valid_to": "31/12/2028"}
    recorded(send(home, "giay-chung-nhan", {**CERTIFICATE, **newer}))
    for kind, (first, last, _) in papers.items():
        days = {"valid_from": first, "valid_to": last}
        paper = {**CERTIFICATE, **days, "kind": kind, "number": kind}
        recorded(send(home, "giay-chung-nhan", paper))
    page = text_of(home.get(f"{LISTS}/giay-chung-nhan"))
    assert [page.index(word) for _, _, word in papers.values()] == sorted(
        page.index(word) for _, _, word in papers.values()
    )
    start = text_of(home.get("/quan-ly"))
    assert "hết hạn ngày 20/10/2026, còn 19 ngày" in start and "2 cần xem" in start
    assert "GMP" not in start and "VietGAP" not in start
    asked = "ma=organic&amp;cua=site%3AHTX-MD%2FXCB-01&amp;co-so=HTX-MD"
    assert f"/quan-ly/danh-muc/giay-chung-nhan/muc?{asked}" in home.get("/quan-ly").text


def test_a_register_is_searched_without_marks_and_turned_page_by_page(
    services: Services, home: TestClient
) -> None:
    from tests.pages.cooperative import record

    for number in range(1, 56):
        name = f"Ruộng số {number}"
        site = {"code": f"R-{number:02}", "kind": "growing-area", "name": name}
        record(services, "site-registered", "2026-09-01", site)
    first = home.get(f"{LISTS}/dia-diem")
    assert first.text.count('<th scope="row">') == 50
    second = home.get(f"{LISTS}/dia-diem?trang=2")
    assert second.text.count('<th scope="row">') == 7
    found = text_of(home.get(f"{LISTS}/dia-diem?tim=ruong+so+41"))
    assert "Có 1 mục khớp" in found and "R-41" in found
    assert "Có 0 mục khớp" in text_of(home.get(f"{LISTS}/dia-diem?tim=%3Cscript%3E"))
    for page in ("0", "-1", "99", "x", "9" * 400):
        assert home.get(f"{LISTS}/dia-diem", params={"trang": page}).status_code == 200


def test_every_register_speaks_english_and_unknown_ones_are_unknown(home: TestClient) -> None:
    for slug in REGISTERS:
        page = text_of(home.get(f"{LISTS}/{slug}/ghi?lang=en"))
        assert "Look again before recording" in page
    faulty = home.post(f"{LISTS}/mat-hang/ghi?lang=en", data={"code": "a b/c"})
    assert "cannot be a code" in problems(faulty)["code"]
    assert home.get(f"{LISTS}/nothing").status_code == 404
    assert home.get(f"{LISTS}/san-pham/muc?ma=8938501000224").status_code == 404
    assert home.get(f"{LISTS}/san-pham/ghi?ma=x").status_code == 404
    assert home.post(f"{LISTS}/dia-diem/rut", data={"ma": "XCB-01"}).status_code == 404
