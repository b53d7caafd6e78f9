"""A small cooperative in a real ledger folder, built by the product's own writer."""

from __future__ import annotations

import atexit
import datetime as dt
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from api.bootstrap import Services, create, enrol_party, open_folder
from api.settings import Settings
from ledger.domain.drafts import Draft
from ledger.domain.serials import serial_text

PARTY = "HTX-MD"
GTIN = "08938501000125"
RAW = "HTX-MD/bot-dong"
RAW_LOT = "BD-260915"
LOT = "L260923A"
NOW = dt.datetime(2026, 10, 1, 3, 0, tzinfo=dt.UTC)
SETTINGS = Settings("ocop.example/log", "https://truyxuat.example.vn")

PRODUCT: dict[str, Any] = {
    "gtin": GTIN,
    "name": "Miến dong Đồng Tâm",
    "brand": "Đồng Tâm",
    "net_content": {"value": "500", "unit": "g"},
    "shelf_life_days": 365,
    "ingredients": "100 % tinh bột dong riềng",
    "storage": "Nơi khô ráo, thoáng mát",
    "usage": "Ngâm nước ấm 5 phút trước khi nấu",
    "warning": "Không dùng khi có mùi mốc",
    "origin": "Việt Nam",
    "standards": ["TCCS 01:2025/HTX-MD"],
}
PLACES = (
    {
        "code": "VT-KV01",
        "kind": "growing-area",
        "name": "Nương Khe Vằn 1",
        "growing_area_code": "VN-QNPH-0036",
    },
    {
        "code": "XCB-01",
        "kind": "packing-house",
        "name": "Xưởng chế biến và đóng gói",
        "packing_house_code": "VN-QNPH-014",
    },
)


def kg(value: str) -> dict[str, str]:
    """A quantity object in kilograms."""
    return {"value": value, "unit": "kg"}


def record(services: Services, kind: str, day: str, body: dict[str, Any], **private: str) -> None:
    """Record one statement of the cooperative on an ISO day, at 09:00."""
    time = f"{day}T09:00:00+07:00"
    services.station.record(Draft(kind, PARTY, time, body, private))


def found_cooperative(folder: Path) -> Services:
    """A ledger with one raw lot, one packed lot of 100 packs and 10 labels issued.

    It is recorded once per test process, and every call opens a copy: all have the same keys.
    """
    shutil.copytree(_first_folder(), folder)
    return open_folder(folder, lambda: NOW)


@cache
def _first_folder() -> Path:
    place = Path(tempfile.mkdtemp(prefix="cooperative-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    made = record_cooperative(place / "ledger", SETTINGS)
    made.close()
    return made.folder


def record_cooperative(folder: Path, settings: Settings) -> Services:
    """The same, recorded now, with keys of its own, where `settings` say."""
    services = create(folder, settings, lambda: NOW)
    registration = {
        "code": PARTY,
        "kind": "cooperative",
        "name": "Hợp tác xã Miến dong Đồng Tâm",
        "address": "Thôn Khe Vằn, xã Húc Động, tỉnh Quảng Ninh",
        "province": "tỉnh Quảng Ninh",
    }
    when = "2026-09-01T08:00:00+07:00"
    services.station.record(Draft("party-registered", "LEDGER", when, registration))
    enrol_party(services, PARTY)
    for place in PLACES:
        record(services, "site-registered", "2026-09-01", dict(place))
    record(services, "product-registered", "2026-09-01", PRODUCT)
    goods = {"code": "bot-dong", "name": "Tinh bột dong"}
    record(services, "item-registered", "2026-09-01", goods)
    ocop = {
        "kind": "ocop",
        "number": "1432/QĐ-UBND",
        "issuer": "UBND tỉnh",
        "subject": f"product:{GTIN}",
        "valid_from": "2024-03-01",
        "valid_to": "2027-02-28",
        "stars": 4,
    }
    record(services, "certificate-recorded", "2026-09-01", ocop)
    raw = {"item": RAW, "code": RAW_LOT}
    harvest = {"lot": raw, "quantity": kg("80"), "site": "VT-KV01"}
    harvest["from"] = {"kind": "household", "number": "07"}
    record(services, "harvested", "2026-09-15", harvest, **{"from.digest": "Hộ 07 (Phượng)"})
    packing = {
        "lot": {"item": GTIN, "code": LOT},
        "site": "XCB-01",
        "inputs": [{"lot": raw, "quantity": kg("52")}],
        "packs": 100,
        "expiry": "2027-09-23",
    }
    record(services, "packed", "2026-09-23", packing)
    labels = {"lot": {"item": GTIN, "code": LOT}, "count": 10}
    record(services, "labels-issued", "2026-09-23", labels)
    return services


def serial(services: Services, counter: int = 1) -> str:
    """The text of an issued serial."""
    tag = services.station.tag_of(PARTY)
    return serial_text(services.labelling.label_key, GTIN, tag, counter)
