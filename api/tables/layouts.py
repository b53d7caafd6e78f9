"""The tables there are, and their columns: headings, what is in them, and which field it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from api.intake.columns import Column
from api.intake.folding import folded
from api.pages.messages_catalogue import N_

Content = Literal["text", "code", "number", "whole", "day", "moment"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `key` is the field of the statement's body, and the heading in English.

    `content` says what its cells are: free text, a code (never a number or a date), a decimal or
    whole number, a day, a moment. `width` is in characters.
    """

    heading: str
    key: str
    content: Content = "text"
    needed: bool = False
    width: int = 14


@dataclass(frozen=True, slots=True)
class Layout:
    """One table: its name in addresses and commands, its title, its columns in order."""

    name: str
    title: str
    fields: tuple[Field, ...]

    def column(self, key: str) -> int | None:
        """Where a field stands, counting from 0."""
        return next((at for at, one in enumerate(self.fields) if one.key == key), None)

    def headed(self, heading: str) -> int | None:
        """The column under this heading (Vietnamese or English, marks and case aside)."""
        wanted = folded(heading)
        return next(
            (
                at
                for at, one in enumerate(self.fields)
                if wanted in {folded(one.heading), one.key, folded(one.key.replace("_", " "))}
            ),
            None,
        )

    @property
    def known(self) -> str:
        """Every heading, for a sentence."""
        return ", ".join(one.heading for one in self.fields)


def _diary(column: Column, content: Content = "text", width: int = 14) -> Field:
    needed = column in {Column.TIME, Column.TYPE}
    return Field(column.value, column.name.lower(), content, needed, width)


DIARY: Final = Layout(
    "nhat-ky",
    N_("Nhật ký"),
    (
        _diary(Column.TIME, "moment", 18),
        _diary(Column.TYPE, width=20),
        _diary(Column.SITE, "code"),
        _diary(Column.ITEM, "code", 18),
        _diary(Column.LOT, "code", 16),
        _diary(Column.QUANTITY, "number", 12),
        _diary(Column.UNIT, width=10),
        _diary(Column.INPUTS, width=30),
        _diary(Column.PARTNER, width=24),
        _diary(Column.INSTRUMENT, "code", 12),
        _diary(Column.EXPIRY, "day", 12),
        _diary(Column.LOSS, "number", 10),
        _diary(Column.NOTE, width=40),
    ),
)
PRODUCTS: Final = Layout(
    "san-pham",
    N_("Sản phẩm"),
    (
        Field("GTIN", "gtin", "code", needed=True, width=18),
        Field("tên", "name", needed=True, width=32),
        Field("nhãn hiệu", "brand", width=18),
        Field("khối lượng tịnh", "net_content", width=16),
        Field("số ngày sử dụng", "shelf_life_days", "whole"),
        Field("nhóm", "group", width=18),
        Field("thành phần", "ingredients", width=36),
        Field("bảo quản", "storage", width=28),
        Field("cách dùng", "usage", width=28),
        Field("cảnh báo", "warning", width=28),
        Field("xuất xứ", "origin", width=16),
        Field("tiêu chuẩn", "standards", width=28),
        Field("mã ảnh", "image", "code", width=20),
    ),
)
ITEMS: Final = Layout(
    "mat-hang",
    N_("Mặt hàng"),
    (
        Field("mã", "code", "code", needed=True, width=20),
        Field("tên", "name", needed=True, width=32),
    ),
)
SITES: Final = Layout(
    "dia-diem",
    N_("Địa điểm"),
    (
        Field("mã", "code", "code", needed=True, width=16),
        Field("loại", "kind", needed=True, width=18),
        Field("tên", "name", needed=True, width=32),
        Field("mã số vùng trồng", "growing_area_code", "code", width=20),
        Field("mã số cơ sở đóng gói", "packing_house_code", "code", width=22),
        Field("GLN", "gln", "code", width=16),
        Field("tỉnh", "province", width=20),
    ),
)
CERTIFICATES: Final = Layout(
    "giay-chung-nhan",
    N_("Giấy chứng nhận"),
    (
        Field("loại", "kind", "code", needed=True, width=16),
        Field("số", "number", "code", needed=True, width=24),
        Field("nơi cấp", "issuer", needed=True, width=28),
        Field("cấp cho", "subject", "code", needed=True, width=28),
        Field("từ ngày", "valid_from", "day", needed=True),
        Field("đến ngày", "valid_to", "day", needed=True),
        Field("số sao", "stars", "whole", width=8),
        Field("mã bản chụp", "document", "code", width=20),
        Field("lý do rút lại", "withdrawn", width=16),
    ),
)
INSTRUMENTS: Final = Layout(
    "thiet-bi",
    N_("Thiết bị đo"),
    (
        Field("mã", "code", "code", needed=True, width=16),
        Field("loại", "kind", needed=True, width=24),
        Field("ngày kiểm định", "verified_on", "day"),
        Field("hiệu lực đến", "valid_to", "day"),
        Field("nơi kiểm định", "body", width=28),
    ),
)
LAYOUTS: Final = {
    one.name: one for one in (DIARY, PRODUCTS, ITEMS, SITES, CERTIFICATES, INSTRUMENTS)
}
REGISTERS: Final = (PRODUCTS, ITEMS, SITES, CERTIFICATES, INSTRUMENTS)
