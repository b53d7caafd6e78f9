"""Clients of one application: strangers, the own machine, and people who sign in as people do."""

from __future__ import annotations

import re

from fastapi import FastAPI
from httpx import Response
from starlette.testclient import TestClient

from api.access.gate import Gate
from api.access.table import OF_A_PARTY
from api.app import create_app
from api.bootstrap import Services
from tests.pages.cooperative import PARTY

HOME = "http://127.0.0.1:8471"
AWAY = "https://truyxuat.example.vn"
PASSWORD = "một câu ngắn của riêng tôi"
_LINK = re.compile(r"/vao/ma/([\w-]+)")
BROWSER = {"accept": "text/html", "sec-fetch-site": "same-origin"}


class Visitors:
    """The application of some services, and who visits it."""

    def __init__(self, services: Services, app: FastAPI | None = None) -> None:
        self.services = services
        self.app = create_app(services) if app is None else app
        self.gate = Gate(services)

    def away(self, address: str = "203.0.113.5") -> TestClient:
        """A browser somewhere in the world."""
        return TestClient(
            self.app,
            base_url=AWAY,
            client=(address, 40000),
            headers=BROWSER,
            follow_redirects=False,
        )

    def home(self) -> TestClient:
        """A browser on the station itself."""
        return TestClient(
            self.app,
            base_url=HOME,
            client=("127.0.0.1", 40000),
            headers=BROWSER,
            follow_redirects=False,
        )

    def set_up(self, account: str, role: str, party: str | None = None) -> None:
        """Make an account and set its password by the one-time link, as its owner does."""
        of = (PARTY if role in OF_A_PARTY else "") if party is None else party
        people = self.gate.people
        if role == "administrator" and not people.has_administrator():
            token = people.first(account, f"Người {account}")
        else:
            token = people.add(account, f"Người {account}", role, of)
        people.use_link(token, PASSWORD)

    def sign_in(self, client: TestClient, account: str, password: str = PASSWORD) -> Response:
        """Send the sign-in form."""
        answer: Response = client.post("/vao", data={"account": account, "password": password})
        return answer

    def signed_in(self, account: str, *, home: bool = False) -> TestClient:
        """A browser in which somebody has signed in."""
        client = self.home() if home else self.away()
        answer = self.sign_in(client, account)
        assert answer.status_code == 303, answer.text
        return client


def link_in(text: str) -> str:
    """The token of the one-time link on a page."""
    found = _LINK.search(text)
    assert found is not None, text
    return found[1]
