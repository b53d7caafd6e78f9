"""Whatever stands in an address or in a field: an answer in words, never a fault of the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final
from urllib.parse import quote, urlencode

import pytest
from starlette.testclient import TestClient

from api.access.table import TABLE
from tests.everywhere.addresses import MACHINE, PAGES, STRANGER
from tests.everywhere.village import Village

ASKED: Final = (
    *("act", "anh", "bang", "cach", "co-so", "cua", "den", "dia-chi", "item", "la", "lo", "loai"),
    *("lot", "lot_given", "ma", "mat-hang", "mau", "moi", "phan", "phieu", "product", "scan", "so"),
    *("tang", "template", "tim", "tinh", "trang", "trong", "tu", "wait", "xem", "xong", "code"),
)
HOSTILE: Final = (
    "9" * 5_000,
    "-1",
    "١٢٣",
    "\x00\ufffe\u202e\x1b[31m",
    "0000-00-00",
    "%s{0}{x}' OR 1=1 --\"><script>alert(1)</script>",
    "//evil.example/\\..%2f..",
    "certificate:" * 30,
    "a" + "\u0301\u0323" * 400,
    "lot|x|" + "y" * 300,
)
VALUES: Final = [
    pytest.param(one, id=str(at), marks=[] if at in (0, 5) else pytest.mark.long)
    for at, one in enumerate(HOSTILE)
]
_LONGEST: Final = 30_000  # characters of an address
_FIELD: Final = re.compile(r"<(?:input|select|textarea|button)\b[^>]*\bname=\"([^\"]+)\"[^>]*>")
_VALUE: Final = re.compile(r"\bvalue=\"([^\"]*)\"")


def looked_at(village: Village) -> Iterator[tuple[TestClient, str, str]]:
    """(client, template, address) of every page, as whoever may see it."""
    for template, states in PAGES.items():
        for role, address in states[:2]:
            yield village.client(role), template, village.filled(address)


def asked(client: TestClient, method: str, address: str, **more: object) -> str:
    """The answer's text; it must be no fault."""
    answer = client.request(method, address, headers={"accept": "text/html"}, **more)  # type: ignore[arg-type]
    assert answer.status_code < 500, (method, address[:200], more, answer.text[-400:])
    assert "<script>alert" not in answer.text, (method, address[:200])
    return str(answer.text)


@pytest.mark.parametrize("value", VALUES)
def test_no_value_in_an_address_breaks_a_page(village: Village, value: str) -> None:
    text = value.encode("utf-8", "replace")
    at_once = max(1, _LONGEST // len(quote(text)))
    parts = [ASKED[at : at + at_once] for at in range(0, len(ASKED), at_once)]
    for client, _, address in looked_at(village):
        path = address.partition("?")[0]
        for names in parts:
            asked(client, "GET", f"{path}?{urlencode(dict.fromkeys(names, text))}")
        asked(client, "GET", f"{path}?lang=en&lang={quote(text[:50])}&trang={quote(text[:50])}")


@pytest.mark.parametrize("value", VALUES)
def test_no_value_in_a_field_breaks_a_form(village: Village, value: str) -> None:
    for client, template, address in looked_at(village):
        if (template, "POST") not in TABLE:
            continue
        page = asked(client, "GET", address)
        fields = {
            unescape(found[1]): unescape((_VALUE.search(found[0]) or ("", ""))[1])
            for found in _FIELD.finditer(page)
        }
        path = address if "?" in address else address.partition("?")[0]
        asked(client, "POST", path, data=dict.fromkeys(fields, value))
        # One wrong value among right ones comes further.
        for name in fields:
            asked(client, "POST", path, data={**fields, name: value[:300]})


def test_no_body_that_is_no_form_breaks_a_door(village: Village) -> None:
    bodies = (b"", b"a=%ff&b=%00\x00\xff", b"&" * 5_000, b"x=" + b"%" * 70_000)
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
    for template, method in TABLE:
        if method != "POST" or template.startswith("/api/"):
            continue
        address = re.sub(r"\{[^}]*\}", "x", template)
        for role in (MACHINE, STRANGER, "administrator"):
            client = village.client(role)
            for kind in kinds:
                for body in bodies:
                    answer = client.post(address, content=body, headers={"content-type": kind})
                    assert answer.status_code < 500, (address, role, kind, body[:20])
