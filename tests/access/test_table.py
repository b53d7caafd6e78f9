"""Every route has its row, and every cell of the table is what a real client of that role meets."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from api.access.listed import listed
from api.access.table import PEOPLE, ROLES, TABLE, may
from api.bootstrap import Services
from api.routes.protection import LABEL_ROUTE
from api.station_wire.request_signing import sign_request
from tests.access.visitors import HOME, Visitors
from tests.pages.cooperative import GTIN, LOT, PARTY

_FILLED = {
    "version": "0",
    "name:path": "style.css",
    "path:path": "0/000",
    "rest:path": f"{GTIN}/{LOT}",
    "sscc": "389385010000000017",
    "digest": "ab" * 32,
    "item:path": GTIN,
    "gtin": GTIN,
    "lot": LOT,
    "serial": "A1",
    "token": "x" * 43,
    "job": "unknown-job",
    "entry": "0" * 64,
    "key": "unknown-key",
    "register": "san-pham",
    "name": "nhat-ky.csv",
    "upload": "0" * 32,
}
_REFUSED = {"not-allowed", "station-only", "sign-in-first", "not-yours"}
ENTRIES_TYPE = "application/vnd.ocop-ledger.entries"
Send = Callable[[str, str], httpx.Response]


def routes(app: Starlette) -> set[tuple[str, str]]:
    """(template, method) of every route, with the short cut of the labels."""
    found = {
        (one.template, method)
        for one in listed(app.routes)
        for method in one.methods
        if method != "HEAD"
    }
    return found | {(LABEL_ROUTE, "GET")}


def path_of(template: str) -> str:
    for name, value in _FILLED.items():
        template = template.replace(f"{{{name}}}", value)
    assert "{" not in template, template
    return template


def test_every_route_has_a_row_and_every_row_a_route(visitors: Visitors) -> None:
    assert routes(visitors.app) == set(TABLE)


def test_a_route_without_a_row_is_refused_to_everybody(visitors: Visitors) -> None:
    async def secret(request: Request) -> Response:
        del request
        return PlainTextResponse("secret")

    visitors.app.router.routes.append(Route("/bi-mat", secret))
    visitors.set_up("phuong", "administrator")
    for client in (visitors.away(), visitors.home(), visitors.signed_in("phuong")):
        answer = client.get("/bi-mat")
        assert answer.status_code in {303, 403} and "secret" not in answer.text
    assert ("/bi-mat", "GET") in routes(visitors.app) - set(TABLE)


def test_a_mounted_application_is_noticed_because_its_paths_cannot_be_listed() -> None:
    with pytest.raises(TypeError, match="cannot name"):
        list(listed([Mount("/more", app=Starlette())]))


def was_refused(answer: httpx.Response) -> bool:
    """Whether the outermost layer answered: sent to a door, or told that it is not theirs."""
    if "set-cookie" in answer.headers:
        return False  # signed out, and led to the door
    if answer.status_code == 303 and answer.headers["location"].split("?")[0] in {
        "/vao",
        "/tram/khoa",
    }:
        return True
    if answer.status_code == 401:
        return True
    if answer.status_code != 403:
        return False
    if answer.headers["content-type"] == "application/problem+json":
        return answer.json()["code"] in _REFUSED
    return any(
        sentence in answer.text
        for sentence in (
            "Trang này cần đăng nhập",
            "Vai trò của bạn không được",
            "Trang của trạm chỉ mở được",
        )
    )


@pytest.fixture
def senders(services: Services, visitors: Visitors) -> dict[str, Send]:
    """For each role, how somebody of that role sends a request."""
    visitors.set_up("administrator", "administrator")
    for role in PEOPLE[:-1]:
        visitors.set_up(role, role)
    found: dict[str, Send] = {
        "anonymous": sender(visitors.away()),
        "machine": sender(visitors.home()),
    }
    for role in PEOPLE:
        found[role] = person(visitors, role)
    found["station"] = signed(services, visitors)
    assert set(found) == set(ROLES)
    return found


def sender(client: TestClient) -> Send:
    def send(method: str, path: str) -> httpx.Response:
        answer: httpx.Response = client.request(method, path, headers=type_of(path))
        return answer

    return send


def type_of(path: str) -> dict[str, str]:
    """The type that a route of the stations takes, so that only the signature is missing."""
    types = {"push": ENTRIES_TYPE, "pull": "application/json", "bundle": "application/json"}
    kind = types.get(path.rpartition("/")[2])
    return {"content-type": kind} if kind and path.startswith("/api/v1/station/") else {}


def person(visitors: Visitors, role: str) -> Send:
    client = visitors.signed_in(role, home=True)

    def send(method: str, path: str) -> httpx.Response:
        nonlocal client
        answer: httpx.Response = client.request(method, path, headers=type_of(path))
        if path == "/ra":
            client = visitors.signed_in(role, home=True)
        return answer

    return send


def signed(services: Services, visitors: Visitors) -> Send:
    """An enrolled station's key, by RFC 9421; no cookies, from far away."""
    signer = services.station.signers[PARTY, "station"]
    client = visitors.away()
    numbers = itertools.count()

    def send(method: str, path: str) -> httpx.Response:
        body = b"{}" if method == "POST" else b""
        headers = {
            "content-type": type_of(path).get("content-type", "application/json"),
            "ocop-log": services.settings.origin,
        }
        created = int(services.now().astimezone(dt.UTC).timestamp())
        made = sign_request(signer, method, path, headers, body, created, f"{next(numbers):016}")
        sent: dict[str, Any] = {**headers, **made, "accept": "application/json"}
        answer: httpx.Response = client.request(method, path, content=body, headers=sent)
        return answer

    return send


def test_every_cell_of_the_table_is_what_a_client_of_that_role_meets(
    visitors: Visitors, senders: dict[str, Send]
) -> None:
    wrong = []
    cells = 0
    for template, method in sorted(routes(visitors.app)):
        for role, send in senders.items():
            answer = send(method, path_of(template))
            cells += 1
            allowed = may(frozenset({role}), template, method)
            if template.startswith("/tram") and role in {"anonymous", "station"}:
                allowed = False  # these two ask from far away
            if answer.status_code >= 500 or was_refused(answer) is allowed:
                wrong.append((template, method, role, allowed, answer.status_code))
    assert wrong == [], "\n".join(map(str, wrong))
    assert cells == len(TABLE) * len(ROLES)


def test_the_station_pages_stay_on_their_machine_whoever_asks(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    client = visitors.signed_in("phuong")
    for template, method in TABLE:
        if template.startswith("/tram"):
            answer = client.request(method, path_of(template))
            assert answer.status_code == 403, template
            assert "chỉ mở được ngay trên máy của trạm" in answer.text


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_what_came_through_a_proxy_of_the_own_machine_is_not_from_the_own_machine(
    visitors: Visitors, header: str
) -> None:
    home = visitors.home()
    assert home.get("/nguoi").status_code == 200
    assert home.get("/nguoi", headers={header: "203.0.113.5"}).status_code == 303
    assert home.get("/tram", headers={header: "203.0.113.5"}).status_code == 303


def test_a_form_of_another_site_is_not_taken_even_with_the_cookie(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    client = visitors.signed_in("phuong", home=True)
    form = {"act": "xoa", "account": "phuong"}
    for foreign in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        answer = client.post("/nguoi", data=form, headers=foreign)
        assert answer.status_code == 403
        assert "đến từ một trang khác" in answer.text
    bare = TestClient(visitors.app, base_url=HOME, client=("127.0.0.1", 1), cookies=client.cookies)
    answer = bare.post("/nguoi", data=form, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert visitors.gate.people.called("phuong").ready


def test_at_the_station_nobody_signs_in_the_name_of_a_party_not_their_own(
    visitors: Visitors,
) -> None:
    visitors.set_up("phuong", "administrator")
    visitors.set_up("lan", "manager")
    visitors.set_up("nam", "manager", "HTX-NL")
    visitors.set_up("tu", "operator", "HTX-NL")
    before = visitors.services.store.size()
    for account in ("nam", "tu"):
        client = visitors.signed_in(account, home=True)
        assert client.get("/tram").status_code == 403
        assert client.get("/tram/in-tem").status_code == 403
        assert client.post("/tram/thu-hoach", data={"quantity": "1"}).status_code == 403
        assert client.post(f"/tram/phieu/{'0' * 64}/hoan-tac", data={}).status_code == 403
        assert client.get("/tram/khoa").status_code in (200, 303)
    assert visitors.services.store.size() == before
    for account in ("lan", "phuong"):
        assert visitors.signed_in(account, home=True).get("/tram").status_code == 200
