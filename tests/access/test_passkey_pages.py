"""Passkeys over HTTP: who may ask for what, what is answered, what is recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.access.limits import RATES
from api.bootstrap import Services
from tests.access.authenticator import Authenticator, text_of
from tests.access.visitors import PASSWORD, Visitors
from tests.pages.cooperative import PARTY

IN, MINE, THEIRS = "/vao/khoa-truy-cap", "/toi/khoa-truy-cap", "/nguoi/khoa-truy-cap"
JSON = {"accept": "application/json"}


def sent(client: TestClient, path: str, status: int = 200, **fields: str) -> dict[str, Any]:
    """Send a form as the script does; the JSON of the answer."""
    answer = client.post(path, data=fields, headers=JSON)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def added(client: TestClient, key: Authenticator, name: str = "điện thoại") -> dict[str, Any]:
    wishes = sent(client, MINE, act="bat-dau", password=PASSWORD)
    return sent(client, MINE, act="them", name=name, answer=key.make(wishes))


def came_in(client: TestClient, key: Authenticator) -> dict[str, Any]:
    wishes = sent(client, IN, act="bat-dau")
    return sent(client, IN, act="vao", answer=key.answer(wishes))


def lines(visitors: Visitors) -> list[str]:
    return [one.what for one in visitors.gate.record.newest()]


def id_on(page: str) -> str:
    found = re.search(r'name="id" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_an_inspector_makes_a_passkey_signs_out_and_comes_in_with_it(visitors: Visitors) -> None:
    visitors.set_up("minh", "inspector")
    client, key = visitors.signed_in("minh"), Authenticator()
    assert added(client, key) == {"to": "/toi"}
    page = client.get("/toi").text
    assert "điện thoại" in page and "chưa dùng lần nào" in page
    client.post("/ra")
    fresh = visitors.away()
    assert came_in(fresh, key) == {"to": "/toi"}
    page = fresh.get("/toi").text
    assert "Người minh" in page and "dùng gần nhất" in page
    assert "passkey-signed-in" in lines(visitors) and "sign-in-refused" not in lines(visitors)
    # What a script is told is in the language of its page.
    assert sent(fresh, f"{IN}?lang=en", 422, act="vao", answer="{}")["detail"].startswith(
        "The pass"
    )


def test_the_session_of_a_passkey_is_like_any_other(visitors: Visitors) -> None:
    visitors.set_up("minh", "inspector")
    client, key = visitors.signed_in("minh"), Authenticator()
    added(client, key)
    before = dict(client.cookies)
    came_in(client, key)
    assert dict(client.cookies) != before
    (name,) = client.cookies
    assert name == "__Host-ocop"
    stale = visitors.away()
    stale.cookies.update(before)
    assert stale.get("/toi").headers["location"] == "/vao"


def test_a_passkey_needs_the_password_again_before_it_is_made(visitors: Visitors) -> None:
    visitors.set_up("minh", "inspector")
    client, key = visitors.signed_in("minh"), Authenticator()
    refused = sent(client, MINE, 422, act="bat-dau", password="a guess of somebody at the desk")
    assert refused["code"] == "sign-in-wrong" and "publicKey" not in refused
    # Without a challenge that a password has opened there is nothing to answer.
    wishes = sent(client, IN, act="bat-dau")
    wishes["publicKey"] |= {"rp": {"id": "truyxuat.example.vn"}, "user": {"id": "AAAA"}}
    late = sent(client, MINE, 422, act="them", name="a", answer=key.make(wishes))
    assert late["code"] == "passkey-late"
    wishes = sent(client, MINE, act="bat-dau", password=PASSWORD)
    other = visitors.signed_in("minh")
    assert sent(other, MINE, 422, act="them", name="a", answer=key.make(wishes))["code"] == (
        "passkey-late"
    )
    assert visitors.gate.passkeys.all() == []


def test_guessing_passwords_at_that_door_is_limited_as_at_the_front(visitors: Visitors) -> None:
    visitors.set_up("minh", "inspector")
    client = visitors.signed_in("minh")
    statuses = [
        client.post(MINE, data={"act": "bat-dau", "password": "a guess"}, headers=JSON).status_code
        for _ in range(RATES["sign-in"].a_minute + 2)
    ]
    assert statuses[-1] == 429 and 200 not in statuses


def test_asking_to_sign_in_is_limited_by_address(visitors: Visitors) -> None:
    away = visitors.away()
    most = RATES["sign-in-address"].a_minute
    taken = 0
    # On a slow machine some of the minute goes by, which gives a few more.
    while away.post(IN, data={"act": "bat-dau"}, headers=JSON).status_code == 200:
        taken += 1
        assert taken < 3 * most
    assert taken >= most
    assert visitors.away("198.51.100.7").post(IN, data={"act": "bat-dau"}).status_code == 200


def test_whoever_is_here_by_a_pin_has_no_passkeys(visitors: Visitors) -> None:
    visitors.gate.pins.add("Phượng", PARTY, "739205")
    home = visitors.home()
    who = visitors.gate.pins.all()[0].id
    assert home.post("/tram/khoa", data={"who": who, "pin": "739205"}).status_code == 303
    refused = sent(home, MINE, 422, act="bat-dau", password="739205")
    assert refused["code"] == "account-unknown"


def test_only_with_a_passkey_refuses_the_right_password_and_says_so(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    client, key = visitors.signed_in("phuong"), Authenticator()
    added(client, key)
    early = client.post(MINE, data={"act": "chi-khoa"})
    assert early.status_code == 422 and "đăng nhập một lần bằng khóa" in early.text
    came_in(client, key)
    assert client.post(MINE, data={"act": "chi-khoa"}).headers["location"] == "/toi"
    answer = visitors.sign_in(visitors.away(), "phuong")
    assert answer.status_code == 422 and "chỉ đăng nhập bằng khóa truy cập" in answer.text
    assert "set-cookie" not in answer.headers
    assert lines(visitors)[0] == "password-not-enough"
    # A wrong password is told what it always was.
    wrong = visitors.sign_in(visitors.away(), "phuong", "a guess of somebody")
    assert "chưa đúng" in wrong.text and "khóa truy cập, tại" not in wrong.text
    assert came_in(visitors.away(), key) == {"to": "/toi"}
    assert client.post(MINE, data={"act": "mat-khau"}).status_code == 303
    assert visitors.sign_in(visitors.away(), "phuong").status_code == 303


def test_a_link_of_the_administrator_lets_in_who_has_lost_every_passkey(
    visitors: Visitors,
) -> None:
    visitors.set_up("minh", "inspector")
    client, key = visitors.signed_in("minh"), Authenticator()
    added(client, key)
    came_in(client, key)
    client.post(MINE, data={"act": "chi-khoa"})
    token = visitors.gate.people.reset("minh")
    away = visitors.away()
    typed = {"password": "gà gáy ba lần rồi", "again": "gà gáy ba lần rồi"}
    assert away.post(f"/vao/ma/{token}", data=typed).headers["location"] == "/toi"
    removed = away.post(MINE, data={"act": "bo", "id": id_on(away.get("/toi").text)})
    assert removed.headers["location"] == "/toi" and away.get("/toi").status_code == 200
    assert visitors.sign_in(visitors.away(), "minh", typed["password"]).status_code == 303


def test_the_administrator_removes_a_passkey_and_nobody_else_does(visitors: Visitors) -> None:
    for account, role in (("phuong", "administrator"), ("minh", "inspector"), ("lan", "officer")):
        visitors.set_up(account, role)
    minh, key = visitors.signed_in("minh"), Authenticator()
    added(minh, key)
    which = visitors.gate.passkeys.all()[0].id
    lan = visitors.signed_in("lan")
    stolen = lan.post(MINE, data={"act": "bo", "id": which})
    assert stolen.status_code == 422 and "không có khóa truy cập" in stolen.text
    assert lan.post(THEIRS, data={"act": "bo", "account": "minh", "id": which}).status_code == 403
    phuong = visitors.signed_in("phuong")
    assert which in phuong.get("/nguoi").text
    unknown = phuong.post(THEIRS, data={"act": "bo", "account": "minh", "id": "0"})
    assert unknown.status_code == 422 and "minh không có khóa" in unknown.text
    done = phuong.post(THEIRS, data={"act": "bo", "account": "minh", "id": which})
    assert done.headers["location"] == "/nguoi"
    assert visitors.gate.passkeys.all() == []
    assert minh.get("/toi").headers["location"] == "/vao"  # signed out everywhere


def test_the_administrator_puts_the_password_back(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    visitors.set_up("minh", "inspector")
    minh, key = visitors.signed_in("minh"), Authenticator()
    added(minh, key)
    came_in(minh, key)
    minh.post(MINE, data={"act": "chi-khoa"})
    phuong = visitors.signed_in("phuong")
    assert "không dùng mật khẩu" in phuong.get("/nguoi").text
    phuong.post(THEIRS, data={"act": "mat-khau", "account": "minh"})
    assert visitors.sign_in(visitors.away(), "minh").status_code == 303


@pytest.mark.parametrize(
    ("base", "words"),
    [
        (None, "chưa có"),
        ("http://hub.example.vn", "qua https"),
        ("https://203.0.113.5", "một dãy số"),
    ],
)
def test_a_site_that_can_have_no_passkeys_says_why(
    services: Services, base: str | None, words: str
) -> None:
    services.settings = replace(services.settings, base_url=base)
    visitors = Visitors(services)
    visitors.set_up("minh", "inspector")
    client = visitors.signed_in("minh", home=True)
    assert words in client.get("/toi").text
    assert "passkeys.mjs" not in client.get("/toi").text
    assert "passkeys.mjs" not in visitors.away().get("/vao").text
    assert words in sent(client, IN, 422, act="bat-dau")["detail"]
    assert words in sent(client, MINE, 422, act="bat-dau", password=PASSWORD)["detail"]


def test_forms_of_other_sites_and_over_plain_http_are_refused(visitors: Visitors) -> None:
    away = visitors.away()
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://truyxuat.example.vn"}):
        assert away.post(IN, data={"act": "bat-dau"}, headers=headers).status_code == 403


def half(text: str) -> str:
    return text[: len(text) // 2]


def without(name: str) -> Callable[[str], str]:
    def changed(text: str) -> str:
        whole = json.loads(text)
        (whole["response"] if name in whole["response"] else whole).pop(name)
        return json.dumps(whole)

    return changed


def holding(name: str, value: object) -> Callable[[str], str]:
    def changed(text: str) -> str:
        whole = json.loads(text)
        (whole["response"] if name in whole["response"] else whole)[name] = value
        return json.dumps(whole)

    return changed


_VALUES: tuple[object, ...] = (
    *("", "A", "****", "é", "\ud800", "A" * 20_000, 7, -1, 1.5, None, True, [], ["A"], {}),
    *(text_of(raw) for raw in (b"\xff", b"\x9f" * 5_000, b"\x81" * 5_000, b"\xa1" * 5_000)),
    *(text_of(raw) for raw in (b"\x5b" + b"\xff" * 8, b"\xbb" + b"\xff" * 8, b"{}", b"[]", b"7")),
    text_of(b'{"type":7,"challenge":7,"origin":7}'),
    text_of(b'{"type":"webauthn.get","challenge":"AAAA","origin":{}}'),
    text_of(b'{"type":"webauthn.create","challenge":"\\ud800","origin":"x"}'),
)
_BENDS: tuple[Callable[[str], str], ...] = (
    half,
    str.upper,
    lambda text: "",
    lambda text: "[" * 15_000,
    lambda text: '{"a":' * 4_000,
    lambda text: "null",
    lambda text: "7",
    lambda text: "[]",
    lambda text: text + text,
    lambda text: text.replace('"', "'"),
    *(
        bend
        for name in ("clientDataJSON", "response", "id", "rawId", "type")
        # The short ones are read alike.
        for values in (_VALUES if name == "clientDataJSON" else _VALUES[::3],)
        for bend in (without(name), *(holding(name, value) for value in values))
    ),
)


def test_whatever_is_sent_as_an_answer_is_refused_without_a_fault(visitors: Visitors) -> None:
    visitors.set_up("minh", "inspector")
    client, key = visitors.signed_in("minh", home=True), Authenticator()
    added(client, key)
    asked = visitors.gate.passkeys.begin_sign_in("test")
    made = visitors.gate.passkeys.begin_adding(visitors.gate.people.called("minh"), "nobody's")
    for act, path, good, own in (
        ("vao", IN, key.answer(asked), ("authenticatorData", "signature", "userHandle")),
        ("them", MINE, Authenticator().make(made), ("attestationObject",)),
    ):
        more = (
            bend
            for name in own
            for bend in (without(name), *(holding(name, value) for value in _VALUES))
        )
        for number, bend in enumerate((*_BENDS, *more)):
            text = bend(good).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            # Each from another address: how often one may ask is not what is looked at here.
            sender = client if act == "them" else visitors.away(f"203.0.{number}.1")
            answer = sender.post(path, data={"act": act, "name": "a", "answer": text}, headers=JSON)
            assert answer.status_code in {422, 429}, (act, number, answer.text)
            assert answer.json()["code"].startswith("passkey-"), (act, number)
    assert len(visitors.gate.passkeys.all()) == 1


def test_the_pages_load_their_script_and_nothing_else(visitors: Visitors) -> None:
    page = visitors.away().get("/vao").text
    assert re.findall(r"<script[^>]*>[^<]*</script>", page) == re.findall(
        r'<script type="module" src="/static/[0-9a-f]+/passkeys\.mjs"></script>', page
    )
    assert '<form hidden method="post" data-passkey=' in page
