"""Vietnam's 34 provinces and cities, and the older names that became part of them.

Resolution 202/2025/QH15 of the National Assembly, in force since 1 July 2025: 34 units out of 63.
Parties write their province as they like, so old names count for the unit they belong to now.
Tiles stand roughly as on the map; the archipelagos belong to Đà Nẵng and Khánh Hòa.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.projections.naming import folded


@dataclass(frozen=True, slots=True)
class Region:
    """One unit: its code in addresses, its name, where its tile stands, older names in it."""

    code: str
    name: str
    column: int
    row: int
    before: tuple[str, ...] = ()


def _region(name: str, column: int, row: int, *before: str) -> Region:
    return Region(_key(name).replace(" ", "-"), name, column, row, before)


def _key(text: str) -> str:
    """Folded, without the kind of unit: `tỉnh Quảng Ninh` is `quang ninh`."""
    plain = " ".join(folded(text).replace("-", " ").replace(".", " ").split())
    for kind in ("tinh ", "thanh pho ", "tp "):
        plain = plain.removeprefix(kind)
    return plain


REGIONS: Final = (
    _region("Lai Châu", 1, 0),
    _region("Lào Cai", 2, 0, "Yên Bái"),
    _region("Tuyên Quang", 3, 0, "Hà Giang"),
    _region("Cao Bằng", 4, 0),
    _region("Điện Biên", 0, 1),
    _region("Sơn La", 1, 1),
    _region("Phú Thọ", 2, 1, "Vĩnh Phúc", "Hòa Bình"),
    _region("Thái Nguyên", 3, 1, "Bắc Kạn"),
    _region("Lạng Sơn", 4, 1),
    _region("Hà Nội", 2, 2),
    _region("Bắc Ninh", 3, 2, "Bắc Giang"),
    _region("Quảng Ninh", 4, 2),
    _region("Ninh Bình", 2, 3, "Hà Nam", "Nam Định"),
    _region("Hưng Yên", 3, 3, "Thái Bình"),
    _region("Hải Phòng", 4, 3, "Hải Dương"),
    _region("Thanh Hóa", 2, 4),
    _region("Nghệ An", 2, 5),
    _region("Hà Tĩnh", 3, 5),
    _region("Quảng Trị", 3, 6, "Quảng Bình"),
    _region("Huế", 3, 7, "Thừa Thiên Huế"),
    _region("Đà Nẵng", 4, 7, "Quảng Nam"),
    _region("Quảng Ngãi", 4, 8, "Kon Tum"),
    _region("Gia Lai", 4, 9, "Bình Định"),
    _region("Đắk Lắk", 4, 10, "Phú Yên"),
    _region("Lâm Đồng", 3, 11, "Đắk Nông", "Bình Thuận"),
    _region("Khánh Hòa", 4, 11, "Ninh Thuận"),
    _region("Tây Ninh", 1, 12, "Long An"),
    _region("Đồng Nai", 2, 12, "Bình Phước"),
    _region("Đồng Tháp", 1, 13, "Tiền Giang"),
    _region("Hồ Chí Minh", 2, 13, "Bình Dương", "Bà Rịa - Vũng Tàu", "Sài Gòn"),
    _region("An Giang", 0, 14, "Kiên Giang"),
    _region("Vĩnh Long", 1, 14, "Bến Tre", "Trà Vinh"),
    _region("Cần Thơ", 0, 15, "Sóc Trăng", "Hậu Giang"),
    _region("Cà Mau", 0, 16, "Bạc Liêu"),
)
ISLANDS: Final = (("Hoàng Sa", "da-nang", 6, 7), ("Trường Sa", "khanh-hoa", 6, 11))
"""Name, the unit that it belongs to, and where its tile stands."""

BY_CODE: Final = {one.code: one for one in REGIONS}
_BY_NAME: Final = {_key(name): one for one in REGIONS for name in (one.name, *one.before)}


def region_of(text: str) -> Region | None:
    """The unit that a text names, or that the end of an address names; None for none."""
    for part in reversed(text.split(",")):
        found = _BY_NAME.get(_key(part))
        if found is not None:
            return found
    return None


def commune_of(address: str) -> str:
    """The commune, ward or special zone that an address names, as written; "" for none."""
    for part in address.split(","):
        words = part.strip()
        if folded(words).startswith(("xa ", "phuong ", "thi tran ", "dac khu ")):
            return words
    return ""
