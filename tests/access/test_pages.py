"""Signing in and out, the first administrator, links, accounts: as a browser without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

import pytest

from api.access.cookies import NAMES
from api.access.record import Happening
from tests.access.visitors import HOME, PASSWORD, Visitors, link_in
from tests.pages.cooperative import GTIN, LOT, PARTY

OTHER = "gà gáy ba lần rồi"
_NAME = {"account": "phuong", "name": "Nguyễn Thị Phượng"}


class Answer(Protocol):
    """An answer of any client."""

    @property
    def headers(self) -> Mapping[str, str]: ...


def cookie_line(answer: Answer) -> str:
    return answer.headers["set-cookie"]


def newest(visitors: Visitors) -> list[Happening]:
    return visitors.gate.record.newest()


def test_before_anybody_is_set_up_the_own_machine_does_everything_as_before(
    visitors: Visitors,
) -> None:
    home, away = visitors.home(), visitors.away()
    assert home.get("/tram").status_code == 200
    assert home.get(f"/lo/{GTIN}/{LOT}").status_code == 200
    assert away.get(f"/01/{GTIN}/10/{LOT}").status_code == 200
    assert away.get("/tram").status_code == 403
    assert not (visitors.services.folder / "access.db").exists()


def test_where_nobody_is_set_up_ones_own_account_leads_to_the_first_page(
    visitors: Visitors,
) -> None:
    answer = visitors.home().get("/toi")
    assert (answer.status_code, answer.headers["location"]) == (303, "/vao")


def test_the_first_page_on_the_own_machine_makes_the_administrator(visitors: Visitors) -> None:
    home = visitors.home()
    assert home.get("/vao").headers["location"] == "/vao/lan-dau"
    assert "Đặt người quản trị" in home.get("/vao/lan-dau").text
    assert visitors.away().get("/vao/lan-dau").headers["location"] == "/vao"
    weak = home.post("/vao/lan-dau", data={**_NAME, "password": "p" * 12, "again": "p" * 12})
    assert weak.status_code == 422 and "người lạ sẽ thử đầu tiên" in weak.text
    typed = home.post("/vao/lan-dau", data={**_NAME, "password": PASSWORD, "again": OTHER})
    assert typed.status_code == 422 and "không giống nhau" in typed.text
    assert not visitors.gate.people.has_administrator()
    answer = home.post("/vao/lan-dau", data={**_NAME, "password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 303 and answer.headers["location"] == "/toi"
    assert "Nguyễn Thị Phượng" in home.get("/toi").text
    # From now on the machine alone is nobody in particular.
    other = visitors.home()
    assert other.get("/nguoi").headers["location"] == "/vao"
    assert other.get("/vao/lan-dau").status_code == 404
    second = other.post("/vao/lan-dau", data={**_NAME, "password": PASSWORD, "again": PASSWORD})
    assert second.status_code == 404
    assert other.get("/tram").status_code == 200


def test_a_link_from_the_command_line_does_the_same_from_far_away(visitors: Visitors) -> None:
    token = visitors.gate.people.first("phuong", "Phượng")
    away = visitors.away()
    assert "phuong" in away.get(f"/vao/ma/{token}").text
    answer = away.post(f"/vao/ma/{token}", data={"password": PASSWORD, "again": PASSWORD})
    assert answer.headers["location"] == "/toi"
    assert away.get("/nguoi").status_code == 200
    assert away.get(f"/vao/ma/{token}").status_code == 404
    assert (
        away.post(f"/vao/ma/{token}", data={"password": OTHER, "again": OTHER}).status_code == 404
    )


def test_the_cookie_is_host_only_secure_and_unreadable_for_scripts(visitors: Visitors) -> None:
    visitors.set_up("minh", "inspector")
    far = cookie_line(visitors.sign_in(visitors.away(), "minh"))
    assert far.startswith(f"{NAMES['person', False]}=")
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in far
    assert "domain" not in far.lower() and "max-age" not in far.lower()
    near = cookie_line(visitors.sign_in(visitors.home(), "minh"))
    assert near.startswith("ocop-local=") and "HttpOnly" in near and "Secure" not in near


def test_a_session_is_new_at_every_sign_in_and_the_old_one_ends(visitors: Visitors) -> None:
    visitors.set_up("minh", "inspector")
    client = visitors.signed_in("minh")
    name = NAMES["person", False]
    first = client.cookies[name]
    visitors.sign_in(client, "minh")
    assert client.cookies[name] != first and len(first) == 43
    stale = visitors.away()
    stale.cookies.set(name, first)
    assert stale.get("/toi").headers["location"] == "/vao"
    # A token that somebody planted before is not taken over.
    planted = visitors.away()
    planted.cookies.set(name, "planted")
    given = cookie_line(visitors.sign_in(planted, "minh"))
    assert "planted" not in given
    assert visitors.gate.sessions.find("planted") is None


def test_a_cookie_of_far_away_is_none_at_home_and_a_pins_none_far_away(
    visitors: Visitors,
) -> None:
    visitors.set_up("phuong", "administrator")
    token = visitors.signed_in("phuong").cookies[NAMES["person", False]]
    for name in ("ocop-local", "ocop-tram"):
        away = visitors.away()
        away.cookies.set(name, token)
        assert away.get("/nguoi").headers["location"] == "/vao"


def test_signing_out_ends_the_session_on_the_server(visitors: Visitors) -> None:
    visitors.set_up("minh", "inspector")
    client = visitors.signed_in("minh")
    token = client.cookies[NAMES["person", False]]
    answer = client.post("/ra")
    assert answer.headers["location"] == "/vao" and "clear-site-data" in answer.headers
    again = visitors.away()
    again.cookies.set(NAMES["person", False], token)
    assert again.get("/toi").headers["location"] == "/vao"
    assert newest(visitors)[0].what in {"signed-out", "act"}


def test_wrong_names_and_wrong_passwords_are_told_alike_and_limited(visitors: Visitors) -> None:
    visitors.set_up("minh", "inspector")
    away = visitors.away()
    texts = set()
    for account in ("minh", "nobody"):
        for _ in range(5):
            answer = visitors.sign_in(away, account, OTHER)
            assert answer.status_code == 422
            texts.add(re.sub(r'value="\w*"', "", answer.text))
        limited = visitors.sign_in(away, account)
        assert limited.status_code == 429 and "quá nhiều lần" in limited.text
    assert len(texts) == 1
    assert OTHER not in next(iter(texts))


def test_a_password_over_plain_http_is_refused_before_it_is_looked_at(visitors: Visitors) -> None:
    visitors.set_up("minh", "inspector")
    away = visitors.away()
    away.base_url = "http://192.0.2.7:8471"
    form = {"account": "minh", "password": PASSWORD}
    headers = {"origin": "http://192.0.2.7:8471"}
    answer = away.post("/vao", data=form, headers=headers)
    assert answer.status_code == 403 and "Chỉ đăng nhập được qua https" in answer.text
    assert visitors.home().post("/vao", data=form, headers={"origin": HOME}).status_code == 303


def test_the_administrator_adds_changes_resets_and_erases_people(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    client = visitors.signed_in("phuong")
    added = client.post(
        "/nguoi",
        data={"act": "them", "account": "lan", "name": "Lan", "role": "manager", "party": PARTY},
    )
    assert added.status_code == 200
    assert "https://truyxuat.example.vn/vao/ma/" in added.text
    lan = visitors.away()
    link = link_in(added.text)
    lan.post(f"/vao/ma/{link}", data={"password": PASSWORD, "again": PASSWORD})
    assert lan.get("/cong-khai").status_code == 200
    assert lan.get("/nguoi").status_code == 403
    assert link not in client.get("/nguoi").text
    client.post("/nguoi", data={"act": "vai-tro", "account": "lan", "role": "inspector"})
    assert lan.get("/cong-khai").status_code == 403
    reset = client.post("/nguoi", data={"act": "cap-lai", "account": "lan"})
    token = link_in(reset.text)
    assert lan.get("/toi").status_code == 200
    visitors.away().post(f"/vao/ma/{token}", data={"password": OTHER, "again": OTHER})
    assert lan.get("/toi").headers["location"] == "/vao"
    client.post("/nguoi", data={"act": "xoa", "account": "lan"})
    assert "Lan" not in client.get("/nguoi").text
    last = client.post("/nguoi", data={"act": "xoa", "account": "phuong"})
    assert last.status_code == 422 and "người quản trị cuối cùng" in last.text
    for data in (
        {"account": "x", "name": "X", "role": "manager", "party": "NO-SUCH"},
        {"account": "x", "name": "X", "role": "machine"},
    ):
        assert client.post("/nguoi", data={"act": "them", **data}).status_code == 422
    record = client.get("/nguoi/nhat-ky").text
    for what in ("thêm tài khoản", "đổi vai trò", "xóa tài khoản", "đăng nhập", "POST /nguoi 200"):
        assert what in record


def test_changing_ones_password_needs_the_old_one_and_ends_other_sessions(
    visitors: Visitors,
) -> None:
    visitors.set_up("minh", "inspector")
    here, there = visitors.signed_in("minh"), visitors.signed_in("minh")
    form = {"act": "doi", "old": OTHER, "password": OTHER, "again": OTHER}
    assert here.post("/toi", data=form).status_code == 422
    form["old"] = PASSWORD
    assert here.post("/toi", data=form).headers["location"] == "/toi"
    assert here.get("/toi").status_code == 200
    assert there.get("/toi").headers["location"] == "/vao"
    assert here.post("/toi", data={"act": "ra-het"}).headers["location"] == "/vao"
    assert here.get("/toi").headers["location"] == "/vao"


def test_with_a_pin_the_station_asks_who_is_there_once_a_shift(visitors: Visitors) -> None:
    home = visitors.home()
    assert home.get("/tram").status_code == 200
    assert home.get("/tram/khoa").headers["location"] == "/tram"
    who = visitors.gate.pins.add("Phượng", PARTY, "739205").id
    fresh = Visitors(visitors.services)  # as another process, which knew nothing before
    home = fresh.home()
    assert home.get("/tram").headers["location"] == "/tram/khoa"
    assert home.post("/tram/in-tem", data={}).status_code == 403
    # Nobody becomes administrator by sitting down at a station that asks for PINs.
    assert home.get("/vao/lan-dau").status_code == 303
    page = home.get("/tram/khoa").text
    assert "Phượng" in page and 'inputmode="numeric"' in page
    wrong = home.post("/tram/khoa", data={"who": who, "pin": "739206"})
    assert wrong.status_code == 422 and "chưa đúng" in wrong.text
    opened = home.post("/tram/khoa", data={"who": who, "pin": "739205"})
    assert opened.headers["location"] == "/tram"
    assert "SameSite=lax" in cookie_line(opened) and "HttpOnly" in cookie_line(opened)
    assert home.get("/tram").status_code == 200
    form = {"item": "", "lot": ""}
    assert home.post("/tram/thu-hoach", data=form).status_code == 422
    acts = [one for one in newest(fresh) if one.what == "act"]
    assert (acts[0].who, acts[0].about) == (who, "POST /tram/thu-hoach 422")
    assert home.get("/nguoi").status_code == 403
    assert "Phượng: hết ca, khóa trạm" in home.get("/tram").text
    assert home.post("/ra").headers["location"] == "/tram/khoa"
    assert home.get("/tram").headers["location"] == "/tram/khoa"
    home.post("/tram/khoa", data={"who": who, "pin": "739205"})
    assert home.get("/tram").status_code == 200
    home.post("/tram/khoa", data={"act": "ra"})
    assert home.get("/tram").headers["location"] == "/tram/khoa"
    away = fresh.away()
    assert away.post("/tram/khoa", data={"who": who, "pin": "739205"}).status_code == 403


@pytest.mark.parametrize("path", ["/", f"/01/{GTIN}/10/{LOT}", "/vao", "/no-page", "/api/v1/trust"])
def test_every_answer_carries_the_security_headers(visitors: Visitors, path: str) -> None:
    headers = visitors.away().get(path).headers
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "cache-control" in headers


def test_private_pages_are_kept_by_nobody(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    client = visitors.signed_in("phuong", home=True)
    for path in ("/toi", "/nguoi", "/nguoi/nhat-ky", "/cong-khai", "/tram", "/vao"):
        assert "no-store" in client.get(path).headers["cache-control"], path


def test_pages_speak_english_when_asked(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    client = visitors.signed_in("phuong", home=True)
    for path, said in (
        ("/toi", "Sign out everywhere"),
        ("/nguoi", "Add somebody, or change a role"),
        ("/nguoi/nhat-ky", "Record of sign-ins"),
        ("/cong-khai", "Not shown:"),
    ):
        assert said in client.get(f"{path}?lang=en").text
    assert "Sign-in name" in visitors.away().get("/vao?lang=en").text


def test_when_the_tables_are_away_public_pages_go_on_and_private_ones_do_not(
    visitors: Visitors,
) -> None:
    visitors.set_up("minh", "inspector")
    client = visitors.signed_in("minh")
    path = visitors.services.folder / "access.db"
    visitors.services.side.close()
    for one in visitors.services.folder.glob("access.db*"):
        one.unlink()
    path.write_bytes(b"something else altogether" * 100)
    fresh = Visitors(visitors.services)
    again = fresh.away()
    again.cookies = client.cookies
    assert again.get(f"/01/{GTIN}/10/{LOT}").status_code == 200
    assert again.get("/api/v1/trust", headers={"accept": "application/json"}).status_code == 200
    told = again.get("/toi")
    assert told.status_code == 503 and told.headers["retry-after"] == "5"
    assert fresh.home().get("/tram").status_code == 503
    assert fresh.home().get("/tram/khoa").status_code == 503
    # What may be hidden stays hidden while nobody can tell.
    lot = fresh.away().get(f"/api/v1/lots/{GTIN}/{LOT}", headers={"accept": "application/json"})
    assert lot.status_code == 200 and lot.json()["balance"] == {}


def test_an_inspector_finds_a_lot_by_its_code_or_by_a_scanned_label(visitors: Visitors) -> None:
    visitors.set_up("minh", "inspector")
    client = visitors.signed_in("minh")
    refused = client.get("/nguoi")
    assert refused.status_code == 403 and 'href="/toi"' in refused.text
    page = client.get("/toi").text
    assert 'action="/lo/"' in page and 'name="tim"' in page
    scanned = f"https://truyxuat.example.vn/01/{GTIN}/10/{LOT}/21/A1000001ABCD"
    for typed in (LOT, f" {LOT} ", f"{GTIN} {LOT}", scanned):
        found = client.get("/lo/", params={"tim": typed})
        assert found.status_code == 303, typed
        assert found.headers["location"] == f"/lo/{GTIN}/{LOT}"
    english = client.get("/lo/", params={"tim": LOT, "lang": "en"})
    assert english.headers["location"] == f"/lo/{GTIN}/{LOT}?lang=en"
    for typed in ("", "KHONG-CO", "//example.com", "\\x", "a" * 5000):
        assert client.get("/lo/", params={"tim": typed}).status_code == 404, typed[:20]
