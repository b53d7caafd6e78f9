"""Matters in words, with the page on which each is looked after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from api.attention.judging import DoubtfulJob, Matter, Paper, Scale, StockLot, StoppedLot
from api.pages.addresses import lot_path
from api.pages.dates import day, moment
from api.pages.messages_catalogue import Tongue
from api.pages.words import CERTIFICATES, REASONS, amount, worded

MOST_LINES: Final = 12
_ICONS: Final = {
    "certificate": "certificate",
    "instrument": "scale",
    "stock": "calendar",
    "stopped": "recall",
    "doubt": "printer",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `tone` bad, warn or note; `link` where it is looked after, "" for nowhere."""

    tone: str
    icon: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """What a page shows: the most urgent lines, and how many more there are."""

    lines: tuple[Line, ...]
    more: int


def block_of(found: Iterable[Matter], say: Tongue, most: int = MOST_LINES) -> Block:
    """The words of matters, the most urgent `most` of them."""
    every = list(found)
    return Block(tuple(line_of(one, say) for one in every[:most]), max(len(every) - most, 0))


def line_of(found: Matter, say: Tongue) -> Line:
    """The words of one matter."""
    about, icon = found.about, _ICONS[found.kind]
    match about:
        case Paper():
            return Line(found.tone, icon, _paper(about, found.days or 0, say))
        case Scale():
            return Line(found.tone, icon, _scale(about, found.days, say))
        case StockLot():
            text = _stock(about, found.days or 0, say)
            return Line(found.tone, icon, text, f"/lo/{lot_path(about.item, about.code)}")
        case StoppedLot():
            return Line(
                found.tone, icon, _stopped(about, say), f"/lo/{lot_path(about.item, about.code)}"
            )
        case DoubtfulJob():
            where = urlencode({"item": about.item, "lot": about.code})
            link = f"/tram/in-tem/chua-ro?{where}" if about.in_doubt else "/tram/in-tem"
            return Line(found.tone, icon, _job(about, say), link)


def _paper(paper: Paper, days: int, say: Tongue) -> str:
    said = {
        "kind": worded(CERTIFICATES, paper.kind, say),
        "number": paper.number,
        "name": paper.subject_name,
        "day": day(paper.valid_to),
        "days": abs(days),
    }
    if days < 0:
        return say("{kind} số {number} của {name} đã hết hạn ngày {day}.", **said)
    return say("{kind} số {number} của {name} hết hạn ngày {day}, còn {days} ngày.", **said)


def _scale(scale: Scale, days: int | None, say: Tongue) -> str:
    if scale.valid_to is None or days is None:
        return say("Cân, thiết bị {code} chưa được kiểm định lần nào.", code=scale.code)
    said = {"code": scale.code, "day": day(scale.valid_to), "days": days}
    if days < 0:
        return say("Cân, thiết bị {code} hết hạn kiểm định từ ngày {day}.", **said)
    return say("Cân, thiết bị {code} hết hạn kiểm định ngày {day}, còn {days} ngày.", **said)


def _stock(lot: StockLot, days: int, say: Tongue) -> str:
    said = {
        "name": lot.name,
        "lot": lot.code,
        "packs": amount(lot.left, say.lang),
        "day": day(lot.expiry),
        "days": days,
    }
    if days < 0:
        return say("{name}, lô {lot}: còn {packs} gói đã hết hạn dùng ngày {day}.", **said)
    return say(
        "{name}, lô {lot}: còn {packs} gói hết hạn dùng ngày {day}, sau {days} ngày.", **said
    )


def _stopped(lot: StoppedLot, say: Tongue) -> str:
    said = {
        "name": lot.name,
        "lot": lot.code,
        "reason": worded(REASONS, lot.reason, say),
        "time": moment(lot.since),
    }
    if lot.order == "recalled":
        return say(
            "{name}, lô {lot} đang bị thu hồi từ {time}: {reason}. Ngừng xuất, ngừng bán.", **said
        )
    return say("{name}, lô {lot} đang tạm giữ từ {time}: {reason}. Chưa xuất, chưa bán.", **said)


def _job(job: DoubtfulJob, say: Tongue) -> str:
    said = {"lot": job.code, "printer": job.printer, "count": job.in_doubt, "queued": job.queued}
    if job.in_doubt:
        return say("Lô {lot}: {count} tem chưa rõ đã ra khỏi máy in {printer} hay chưa.", **said)
    return say("Lô {lot}: còn {queued} tem chờ in ở máy in {printer}.", **said)
