"""The figures as tables: the page shows them and the files hold them, the same cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from api.figures.counting import Weighed
from api.figures.lasting import WAYS
from api.figures.looking import Figures
from api.pages.dates import day
from api.pages.messages_catalogue import N_, Tongue
from api.pages.words import STAGES, amount, worded
from api.tables.layouts import Content, Field
from api.tables.values import Table, Value
from ledger.verify.amounts import plain

Row = tuple[Value, ...]
Named = Callable[[str], str]
"""The registered name of an item."""
_CODE: Final[Content] = "code"
_NUMBER: Final[Content] = "number"
_WHOLE: Final[Content] = "whole"
_DAY: Final[Content] = "day"
_HEADINGS: Final[dict[str, tuple[str, tuple[tuple[str, Content], ...]]]] = {
    "hieu-suat": (
        N_("Hiệu suất và hao hụt từng công đoạn"),
        (
            (N_("Công đoạn"), "text"),
            (N_("Ra mặt hàng"), "text"),
            (N_("Số mẻ"), _WHOLE),
            (N_("Mẻ không tính được kg"), _WHOLE),
            (N_("Vào (kg)"), _NUMBER),
            (N_("Ra (kg)"), _NUMBER),
            (N_("Hiệu suất (%)"), _NUMBER),
            (N_("Hao hụt đã khai (kg)"), _NUMBER),
            (N_("Chưa rõ (kg)"), _NUMBER),
        ),
    ),
    "theo-thang": (
        N_("Theo tháng"),
        (
            (N_("Tháng"), _CODE),
            (N_("Thu hoạch (kg)"), _NUMBER),
            (N_("Tiếp nhận (kg)"), _NUMBER),
            (N_("Chế biến: vào (kg)"), _NUMBER),
            (N_("Chế biến: ra (kg)"), _NUMBER),
            (N_("Chế biến: hiệu suất (%)"), _NUMBER),
            (N_("Đóng gói: vào (kg)"), _NUMBER),
            (N_("Đóng gói: ra (kg)"), _NUMBER),
            (N_("Đóng gói: hiệu suất (%)"), _NUMBER),
            (N_("Gói đã đóng"), _WHOLE),
            (N_("Tem đã cấp"), _WHOLE),
            (N_("Gói xuất"), _NUMBER),
            (N_("Gói bán"), _NUMBER),
            (N_("Gói tiêu hủy"), _NUMBER),
        ),
    ),
    "tem": (
        N_("Tem của các lô được cấp tem trong kỳ"),
        (
            (N_("Sản phẩm"), "text"),
            (N_("GTIN"), _CODE),
            (N_("Đã cấp"), _WHOLE),
            (N_("Đã in"), _WHOLE),
            (N_("Chưa chắc đã in"), _WHOLE),
            (N_("Đã hủy"), _WHOLE),
            (N_("Chưa xác nhận"), _WHOLE),
        ),
    ),
    "ton-mat-hang": (
        N_("Tồn kho theo mặt hàng, lúc này"),
        (
            (N_("Mặt hàng"), "text"),
            (N_("Mã"), _CODE),
            (N_("Số lô"), _WHOLE),
            (N_("Còn (kg)"), _NUMBER),
            (N_("Còn (gói)"), _NUMBER),
        ),
    ),
    "ton-kho": (
        N_("Tồn kho theo lô, lúc này"),
        (
            (N_("Lô"), _CODE),
            (N_("Mặt hàng"), "text"),
            (N_("Còn (kg)"), _NUMBER),
            (N_("Còn (gói)"), _NUMBER),
            (N_("Hạn dùng"), _DAY),
            (N_("Có từ ngày"), _DAY),
        ),
    ),
    "thoi-gian": (
        N_("Thời gian từng chặng (ngày)"),
        (
            (N_("Chặng"), "text"),
            (N_("Sản phẩm"), "text"),
            (N_("Số lô"), _WHOLE),
            (N_("Trung vị"), _NUMBER),
            (N_("Nhanh nhất"), _WHOLE),
            (N_("Chậm nhất"), _WHOLE),
        ),
    ),
}
NAMES: Final = tuple(_HEADINGS)
WAY_WORDS: Final = {
    "harvest-pack": N_("Thu hoạch → đóng gói"),
    "process-pack": N_("Chế biến → đóng gói"),
    "pack-label": N_("Đóng gói → cấp tem"),
    "pack-leave": N_("Đóng gói → rời kho"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a page: its text, and whether it is a number."""

    text: str
    number: bool
    heading: str


def table(name: str, found: Figures, named: Named, say: Tongue) -> Table:
    """One of `NAMES`, worded in the reader's language. Not to be taken in again."""
    title, headings = _HEADINGS[name]
    fields = tuple(
        Field(say(word), word, content, width=max(12, len(say(word)) + 2))
        for word, content in headings
    )
    rows = [tuple(_short(value) for value in row) for row in _ROWS[name](found, named, say)]
    return Table(name, say(title), fields, rows)


def _short(value: Value) -> Value:
    """Without the noughts that a multiplication leaves: 65, not 65.000."""
    return Decimal(plain(value)) if isinstance(value, Decimal) else value


def cells(made: Table, lang: str) -> list[list[Cell]]:
    """The rows of a table as the page shows them; "–" for what is not known."""
    return [
        [
            Cell(_shown(value, lang), field.content in (_NUMBER, _WHOLE), field.heading)
            for field, value in zip(made.fields, row, strict=True)
        ]
        for row in made.rows
    ]


def _shown(value: Value, lang: str) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, Decimal):
        text = amount(plain(abs(value)), lang)
        return f"−{text}" if value < 0 else text
    return day(value.isoformat()) if isinstance(value, dt.date) else value


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text[:10]) if text else None


def _runs(found: Figures, named: Named, say: Tongue) -> Iterable[Row]:
    ordered = sorted(found.counted.runs.items(), key=lambda one: (one[0][0] == "packed", one[0]))
    for (kind, items), one in ordered:
        name = ", ".join(named(item) for item in items)
        seen = one.runs > one.unweighed
        yield (
            worded(STAGES, kind, say),
            name,
            Decimal(one.runs),
            Decimal(one.unweighed),
            one.into if seen else None,
            one.out if seen else None,
            one.percent,
            one.loss if seen else None,
            one.unexplained if seen else None,
        )


def _months(found: Figures, named: Named, say: Tongue) -> Iterable[Row]:
    del named, say

    def three(run: Weighed) -> tuple[Value, Value, Value]:
        return run.into, run.out, run.percent

    for month, one in found.counted.months.items():
        yield (
            f"{month[5:]}/{month[:4]}",
            one.harvested,
            one.received,
            *three(one.processed),
            *three(one.packed),
            Decimal(one.packs),
            Decimal(one.labels),
            one.shipped,
            one.sold,
            one.destroyed,
        )


def _labels(found: Figures, named: Named, say: Tongue) -> Iterable[Row]:
    del say
    for gtin, one in sorted(found.labels.items()):
        counts = one.issued, one.printed, one.doubted, one.void, one.waiting
        yield (named(gtin), gtin, *map(Decimal, counts))


def _items(found: Figures, named: Named, say: Tongue) -> Iterable[Row]:
    del say
    by_item: dict[str, list[Decimal]] = {}
    for one in found.stock:
        total = by_item.setdefault(one.lot[0], [Decimal(0), Decimal(0), Decimal(0)])
        for at, value in enumerate((Decimal(1), one.kg, one.packs)):
            total[at] += value
    for item, (lots, kg, packs) in sorted(by_item.items()):
        yield named(item), item, lots, kg, packs


def _lots(found: Figures, named: Named, say: Tongue) -> Iterable[Row]:
    del say
    for one in found.stock:
        item, code = one.lot
        yield code, named(item), one.kg, one.packs, _date(one.expiry), _date(one.since)


def _times(found: Figures, named: Named, say: Tongue) -> Iterable[Row]:
    for way in WAYS:
        for (of, item), one in sorted(found.lasted.items()):
            if of == way:
                days = one.median, Decimal(min(one.days)), Decimal(max(one.days))
                yield say(WAY_WORDS[way]), named(item), Decimal(len(one.days)), *days


_ROWS: Final[dict[str, Callable[[Figures, Named, Tongue], Iterable[Row]]]] = {
    "hieu-suat": _runs,
    "theo-thang": _months,
    "tem": _labels,
    "ton-mat-hang": _items,
    "ton-kho": _lots,
    "thoi-gian": _times,
}
