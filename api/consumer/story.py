"""A lot's story for people who scan its label: steps and certificates as lines of plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.dates import day
from api.pages.messages_catalogue import Tongue
from api.pages.words import CERTIFICATES, STAGES, amount, worded

Facts = dict[str, Any]
MOST_PHOTOS = 4
"""Of one stage on the page that a label opens: buyers pay for what they load."""


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage: what, of which goods, on which days, at which places, how much.

    `first` is the ISO day for machines; `own` when the stage made this lot.
    """

    name: str
    goods: str
    first: str
    days: str
    places: Sequence[str]
    amount: str
    own: bool
    photos: Sequence[Facts]


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One certificate with who vouches for it; `fault` says why it does not count, or ""."""

    name: str
    number: str
    subject: str
    issuer: str
    valid_from: str
    valid_to: str
    vouched: str
    fault: str


def stage_line(stage: Facts, say: Tongue) -> StageLine:
    """One stage of a lot's facts in words."""
    first, last = day(stage["first_day"]), day(stage["last_day"])
    amounts = []
    if stage.get("kg"):
        amounts.append(f"{amount(stage['kg'], say.lang)} kg")
    if stage.get("packs"):
        amounts.append(say("{packs} gói", packs=amount(str(stage["packs"]), say.lang)))
    if (stage.get("count") or 1) > 1:
        amounts.append(say("{count} lần", count=stage["count"]))
    return StageLine(
        worded(STAGES, stage["type"], say),
        stage.get("item_name") or stage.get("item") or "",
        stage["first_day"],
        first if first == last else f"{first} – {last}",
        [site_words(site, say) for site in stage.get("sites") or []],
        ", ".join(amounts),
        bool(stage.get("own")),
        [
            one
            for found in (stage, *(stage.get("sites") or []))
            for one in found.get("photos") or []
            if not one["gone"]
        ][:MOST_PHOTOS],
    )


def in_order(stages: Sequence[Facts]) -> list[Facts]:
    """Stages by their days; of the same days those first that did not make the lot itself."""
    return sorted(stages, key=lambda one: (one["first_day"], one["last_day"], bool(one.get("own"))))


def story_lead(stages: Sequence[Facts], say: Tongue) -> str:
    """One sentence about all stages, "" where there are fewer than two."""
    if len(stages) < 2:
        return ""
    first, last = min(one["first_day"] for one in stages), max(one["last_day"] for one in stages)
    if first == last:
        return say("Ngày {day}, qua {count} công đoạn:", day=day(first), count=len(stages))
    return say(
        "Từ {first} đến {last}, qua {count} công đoạn:",
        first=day(first),
        last=day(last),
        count=len(stages),
    )


def site_words(site: Mapping[str, str], say: Tongue) -> str:
    """A place by its name, province and code: words that need no map."""
    name = place_words(site.get("name") or site["code"], site.get("province", ""))
    if site.get("growing_area_code"):
        return say("{name} (mã vùng trồng {code})", name=name, code=site["growing_area_code"])
    if site.get("packing_house_code"):
        return say("{name} (mã cơ sở đóng gói {code})", name=name, code=site["packing_house_code"])
    return name


def place_words(name: str, province: str) -> str:
    """A place with its province, which is not said twice."""
    if not province or province.casefold() in name.casefold():
        return name
    return f"{name}, {province}" if name else province


def certificate_line(one: Facts, today: str, say: Tongue) -> CertificateLine:
    """One certificate of a lot's facts in words, as of an ISO day."""
    if one["valid_to"] < today:
        fault = say("đã hết hạn")
    elif not one.get("covers"):
        fault = say("không gồm ngày đóng gói")
    else:
        fault = ""
    who = one.get("vouched_name") or one.get("vouched_by") or ""
    if one.get("by_authority"):
        vouched = say("{who} ký xác nhận (cơ quan có thẩm quyền)", who=who)
    else:
        vouched = say("{who} tự khai, chưa có cơ quan ký xác nhận", who=who)
    return CertificateLine(
        worded(CERTIFICATES, one["kind"], say),
        one["number"],
        one.get("subject_name") or one.get("subject") or "",
        one["issuer"],
        day(one["valid_from"]),
        day(one["valid_to"]),
        vouched,
        fault,
    )


def yield_words(facts: Facts, say: Tongue) -> str:
    """How much went in and came out of this lot, as far as it is shown; "" for nothing."""
    balance = facts.get("balance") or {}
    packs, into = facts.get("packs"), balance.get("into_kg")
    if not packs:
        return ""
    made = amount(str(packs), say.lang)
    if not into:
        return say("{packs} gói", packs=made)
    kilos = amount(into, say.lang)
    if not balance.get("yield_percent"):
        return say("{packs} gói từ {kilos} kg nguyên liệu", packs=made, kilos=kilos)
    return say(
        "{packs} gói từ {kilos} kg nguyên liệu (thu được {percent} %)",
        packs=made,
        kilos=kilos,
        percent=amount(balance["yield_percent"], say.lang),
    )
