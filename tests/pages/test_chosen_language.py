"""Who has chosen a language keeps it from page to page; addresses on labels depend on nothing."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from tests.pages.cooperative import GTIN, LOT

ENGLISH, VIETNAMESE = '<html lang="en"', '<html lang="vi"'


def test_a_language_once_chosen_holds_on_every_later_page_and_form(station: TestClient) -> None:
    assert VIETNAMESE in station.get("/tram").text
    assert ENGLISH in station.get("/tram?lang=en").text
    assert ENGLISH in station.get("/tram/thu-hoach").text
    refused = station.post("/tram/thu-hoach", data={"code": "A"})
    assert (refused.status_code, ENGLISH in refused.text) == (422, True)
    assert ENGLISH in station.get(f"/lo/{GTIN}/{LOT}").text
    assert VIETNAMESE in station.get("/tram?lang=vi").text
    assert VIETNAMESE in station.get("/tram/thu-hoach").text


def test_a_labels_address_and_the_data_are_the_same_for_everybody(station: TestClient) -> None:
    station.get("/tram?lang=en")
    # The data first: they count the scans of the page, a moment later.
    for path in (f"/api/v1/lots/{GTIN}/{LOT}", f"/01/{GTIN}/10/{LOT}"):
        answer = station.get(path)
        assert "set-cookie" not in answer.headers
        assert answer.content == station.get(path, headers={"cookie": ""}).content
    assert VIETNAMESE in station.get(f"/01/{GTIN}/10/{LOT}").text


@pytest.mark.parametrize("value", ["fr", "", '"', "en\\", "a" * 5000, "=;=;", "en, vi"])
def test_a_cookie_that_makes_no_sense_is_nobodys_choice(station: TestClient, value: str) -> None:
    answer = station.get("/tram", headers={"cookie": f"ocop-lang={value}"})
    assert (answer.status_code, VIETNAMESE in answer.text) == (200, True)


def test_the_cookie_is_set_once_and_only_for_a_language_there_is(station: TestClient) -> None:
    told = station.get("/tram?lang=en").headers["set-cookie"]
    assert "HttpOnly" in told and "SameSite=Lax" in told and "Secure" not in told
    assert "set-cookie" not in station.get("/tram?lang=en").headers
    assert "=vi" in station.get("/tram?lang=%0d%0aSet-Cookie:x=1").headers["set-cookie"]


@pytest.mark.parametrize("path", ["//evil.example/x", "///evil.example", "/\\evil.example", "//"])
def test_the_link_to_the_other_language_never_leads_to_another_site(
    station: TestClient, path: str
) -> None:
    page = station.get(f"http://127.0.0.1{path}", headers={"accept": "text/html"}).text
    links = re.findall(r'href="([^"]*lang=[^"]*)"', page)
    assert links, page
    for link in links:
        assert link.startswith("/") and link[1:2] not in ("/", "\\"), link
