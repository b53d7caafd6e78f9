"""/tinh in words: figures, tables, tiles, the months."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.pages.addresses import lot_path
from api.pages.dates import day
from api.pages.messages_catalogue import N_, Tongue
from api.pages.words import CERTIFICATES, REASONS, STAGES, amount, worded
from api.province.looking import Province
from api.province.regions import Region
from api.province.tables import NAMES
from api.province.tiles import Grid, communes, country, name_of

CHART: Final = (640, 150)
_LEFT: Final = 8
TARGETS: Final[dict[str, int | None]] = {
    "traced": None,
    "labelled": 30,
    "trademarked": 70,
    "verified": 100,
    "active": None,
}
"""Per cent that the provincial programmes aim at, where they name a figure."""
_INDICATORS: Final = {
    "traced": N_("Lô đóng gói truy được tới gốc"),
    "labelled": N_("Sản phẩm có tem dẫn tới lô"),
    "trademarked": N_("Sản phẩm OCOP có nhãn hiệu đăng ký"),
    "verified": N_("Cân, thiết bị còn hạn kiểm định"),
    "active": N_("Cơ sở có ghi sổ trong 30 ngày"),
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One share: "3 / 4", "75 %", the target in per cent or None, and whether it is met."""

    name: str
    counted: str
    percent: str
    target: int | None
    met: bool


def indicators(seen: Province, say: Tongue) -> list[Indicator]:
    """The programme's own figures; a share of nothing is no share."""
    found = []
    for key, word in _INDICATORS.items():
        part, whole = getattr(seen, key)
        percent = "–" if not whole else f"{part * 100 // whole} %"
        target = TARGETS[key] if whole else None
        met = target is None or part * 100 >= target * whole
        numbers = f"{amount(str(part), say.lang)} / {amount(str(whole), say.lang)}"
        found.append(Indicator(say(word), numbers, percent, target, met))
    return found


def month_shown(month: str) -> str:
    """`2026-09` as `09/2026`."""
    return f"{month[5:]}/{month[:4]}"


def bars(counts: list[int]) -> list[tuple[int, int, int, int]]:
    """(x, y, width, height) of one bar a month, the highest as high as the chart allows."""
    width, height = CHART
    step = (width - _LEFT) // max(len(counts), 1)
    most, room = max(counts, default=0) or 1, height - 40
    return [
        (_LEFT + at * step, height - 20 - count * room // most, step - 6, count * room // most)
        for at, count in enumerate(counts)
    ]


def values_of(
    seen: Province,
    every: Mapping[str, tuple[Region | None, str]],
    chosen: str,
    months: list[str],
    trend: list[tuple[str, list[int]]],
    today: dt.date,
    say: Tongue,
) -> dict[str, Any]:
    """What the template shows. `chosen` is a unit's code, "" for the country, "-" for unknown ones."""
    counted = Counter(region.code for region, _ in every.values() if region)
    unknown = sorted({written for region, written in every.values() if not region})
    found = Counter(one.commune for one in seen.parties if one.commune)
    grid: Grid | None = communes(found) if chosen and found else None
    return {
        "chosen": chosen,
        "chosen_name": name_of(chosen),
        "regions": [(code, name_of(code), count) for code, count in sorted(counted.items())],
        "unknown": [one for one in unknown if one],
        "unknown_count": sum(region is None for region, _ in every.values()),
        "map": country(counted, chosen),
        "communes": grid,
        "commune_rows": sorted(found.items(), key=lambda one: (-one[1], one[0])),
        "indicators": indicators(seen, say),
        "seen": seen,
        "ending": [
            (
                worded(CERTIFICATES, one.paper.kind, say),
                one.paper.number,
                one.paper.subject_name,
                day(one.paper.valid_to),
                one.days,
                one.band,
            )
            for one in seen.ending
        ],
        "bands": Counter(one.band for one in seen.ending),
        "stopped": [
            (
                f"/lo/{lot_path(one['item'], one['lot'])}",
                one["lot"],
                one["name"],
                one["party"],
                one["stopped"]["type"],
                day(one["stopped"]["time"]),
                worded(REASONS, one["stopped"]["reason"], say),
            )
            for one in seen.stopped
        ],
        "months": [month_shown(one) for one in months],
        "trend": [(worded(STAGES, kind, say), counts, bars(counts)) for kind, counts in trend],
        "chart": CHART,
        "tables": NAMES,
        "today": day(today.isoformat()),
    }
