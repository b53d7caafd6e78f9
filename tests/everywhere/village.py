"""A cooperative with something to see on every page, and its people, signed in."""

from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from api.access import passwords
from api.app import create_app
from api.bootstrap import Services
from ledger.verify.entry import parse_entry
from tests.access.visitors import Visitors
from tests.everywhere.addresses import MACHINE, STRANGER
from tests.pages.cooperative import GTIN, LOT, RAW, RAW_LOT, found_cooperative, kg, record, serial

ROLES = ("operator", "manager", "inspector", "officer", "administrator")
LONG = "Cơ sở chế biến miến dong truyền thống hộ gia đình bà Nguyễn Thị Phượng Ưỡng Ở Ế Ặ Ỗ"


def found_village(folder: Path) -> Services:
    """The cooperative, a recalled lot beside its good one, a void label, and a bad balance."""
    services = found_cooperative(folder)
    raw = {"item": RAW, "code": RAW_LOT}
    recalled = {"item": GTIN, "code": "L-THU-HOI"}
    inputs = [{"lot": raw, "quantity": kg("20")}]
    made = {"lot": recalled, "site": "XCB-01", "inputs": inputs, "packs": 30}
    record(services, "packed", "2026-09-24", {**made, "expiry": "2027-09-24"})
    to = {"kind": "shop", "number": "3"}
    sent = {
        "lot": recalled,
        "quantity": {"value": "10", "unit": "pack"},
        "site": "XCB-01",
        "to": to,
    }
    record(services, "shipped", "2026-09-25", sent, **{"to.digest": LONG})
    order = {
        "lots": [recalled],
        "reach": "descendants",
        "reason": "contamination",
        "order": "12/QĐ-CCQLCL",
    }
    record(services, "recalled", "2026-09-28", order)
    services.labelling.void(GTIN, LOT, [serial(services, 7)], "damaged")
    return services


def words_of(services: Services) -> set[str]:
    """Every word that comes from the ledger's data, not from the program."""
    found = _words([LONG, "Hộ 07 (Phượng)", *(f"Người {role}" for role in ROLES)])
    found |= _words([serial(services, one) for one in range(1, 12)])
    for _, raw in services.store.after(0, 10_000):
        found |= _words(json.loads(parse_entry(raw).payload))
    return found


def _words(value: Any) -> set[str]:
    match value:
        case dict():
            return set().union(*(_words(one) for one in value.values()), set())
        case list():
            return set().union(*(_words(one) for one in value), set())
        case _:
            return set(re.findall(r"[^\W\d_]+", str(value)))


class Village:
    """The services, their people, and clients of all roles."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.visitors = Visitors(services, create_app(services))
        passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.home = self.visitors.home()
        self._clients: dict[str, TestClient] = {MACHINE: self.home, STRANGER: self.visitors.away()}

    def client(self, role: str) -> TestClient:
        """A browser of somebody with this role, signed in on the own machine."""
        if role not in self._clients:
            self.visitors.set_up(role, role)
            self._clients[role] = self.visitors.signed_in(role, home=True)
        return self._clients[role]

    def cookies(self, role: str, base: str) -> list[dict[str, str]]:
        """What a browser of this role sends to the address `base`."""
        jar = self.client(role).cookies.jar
        return [{"name": one.name, "value": one.value or "", "url": base} for one in jar]

    def filled(self, address: str) -> str:
        """The address with what is really there in the place of each name in braces."""
        for name in re.findall(r"\{([^}]*)\}", address):
            address = address.replace(f"{{{name}}}", self._found(name))
        return address

    @cache  # noqa: B019  # a village lives as long as its file of tests
    def _found(self, name: str) -> str:
        if name in {"serial", "void"}:
            return serial(self.services, 7 if name == "void" else 1)
        if name == "entry":
            lot = self.services.views.lot(RAW, RAW_LOT)
            assert lot is not None
            return str(lot.facts["steps"][0]["id"])
        if name == "upload":
            table = (
                "thời gian;loại;địa điểm;mặt hàng;lô;số lượng;đơn vị\n"
                "27/09/2026 09:10;thu hoạch;VT-KV01;bot-dong;KV-1;120,5;kg\n"
                "31/02/2026 09:12;thu hoạch;VT-KV01;bot-dong;KV-2;-4;kg\n"
            )
            files = {"file": ("nhat-ky.csv", table.encode(), "text/csv")}
            answer = self.home.post("/quan-ly/bang", files=files)
            assert answer.status_code == 303, answer.text
            return str(answer.headers["location"].partition("?")[0].rpartition("/")[2])
        register = name.removeprefix("first ")
        page = self.client("manager").get(f"/quan-ly/danh-muc/{register}").text
        found = re.search(rf"/quan-ly/danh-muc/{register}/muc\?([^\"]+)\"", page)
        assert found is not None, register
        return unescape(found[1])
