"""The one form, and how its fields make up the forms of harvesting and packing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.pages.messages_catalogue import N_
from api.station_pages.fields import Field, Form

ADDRESS: Final = "nhanh"
FORM: Final = Form(
    ADDRESS,
    N_("Thu hoạch đến tem"),
    "label",
    "packed",
    (
        Field("item", N_("Thu hoạch mặt hàng"), "choice", required=True, offers="item"),
        Field(
            "in_lot_1",
            N_("Hoặc lấy từ lô đã có"),
            "lot",
            hint=N_("Quét hoặc gõ mã lô thì không ghi thu hoạch mới. Để trống: vừa thu hoạch."),
            offers="lots",
        ),
        Field(
            "amount",
            N_("Số kg đem đóng gói"),
            "number",
            required=True,
            hint=N_("Ví dụ: 170,5"),
        ),
        Field("product", N_("Đóng gói thành"), "choice", required=True, offers="product"),
        Field("packs", N_("Số gói"), "whole", required=True),
        Field(
            "count",
            N_("Số tem"),
            "whole",
            hint=N_("Để trống: mỗi gói một tem."),
        ),
        Field("site", N_("Nơi thu hoạch"), "choice", required=True, offers="site", seldom=True),
        Field("pack_site", N_("Nơi đóng gói"), "choice", required=True, offers="site", seldom=True),
    ),
)
"""Fields that are the same from day to day are `seldom`: they start with the last record's."""

_TO_HARVEST: Final = {"item": "item", "amount": "amount", "site": "site"}
_TO_PACK: Final = {
    "product": "product",
    "in_lot_1": "in_lot_1",
    "in_amount_1": "amount",
    "packs": "packs",
    "site": "pack_site",
}

Typed = Mapping[str, str]


def harvest_typed(typed: Typed) -> dict[str, str]:
    """What the form says, as the form of harvesting has it."""
    return {name: typed.get(here, "") for name, here in _TO_HARVEST.items()}


def packing_typed(typed: Typed, lot: str = "") -> dict[str, str]:
    """The same for packing, from `lot` where one was harvested just now."""
    found = {name: typed.get(here, "") for name, here in _TO_PACK.items()}
    return {**found, "in_lot_1": lot or found["in_lot_1"]}


def named_here(packing_field: str) -> str:
    """The field of this form that a field of the packing form came from."""
    return _TO_PACK.get(packing_field, packing_field)
