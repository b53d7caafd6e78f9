"""A register as a list: what matters first, with the state of each thing in a word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from api.pages.dates import day as shown_day
from api.pages.dates import today
from api.pages.words import CERTIFICATES, worded
from api.registers.fields import SITE_KINDS
from api.registers.reading import MORE_CERTIFICATES, Desk
from api.registers.things import Key, Thing, things
from ledger.projections.naming import folded
from ledger.verify.rules.gates import stars_for

PAGE: Final = 50
CERTIFICATE_DAYS: Final = 90
INSTRUMENT_DAYS: Final = 30
_ENDED, _SOON, _FINE, _GONE = range(4)


@dataclass(frozen=True, slots=True)
class Chip:
    """A state in a word; `tone` is good, warn, bad or note."""

    tone: str
    word: str


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in a list. `query` leads to it; `rank` orders: the smallest first."""

    query: dict[str, str]
    name: str
    code: str
    about: str
    chips: tuple[Chip, ...]
    rank: tuple[int, str]

    @property
    def urgent(self) -> bool:
        """Whether somebody should look at it soon."""
        return self.rank[0] in {_ENDED, _SOON}


def query_of(desk: Desk, key: Key) -> dict[str, str]:
    """What a thing's address asks for."""
    return {"ma": key[0], **({"cua": key[1]} if len(key) > 1 else {}), "co-so": desk.party}


def rows(desk: Desk, searched: str = "") -> list[Row]:
    """The party's things that hold every word searched for, what is urgent first."""
    every = things(desk.services, desk.register, desk.party)
    newest = _newest(desk, every)
    found = [_row(desk, one, newest) for one in every]
    words = folded(searched).split()
    kept = [
        one
        for one in found
        if all(word in folded(f"{one.name} {one.code} {one.about}") for word in words)
    ]
    return sorted(kept, key=lambda one: (*one.rank, one.code))


def _newest(desk: Desk, every: list[Thing]) -> dict[tuple[str, str], str]:
    """(kind, subject) of certificates in force -> the last day of the newest (ISO)."""
    found: dict[tuple[str, str], str] = {}
    for one in every if desk.register.type == "certificate-recorded" else ():
        body = one.body(desk.register.type)
        if not one.withdrawn:
            paper = str(body["kind"]), one.key[1]
            found[paper] = max(found.get(paper, ""), str(body["valid_to"]))
    return found


def _row(desk: Desk, one: Thing, newest: dict[tuple[str, str], str]) -> Row:
    values = one.values(desk.register)
    kind = desk.register.type
    if kind == "certificate-recorded":
        return _certificate(desk, one, values, newest)
    if kind == "instrument-registered":
        return _instrument(desk, one, values)
    name = str(values.get("name", one.key[0]))
    chips: tuple[Chip, ...] = ()
    rank, about = _FINE, ""
    if kind == "product-registered":
        chips = tuple(_product_chips(desk, one.key[0]))
        rank = _ENDED if any(chip.tone == "bad" for chip in chips) else _FINE
        about = str(values.get("brand", ""))
    elif kind == "site-registered":
        about = worded(SITE_KINDS, str(values.get("kind", "")), desk.say)
        numbers = [values.get("growing_area_code"), values.get("packing_house_code")]
        chips = tuple(Chip("note", str(number)) for number in numbers if number)
    return Row(query_of(desk, one.key), name, one.key[0], about, chips, (rank, name.lower()))


def _product_chips(desk: Desk, gtin: str) -> Iterator[Chip]:
    registry, now = desk.services.views.registry, today(desk.services.now())
    stars, recognition = stars_for(registry, gtin, now)
    if stars:
        yield Chip("good", desk.say("OCOP {stars} sao", stars=stars))
    elif recognition is not None:
        word = desk.say("OCOP hết hạn {day}", day=shown_day(recognition.valid_to))
        yield Chip("bad", word)


def _certificate(
    desk: Desk, one: Thing, values: dict[str, Any], newest: dict[tuple[str, str], str]
) -> Row:
    say, now = desk.say, today(desk.services.now())
    last = str(values.get("valid_to", ""))
    if one.withdrawn:
        chip, rank = Chip("note", say("đã rút")), _GONE
    elif str(values.get("valid_from", "")) > now:
        chip, rank = Chip("note", say("chưa có hiệu lực")), _FINE
    elif last < newest.get((str(values.get("kind", "")), one.key[1]), ""):
        chip, rank = Chip("note", say("đã có giấy mới hơn")), _GONE
    else:
        chip, rank = _until(desk, last, now, CERTIFICATE_DAYS)
    chips = [chip]
    if one.vouched_by != desk.party:
        chips.append(Chip("note", say("{party} xác nhận", party=one.vouched_by)))
    word = worded({**MORE_CERTIFICATES, **CERTIFICATES}, str(values.get("kind", "")), say)
    if values.get("stars"):
        word = f"{word} {'★' * int(values['stars'])}"
    number, subject = one.key
    about = desk.subject_word(subject)
    return Row(query_of(desk, one.key), word, number, about, tuple(chips), (rank, last))


def _instrument(desk: Desk, one: Thing, values: dict[str, Any]) -> Row:
    last = values.get("valid_to")
    if last is None:
        chip, rank = Chip("bad", desk.say("chưa kiểm định")), _ENDED
    else:
        chip, rank = _until(desk, str(last), today(desk.services.now()), INSTRUMENT_DAYS)
    name = str(values.get("kind", one.key[0]))
    about = str(values.get("body", ""))
    return Row(query_of(desk, one.key), name, one.key[0], about, (chip,), (rank, str(last or "")))


def _until(desk: Desk, last: str, now: str, soon: int) -> tuple[Chip, int]:
    left = (dt.date.fromisoformat(last) - dt.date.fromisoformat(now)).days
    shown = shown_day(last)
    if left < 0:
        return Chip("bad", desk.say("hết hạn {day}", day=shown)), _ENDED
    if left == 0:
        return Chip("warn", desk.say("hết hạn hôm nay")), _SOON
    if left <= soon:
        return Chip("warn", desk.say("còn {days} ngày", days=left)), _SOON
    return Chip("good", desk.say("đến {day}", day=shown)), _FINE
