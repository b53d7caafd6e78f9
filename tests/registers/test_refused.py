"""What a register refuses: at its field, in one sentence, with what was typed kept; nothing recorded."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from ledger.domain.drafts import Draft
from tests.pages.cooperative import GTIN, PARTY
from tests.registers.forms import (
    CERTIFICATE,
    INSTRUMENT,
    ITEM,
    LISTS,
    NEW,
    OCOP,
    PRODUCT,
    SITE,
    opened,
    problems,
    send,
    text_of,
)

CASES = [
    ("san-pham", PRODUCT, "gtin", "8938501000225", "số kiểm tra"),
    ("san-pham", PRODUCT, "gtin", "89385010002", "8/12/13/14"),
    ("san-pham", PRODUCT, "gtin", GTIN, "đã có trong danh mục"),
    ("san-pham", PRODUCT, "gtin", "", "đang trống"),
    ("san-pham", PRODUCT, "name", "", "đang trống"),
    ("san-pham", PRODUCT, "name", "x" * 161, "dài 161 ký tự, sổ chỉ nhận tối đa 160"),
    ("san-pham", PRODUCT, "name", "Miến\u202edong", "ký tự ẩn"),
    ("san-pham", PRODUCT, "name", "Miến\u200bdong", "ký tự ẩn"),
    ("san-pham", PRODUCT, "name", "Miến\x07dong", "ký tự ẩn"),
    ("san-pham", PRODUCT, "net_content", "năm trăm", "năm trăm"),
    ("san-pham", PRODUCT, "net_content", "-5 g", "-5 g"),
    ("san-pham", PRODUCT, "shelf_life_days", "0", "số nguyên từ 1 đến 36500"),
    ("san-pham", PRODUCT, "shelf_life_days", "1,5", "số nguyên từ 1 đến 36500"),
    ("san-pham", PRODUCT, "shelf_life_days", "٣٦٥", "số nguyên từ 1 đến 36500"),
    ("san-pham", PRODUCT, "shelf_life_days", "9" * 5000, "số nguyên từ 1 đến 36500"),
    ("san-pham", PRODUCT, "standards", "\n".join(["TCVN 1"] * 21), "có 21 dòng"),
    ("mat-hang", ITEM, "code", "củ dong", "không dùng làm mã được"),
    ("mat-hang", ITEM, "code", "a/b", "không dùng làm mã được"),
    ("mat-hang", ITEM, "code", "x" * 33, "không dùng làm mã được"),
    ("mat-hang", ITEM, "code", "bot-dong", "đã có trong danh mục"),
    ("dia-diem", SITE, "code", "XCB-01", "đã có trong danh mục"),
    ("dia-diem", SITE, "kind", "moon", "không có trong các lựa chọn"),
    ("dia-diem", SITE, "gln", "8938501000003", "số kiểm tra"),
    ("giay-chung-nhan", CERTIFICATE, "subject", "", "đang trống"),
    ("giay-chung-nhan", CERTIFICATE, "subject", "party:NOBODY", "không có trong các lựa chọn"),
    ("giay-chung-nhan", CERTIFICATE, "kind", "nonsense", "không có trong các lựa chọn"),
    ("giay-chung-nhan", CERTIFICATE, "valid_from", "31/02/2026", "Không có ngày 31/02/2026"),
    ("giay-chung-nhan", CERTIFICATE, "valid_from", "hôm qua", "không phải ngày"),
    ("giay-chung-nhan", CERTIFICATE, "valid_from", "01/03/26", "không phải ngày"),
    ("giay-chung-nhan", CERTIFICATE, "valid_to", "01/01/2026", "trước ngày đầu"),
    ("giay-chung-nhan", CERTIFICATE, "valid_to", "01/01/9999", "nằm ngoài 2000 đến 2100"),
    ("giay-chung-nhan", CERTIFICATE, "stars", "3", "Chỉ công nhận OCOP mới có sao"),
    ("giay-chung-nhan", CERTIFICATE, "document", "abc", "không phải mã băm"),
    ("giay-chung-nhan", OCOP, "stars", "", "từ 1 đến 5 sao"),
    ("giay-chung-nhan", OCOP, "stars", "6", "không có trong các lựa chọn"),
    ("giay-chung-nhan", OCOP, "subject", "party:HTX-MD", "là của sản phẩm"),
    ("giay-chung-nhan", OCOP, "valid_to", "02/09/2029", "36 tháng"),
    ("giay-chung-nhan", OCOP, "number", "1432/QĐ-UBND", "đã có trong danh mục"),
    ("can-do", INSTRUMENT, "verified_on", "03/10/2026", "ngày chưa tới"),
    ("can-do", INSTRUMENT, "valid_to", "", "cần cả ngày kiểm định"),
    ("can-do", INSTRUMENT, "verified_on", "", "cần cả ngày kiểm định"),
    ("can-do", INSTRUMENT, "valid_to", "01/08/2026", "trước ngày đầu"),
    ("can-do", INSTRUMENT, "kind", "", "đang trống"),
]


@pytest.mark.parametrize(("slug", "form", "name", "typed", "said"), CASES)
def test_a_bad_field_is_told_at_the_field_and_nothing_is_recorded(
    services: Services,
    home: TestClient,
    slug: str,
    form: dict[str, str],
    name: str,
    typed: str,
    said: str,
) -> None:
    before = services.store.size()
    for act in ("xem", "ghi", "tep"):
        page = send(home, slug, {**form, name: typed}, act)
        assert page.status_code == 422, text_of(page)
        found = problems(page)
        assert set(found) == {name}, found
        assert said in found[name]
        assert 'aria-invalid="true"' in page.text and f"{name}_problem" in page.text
        for other, value in form.items():
            if other != name and "\n" not in value and other not in {"kind", "subject", "stars"}:
                assert f'value="{value}"' in page.text, other
    assert services.store.size() == before


def test_the_last_day_of_36_months_is_taken(home: TestClient) -> None:
    assert send(home, "giay-chung-nhan", {**OCOP, "valid_to": "01/09/2029"}).status_code == 303
    short = {**OCOP, "number": "8", "valid_from": "29/02/2024", "valid_to": "28/02/2027"}
    assert send(home, "giay-chung-nhan", short).status_code == 303


def test_hostile_texts_are_quoted_wherever_they_are_shown(home: TestClient) -> None:
    hostile = '"><script>alert(1)</script>'
    page = send(home, "mat-hang", {"code": hostile, "name": hostile}, "xem")
    assert page.status_code == 422 and "<script>alert" not in page.text
    where = send(home, "mat-hang", {**ITEM, "name": hostile}).headers["location"]
    for address in (where, f"{LISTS}/mat-hang", f"{LISTS}/mat-hang?tim={hostile}"):
        assert "<script>alert" not in home.get(address).text


def register_other(services: Services) -> None:
    """Another party with a product, and an authority, whose keys are on this machine, too."""
    from api.bootstrap import enrol_party

    for code, kind, name in (
        ("HTX-NL", "cooperative", "Hợp tác xã Nấm lim"),
        ("SNN-QN", "authority", "Sở Nông nghiệp và Môi trường"),
    ):
        body = {"code": code, "kind": kind, "name": name}
        services.station.record(
            Draft("party-registered", "LEDGER", services.station.now_text(), body)
        )
        enrol_party(services, code)
    body = {"gtin": "08938501000323", "name": "Nấm lim"}
    services.station.record(
        Draft("product-registered", "HTX-NL", services.station.now_text(), body)
    )


def test_what_belongs_to_another_party_is_refused_with_its_name(
    services: Services, home: TestClient
) -> None:
    register_other(services)
    before = services.store.size()
    taken = send(home, "san-pham", {**PRODUCT, "gtin": "8938501000323", "co-so": PARTY})
    assert "do HTX-NL đăng ký" in problems(taken)["gtin"]
    foreign = {**OCOP, "subject": "product:08938501000323", "co-so": PARTY}
    assert (
        "không có trong các lựa chọn" in problems(send(home, "giay-chung-nhan", foreign))["subject"]
    )
    assert services.store.size() == before


def test_an_authority_vouches_for_others_and_nobody_writes_over_its_word(
    services: Services, home: TestClient
) -> None:
    register_other(services)
    vouched = {**OCOP, "subject": "8938501000323", "co-so": "SNN-QN"}
    assert send(home, "giay-chung-nhan", vouched).status_code == 303
    unknown = send(home, "giay-chung-nhan", {**vouched, "subject": "8938501000422"})
    assert "không phải sản phẩm, địa điểm hay cơ sở đã đăng ký" in problems(unknown)["subject"]
    subject = "product:08938501000323"
    before = services.store.size()
    over = {**OCOP, "subject": subject, "co-so": "HTX-NL", "stars": "3"}
    for base in ("", "f" * 64):
        refused = send(home, "giay-chung-nhan", {**over, "base": base})
        assert "do SNN-QN ghi nên HTX-NL không ghi đè" in text_of(refused)
    key = {"ma": OCOP["number"], "cua": subject, "co-so": "HTX-NL"}
    page = text_of(home.get(f"{LISTS}/giay-chung-nhan/muc", params=key))
    assert "SNN-QN" in page and "bên khác xác nhận" in page and "Rút giấy này" not in page
    rut = home.post(f"{LISTS}/giay-chung-nhan/rut", data={**key, "reason": "other", "base": "x"})
    assert rut.status_code == 422 and "không ghi đè" in text_of(rut)
    assert services.store.size() == before
    assert "SNN-QN xác nhận" in text_of(home.get(f"{LISTS}/giay-chung-nhan?co-so=HTX-NL"))


def test_going_back_to_the_form_keeps_everything_typed(home: TestClient) -> None:
    page = send(home, "san-pham", PRODUCT, "sua")
    assert page.status_code == 200 and problems(page) == {}
    assert 'value="8938501000224"' in page.text and "TCVN 5777</textarea>" in page.text


def test_a_key_field_cannot_be_changed_under_an_opened_form(
    services: Services, home: TestClient
) -> None:
    form = opened(home, "mat-hang", "ma=bot-dong")
    before = services.store.size()
    answer = send(home, "mat-hang", {**form, "code": "bot-khac"})
    assert answer.status_code == 422 and services.store.size() == before


def test_too_much_and_what_is_no_form_is_refused(home: TestClient) -> None:
    for slug in NEW:
        assert home.post(f"{LISTS}/{slug}/ghi", content=b"{}").status_code == 422
        large = {"name": "x" * 70_000}
        assert home.post(f"{LISTS}/{slug}/ghi", data=large).status_code == 422
