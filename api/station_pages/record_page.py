"""The page of one record: what stands in it, how far it has come, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.pages.addresses import at, leading, lot_path
from api.pages.messages_catalogue import N_, tongue
from api.pages.rendering import render
from api.pages.words import REASONS, STAGES, worded
from api.routes.services import Services
from api.station_pages.errors import FormFault
from api.station_pages.form_page import new_key
from api.station_pages.forms import BY_TYPE
from api.station_pages.recording import FORM_KEY
from api.station_pages.records import Record, corrections_of, record_of, standing_body
from api.station_pages.telling import Teller, Told
from api.station_pages.undoing import is_undone, refuse_undoing
from ledger.verify.graph import lots_about
from ledger.verify.wording import Refusal

_NEXT: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "raw": (
        ("che-bien", "in_lot_1", "process", N_("Chế biến lô này")),
        ("dong-goi", "in_lot_1", "pack", N_("Đóng gói từ lô này")),
        ("xuat-hang", "lot_given", "ship", N_("Xuất hàng lô này")),
    ),
    "packed": (
        ("dong-thung", "in_lot_1", "carton", N_("Đóng thùng lô này")),
        ("xuat-hang", "lot_given", "ship", N_("Xuất hàng lô này")),
        ("ban-hang", "lot_given", "sell", N_("Bán lô này")),
    ),
}
_ENDS = frozenset({"sold", "destroyed", "field-work-recorded", "aggregated"})


@dataclass(frozen=True, slots=True)
class Beside:
    """One field of a record and of its correction."""

    label: str
    old: str
    new: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Way:
    """Something to do next."""

    address: str
    icon: str
    word: str
    first: bool = False


def beside(old: list[Told], new: list[Told]) -> list[Beside]:
    """Two tellings of one record, field by field, in the order of the newer one."""
    before = {one.name: one for one in old}
    after = {one.name: one for one in new}
    found = []
    for name in dict.fromkeys([*after, *before]):
        one, other = before.get(name), after.get(name)
        label = (other or before[name]).label
        values = (one.value if one else "–"), (other.value if other else "–")
        found.append(Beside(label, *values, changed=values[0] != values[1]))
    return found


def record_html(
    services: Services,
    record: Record,
    lang: str,
    *,
    told: str = "",
    refusal: Refusal | None = None,
    bar: Mapping[str, Any],
) -> bytes:
    """The page of a record. `told` is "new" or "again" right after its form was sent."""
    say, to = tongue(lang), leading(lang)
    original = (record_of(services, record.corrects) if record.corrects else None) or record
    corrections = corrections_of(services, original)
    stands = standing_body(original, corrections)
    teller = Teller(services, say)
    correctable = original.type in BY_TYPE
    gone = bool(corrections) and is_undone(original.type, stands)
    lots = lots_about(original.type, stands)
    stays = _why_it_stays(services, original, stands, lang) if correctable else ""
    return render(
        "station/record.html",
        lang,
        record=record,
        original=original,
        maker=_maker(services, original.statement.party),
        stage=worded(STAGES, original.type, say),
        lines=teller.lines(original.statement.party, stands),
        versions=_versions(teller, original, corrections, lang),
        undone=gone,
        lots=[(to(f"/lo/{lot_path(*lot)}"), lot[1]) for lot in lots],
        ways=_ways(services, original, [] if gone else lots, lang),
        correct=to(f"/tram/phieu/{original.id}/dinh-chinh") if correctable else "",
        undo="" if stays else to(f"/tram/phieu/{original.id}/hoan-tac"),
        stays=stays,
        key_name=FORM_KEY,
        key=new_key(),
        told=told,
        fault=refusal.say(lang) if refusal else "",
        home=to("/tram"),
        **bar,
    )


def _maker(services: Services, party: str) -> str:
    """The name of the party that recorded it, with its code."""
    name = services.views.registry.parties.get(party, {}).get("name")
    return f"{name} ({party})" if name else party


def _why_it_stays(services: Services, original: Record, stands: dict[str, Any], lang: str) -> str:
    """Why a record cannot be undone; "" when it can."""
    try:
        refuse_undoing(services, original.type, original.statement.party, stands)
    except FormFault as why:
        return why.say(lang)
    return ""


@dataclass(frozen=True, slots=True)
class Version:
    """One correction beside what stood before it."""

    address: str
    time: str
    reason: str
    why: str
    rows: list[Beside]
    state: str


def _versions(
    teller: Teller, original: Record, corrections: list[Record], lang: str
) -> list[Version]:
    """Each correction, the newest first, beside what stood before it."""
    say, party = tongue(lang), original.statement.party
    bodies = [original.body, *(one.body for one in corrections)]
    found = []
    for before, one in zip(bodies, corrections, strict=False):
        said = one.statement
        found.append(
            Version(
                at(f"/tram/phieu/{one.id}", lang),
                said.time,
                worded(REASONS, said.body["reason"], say),
                teller.private(said.body.get("note")),
                beside(teller.lines(party, before), teller.lines(party, one.body)),
                one.state,
            )
        )
    return found[::-1]


def _ways(services: Services, record: Record, lots: list[tuple[str, str]], lang: str) -> list[Way]:
    say, to = tongue(lang), leading(lang)
    found: list[Way] = []
    lot = services.views.lot(*lots[0]) if lots else None
    # What is held or recalled goes nowhere.
    if record.type not in _ENDS and lot is not None and lot.facts["stopped"] is None:
        item, code = lots[0]
        packed = lot.facts["kind"] == "packed"
        if packed:
            address = to("/tram/in-tem/lo", item=item, lot=code)
            found.append(Way(address, "label", say("In tem cho lô này")))
        for form, field, icon, word in _NEXT["packed" if packed else "raw"]:
            if form != BY_TYPE[record.type].address if record.type in BY_TYPE else True:
                address = to(f"/tram/{form}", **{field: f"{item} {code}"})
                found.append(Way(address, icon, say(word)))
    form_again = BY_TYPE.get(record.type)
    if form_again is not None:
        again = say("Ghi thêm: {form}", form=say(form_again.title))
        found.append(Way(to(f"/tram/{form_again.address}"), form_again.icon, again))
    return [Way(one.address, one.icon, one.word, first=at == 0) for at, one in enumerate(found)]
