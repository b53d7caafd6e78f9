"""/quan-ly/so-lieu in words: each picture with the table that has the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from api.figures.charts import lines, lying, standing
from api.figures.lasting import WAYS, Lasted
from api.figures.looking import MOST_LOTS, MOST_STATEMENTS, Figures
from api.figures.period import Period
from api.figures.tables import NAMES, WAY_WORDS, Named, cells, table
from api.pages.messages_catalogue import Tongue
from api.pages.words import UNITS, amount, worded
from ledger.verify.amounts import plain

MOST_ROWS: Final = 100
"""Of a table on the page; its files have all."""
_MOST_BARS: Final = 12
"""Items in one picture, those with most of it; the table has all."""
_LABEL_KINDS: Final = ("series-1", "striped-2", "striped-3", "striped-4")


def values_of(found: Figures, period: Period, named: Named, say: Tongue) -> dict[str, Any]:
    """What the template shows."""
    months = found.counted.months
    made = {name: table(name, found, named, say) for name in NAMES}
    processed, packed = (found.counted.together(one) for one in ("processed", "packed"))
    totals = list(found.labels.values())
    return {
        "sheets": {
            name: (one, cells(one, say.lang)[:MOST_ROWS], len(one.rows))
            for name, one in made.items()
        },
        "yields": [
            (say("Chế biến"), _percent(processed.percent, say), _kg(processed.unexplained, say)),
            (say("Đóng gói"), _percent(packed.percent, say), _kg(packed.unexplained, say)),
        ],
        "weights": standing(
            period.months,
            [
                ("series-1", *_texts([one.processed.into for one in months.values()], say)),
                ("striped-2", *_texts([one.processed.out for one in months.values()], say)),
                ("striped-3", *_texts([one.packed.out for one in months.values()], say)),
            ],
        ),
        "percents": lines(
            period.months,
            [
                ("series-1", *_shares([one.processed.percent for one in months.values()], say)),
                ("series-2", *_shares([one.packed.percent for one in months.values()], say)),
            ],
        ),
        "packs": standing(
            period.months,
            [("series-1", *_texts([Decimal(one.packs) for one in months.values()], say))],
        ),
        "label_bars": _label_bars(found, named, say),
        "label_totals": (
            sum(one.issued for one in totals),
            sum(one.printed for one in totals),
            sum(one.doubted for one in totals),
            sum(one.void for one in totals),
        ),
        "stock_kg": _stock_bars(found, named, "kg", say),
        "stock_packs": _stock_bars(found, named, "pack", say),
        "time_bars": _time_bars(found, say),
        "statements": amount(str(found.statements), say.lang),
        "more": found.more,
        "most": amount(str(MOST_STATEMENTS), say.lang),
        "more_stock": found.more_stock,
        "most_lots": amount(str(MOST_LOTS), say.lang),
    }


def _number(value: Decimal, say: Tongue) -> str:
    text = amount(plain(abs(value)), say.lang)
    return f"−{text}" if value < 0 else text


def _kg(value: Decimal, say: Tongue) -> str:
    return f"{_number(value, say)} {worded(UNITS, 'kg', say)}"


def _percent(value: Decimal | None, say: Tongue) -> str:
    return "–" if value is None else f"{_number(value, say)} %"


def _texts(amounts: list[Decimal], say: Tongue) -> tuple[list[Decimal], list[str]]:
    return amounts, [_number(one, say) for one in amounts]


def _shares(
    amounts: Sequence[Decimal | None], say: Tongue
) -> tuple[list[Decimal | None], list[str]]:
    return list(amounts), ["" if one is None else _number(round(one, 0), say) for one in amounts]


def _label_bars(found: Figures, named: Named, say: Tongue) -> Any:
    ordered = sorted(found.labels.items(), key=lambda one: (-one[1].issued, one[0]))[:_MOST_BARS]
    return lying(
        [
            (
                named(gtin),
                [
                    (kind, Decimal(count))
                    for kind, count in zip(
                        _LABEL_KINDS,
                        (one.printed, one.waiting, one.doubted, one.void),
                        strict=True,
                    )
                ],
                amount(str(one.issued), say.lang),
            )
            for gtin, one in ordered
        ]
    )


def _stock_bars(found: Figures, named: Named, unit: str, say: Tongue) -> Any:
    by_item: dict[str, Decimal] = {}
    for one in found.stock:
        much = one.kg if unit == "kg" else one.packs
        by_item[one.lot[0]] = by_item.get(one.lot[0], Decimal(0)) + much
    most = sorted(by_item.items(), key=lambda one: (-one[1], one[0]))
    rows = [
        (named(item), [("series-1", much)], f"{_number(much, say)} {worded(UNITS, unit, say)}")
        for item, much in most
        if much > 0
    ]
    return lying(rows[:_MOST_BARS])


def _time_bars(found: Figures, say: Tongue) -> Any:
    rows = []
    for way in WAYS:
        every = Lasted(
            [day for (of, _), one in found.lasted.items() if of == way for day in one.days]
        )
        if every.days:
            told = say("{count} ngày", count=_number(every.median, say))
            shown = max(every.median, Decimal(0))
            rows.append((say(WAY_WORDS[way]), [("series-1", shown)], told))
    return lying(rows)
