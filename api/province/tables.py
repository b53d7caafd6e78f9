"""The tables of the provincial page as files: what is on the page, to go on working with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from api.pages.messages_catalogue import N_, Tongue
from api.pages.words import CERTIFICATES, worded
from api.province.looking import Province
from api.tables.layouts import Field
from api.tables.values import Table, Value

Row = tuple[Value, ...]
_HEADINGS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "co-so": (
        N_("Các cơ sở"),
        (
            N_("Mã"),
            N_("Tên"),
            N_("Tỉnh"),
            N_("Xã, phường"),
            N_("Sản phẩm"),
            N_("Số sao cao nhất"),
            N_("Ghi sổ gần nhất"),
            N_("Lô đã đóng gói"),
            N_("Lô truy được tới gốc"),
        ),
    ),
    "san-pham": (
        N_("Sản phẩm và số sao"),
        (
            N_("GTIN"),
            N_("Tên"),
            N_("Cơ sở"),
            N_("Số sao"),
            N_("Công nhận đến ngày"),
            N_("Đã cấp tem"),
            N_("Nhãn hiệu"),
        ),
    ),
    "chung-nhan": (
        N_("Chứng nhận sắp hết hạn"),
        (N_("Loại"), N_("Số"), N_("Của"), N_("Cơ sở"), N_("Đến ngày"), N_("Còn lại (ngày)")),
    ),
    "can": (
        N_("Cân, thiết bị quá hạn kiểm định"),
        (N_("Mã"), N_("Cơ sở"), N_("Kiểm định đến ngày")),
    ),
    "dung-hang": (
        N_("Lô đang thu hồi, tạm giữ"),
        (N_("Lô"), N_("Mặt hàng"), N_("Cơ sở"), N_("Lệnh"), N_("Từ ngày")),
    ),
}
NAMES: Final = tuple(_HEADINGS)
_CODES: Final = frozenset({"Mã", "GTIN", "Số", "Lô"})


def table(name: str, seen: Province, say: Tongue) -> Table:
    """One of `NAMES`, worded in the reader's language. Not to be taken in again."""
    title, headings = _HEADINGS[name]
    fields = tuple(
        Field(say(one), one, "code" if one in _CODES else "text", width=max(12, len(say(one)) + 4))
        for one in headings
    )
    return Table(name, say(title), fields, _ROWS[name](seen, say))


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text[:10]) if text else None


def _parties(seen: Province, say: Tongue) -> list[Row]:
    del say
    return [
        (
            one.code,
            one.name,
            one.region.name if one.region else one.written,
            one.commune,
            Decimal(one.products),
            Decimal(one.stars),
            _day(one.newest),
            Decimal(one.packed.lots),
            Decimal(one.packed.whole),
        )
        for one in seen.parties
    ]


def _products(seen: Province, say: Tongue) -> list[Row]:
    yes, no = say("có"), say("không")
    return [
        (
            one.gtin,
            one.name,
            one.party,
            Decimal(one.stars),
            _day(one.valid_to),
            yes if one.labelled else no,
            yes if one.trademark else no,
        )
        for one in seen.products
    ]


def _ending(seen: Province, say: Tongue) -> list[Row]:
    return [
        (
            worded(CERTIFICATES, one.paper.kind, say),
            one.paper.number,
            one.paper.subject_name,
            one.paper.party,
            _day(one.paper.valid_to),
            Decimal(one.days),
        )
        for one in seen.ending
    ]


def _scales(seen: Province, say: Tongue) -> list[Row]:
    del say
    return [(one.scale.code, one.scale.party, _day(one.scale.valid_to)) for one in seen.scales]


def _stopped(seen: Province, say: Tongue) -> list[Row]:
    words = {"recalled": say("đang thu hồi"), "held": say("đang tạm giữ")}
    return [
        (
            one["lot"],
            one["name"],
            one["party"],
            words[one["stopped"]["type"]],
            _day(one["stopped"]["time"]),
        )
        for one in seen.stopped
    ]


_ROWS: Final[dict[str, Callable[[Province, Tongue], list[Row]]]] = {
    "co-so": _parties,
    "san-pham": _products,
    "chung-nhan": _ending,
    "can": _scales,
    "dung-hang": _stopped,
}
