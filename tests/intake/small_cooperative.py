"""A small registered cooperative and one-row diaries for it."""

from __future__ import annotations

import datetime as dt

from api.intake.diary import read_diary
from api.intake.rows import Row
from ledger.domain.drafts import Draft
from tests.intake.registry_of_drafts import RegistryOfDrafts

PARTY = "HTX-TH"
GTIN = "8938503000420"
NOW = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
TIME = "2026-08-01T08:00:00+07:00"
HEADINGS = "thời gian;loại;địa điểm;mặt hàng;lô;số lượng;đơn vị;từ lô;đối tác;thiết bị;hạn dùng;hao hụt;ghi chú"
_ORDER = HEADINGS.split(";")
HARVEST = {
    "thời gian": "07/09/2026 09:06",
    "loại": "thu hoạch",
    "địa điểm": "VT-01",
    "mặt hàng": "qua-tuoi",
    "lô": "Q01",
    "số lượng": "12,5",
    "đơn vị": "kg",
}
PACKING = {
    "thời gian": "08/09/2026 09:00",
    "loại": "đóng gói",
    "địa điểm": "XUONG",
    "mặt hàng": GTIN,
    "lô": "L01",
    "số lượng": "14",
    "đơn vị": "gói",
    "từ lô": "B01=3,2",
    "hạn dùng": "08/09/2027",
}


def registry() -> RegistryOfDrafts:
    """Sites VT-01 and XUONG, items qua-tuoi and bot, one product, one scale, the lot B01."""
    lot = {"item": f"{PARTY}/bot", "code": "B01"}
    name = {"name": "x"}
    kg = {"value": "9", "unit": "kg"}
    shop = {"code": "CH-1", "kind": "shop", "name": "Cửa hàng Bến Đò"}
    return RegistryOfDrafts(
        PARTY,
        [
            Draft("party-registered", "LEDGER", TIME, shop),
            Draft("site-registered", PARTY, TIME, {"code": "VT-01", "kind": "other", **name}),
            Draft("site-registered", PARTY, TIME, {"code": "XUONG", "kind": "other", **name}),
            Draft("item-registered", PARTY, TIME, {"code": "qua-tuoi", **name}),
            Draft("item-registered", PARTY, TIME, {"code": "bot", **name}),
            Draft("product-registered", PARTY, TIME, {"gtin": f"0{GTIN}", **name}),
            Draft("instrument-registered", PARTY, TIME, {"code": "CAN-01", "kind": "cân"}),
            Draft("received", PARTY, TIME, {"lot": lot, "quantity": kg, "site": "XUONG"}),
        ],
    )


def as_csv(*rows: dict[str, str], headings: str = HEADINGS) -> bytes:
    """A semicolon CSV with these rows as Excel would write them."""
    lines = [headings]
    for row in rows:
        cells = [row.get(name, "") for name in _ORDER]
        lines.append(";".join(f'"{c}"' if ";" in c or "\n" in c else c for c in cells))
    return "\r\n".join(lines).encode("utf-8-sig") + b"\r\n"


def rows_of(raw: bytes) -> list[Row]:
    """Every row of a diary of the small cooperative."""
    return list(read_diary(raw, PARTY, registry(), NOW))


def judged(base: dict[str, str], **changes: str) -> Row:
    """The only row of a diary that holds `base` with some cells changed."""
    names = {
        "time": "thời gian",
        "type": "loại",
        "site": "địa điểm",
        "item": "mặt hàng",
        "lot": "lô",
        "quantity": "số lượng",
        "unit": "đơn vị",
        "inputs": "từ lô",
        "partner": "đối tác",
        "instrument": "thiết bị",
        "expiry": "hạn dùng",
        "note": "ghi chú",
    }
    row = base | {names[key]: text for key, text in changes.items()}
    (found,) = rows_of(as_csv(row))
    return found


def draft_of(row: Row) -> Draft:
    """The draft of a row that must have one."""
    assert row.draft is not None, [problem.en for problem in row.problems]
    return row.draft


def codes(row: Row) -> list[str]:
    """The codes of the row's problems."""
    return [problem.code for problem in row.problems]
