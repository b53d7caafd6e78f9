"""Which tables go out, and what is in each."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any, Final

from api.pages.messages_catalogue import N_
from api.tables.diary_out import DiaryRows
from api.tables.errors import TableRefused
from api.tables.layouts import DIARY, LAYOUTS, Field, Layout
from api.tables.needs import Desk
from api.tables.register_cells import names_of, written
from api.tables.registered import registered
from api.tables.values import Table, Value

_PAGE: Final = 1_000
LOTS: Final = Layout(
    "lo-va-ton",
    N_("Lô và tồn kho"),
    (
        Field("mặt hàng", "item", "code", width=20),
        Field("tên", "name", width=30),
        Field("lô", "lot", "code", width=18),
        Field("ngày", "day", width=12),
        Field("còn lại (kg)", "left_kg", "number"),
        Field("số gói", "packs", "whole"),
        Field("gói còn lại", "left_packs", "whole"),
        Field("hạn dùng", "expiry", width=12),
        Field("trạng thái", "state", width=14),
    ),
)
LABELS: Final = Layout(
    "tem",
    N_("Sổ tem"),
    (
        Field("GTIN", "item", "code", width=18),
        Field("tên", "name", width=30),
        Field("lô", "lot", "code", width=18),
        Field("số gói", "packs", "whole"),
        Field("đã cấp", "issued", "whole"),
        Field("đã hủy", "voided", "whole"),
        Field("còn hiệu lực", "in_force", "whole"),
    ),
)
OUT_ONLY: Final = (LOTS, LABELS)
EVERY: Final = {**LAYOUTS, **{one.name: one for one in OUT_ONLY}}
_STATES: Final = {"held": "đang tạm giữ", "recalled": "đang thu hồi"}


def export(desk: Desk, party: str, name: str) -> tuple[Table, Counter[str]]:
    """A party's table, and what statements (by type) it has no row for.

    TableRefused: `kind-unknown`.
    """
    layout = EVERY.get(name)
    if layout is None:
        raise TableRefused("kind-unknown", found=name, known=", ".join(EVERY))
    left_out: Counter[str] = Counter()
    rows: list[tuple[Value, ...]]
    if layout is DIARY:
        diary = DiaryRows(desk, party)
        rows, left_out = list(diary.rows()), diary.left_out
    elif layout in OUT_ONLY:
        rows = _of_lots(desk, party, layout)
    else:
        rows = _register(desk, party, layout)
    return Table(layout.name, layout.title, layout.fields, rows), left_out


def empty(name: str) -> Table:
    """The table with its headings only, to be filled in. TableRefused: `kind-unknown`."""
    layout = LAYOUTS.get(name)
    if layout is None:
        raise TableRefused("kind-unknown", found=name, known=", ".join(LAYOUTS))
    return Table(layout.name, layout.title, layout.fields, [])


def _register(desk: Desk, party: str, layout: Layout) -> list[tuple[Value, ...]]:
    registry = desk.views.registry
    names = names_of(party, registry.parties, registry.sites, registry.products)
    return [
        tuple(written(field, layout, body, names) for field in layout.fields)
        for body in registered(desk, party, layout.name).values()
    ]


def _of_lots(desk: Desk, party: str, layout: Layout) -> list[tuple[Value, ...]]:
    """Every lot of the party, the oldest first; of packed ones their labels."""
    found: list[dict[str, Any]] = []
    before: int | None = None
    while page := desk.tables.lots(party, _PAGE, before):
        found += page
        before = page[-1]["last_index"]
        if len(page) < _PAGE:
            break
    facts = list(reversed(found))
    if layout is LABELS:
        return [_labels(one) for one in facts if one["packs"]]
    return [_stock(one) for one in facts]


def _stock(facts: dict[str, Any]) -> tuple[Value, ...]:
    balance, stopped = facts["balance"], facts["stopped"]
    return (
        facts["item"],
        facts["name"],
        facts["lot"],
        facts["steps"][0]["time"][:10],
        _decimal(balance["left_kg"]),
        Decimal(facts["packs"]) if facts["packs"] else None,
        _decimal(balance["left_packs"]),
        facts["expiry"],
        None if stopped is None else _STATES.get(stopped["type"], stopped["type"]),
    )


def _labels(facts: dict[str, Any]) -> tuple[Value, ...]:
    issued, voided = facts["labels"]["issued"], facts["labels"]["voided"]
    counts = (facts["packs"], issued, voided, issued - voided)
    return facts["item"], facts["name"], facts["lot"], *(Decimal(one) for one in counts)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
