"""The start page: what was recorded today, what waits to be done, which lots there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from api.attention.gathering import attention_of
from api.attention.lines import Block, block_of
from api.intake.folding import folded
from api.pages.addresses import at, lot_path
from api.pages.dates import day, today
from api.pages.messages_catalogue import Tongue, tongue
from api.pages.rendering import render
from api.pages.words import STAGES, amount, worded
from api.read_side import row_of
from api.routes.freshness import as_of
from api.routes.hub_bar import hub_bar
from api.routes.services import LotRow, Services
from api.station_pages.forms import FORMS
from api.station_pages.once import SentForms
from api.station_pages.records import Record, journal, records_of_today
from api.station_pages.telling import Teller
from api.watching.lag import unsealed
from ledger.errors import LedgerError
from ledger.verify.graph import lots_about
from ledger.verify.wording import Refusal

RECENT_LOTS: Final = 30
_SEARCHED: Final = 200
_NEWEST: Final = 5
_LONGEST_SEARCH: Final = 60


@dataclass(frozen=True, slots=True)
class LotLine:
    """One lot in the list; state is recalled, held, raw, unlabelled or labelled.

    `acts` is the page of what may be done with it; `labels` where its labels are printed, "" when
    there are none to print.
    """

    code: str
    name: str
    path: str
    left: str
    time: str
    state: str
    acts: str
    labels: str = ""


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record of today; `state` is here, sent or sealed, `corrected` whether a newer one counts."""

    address: str
    icon: str
    stage: str
    lots: str
    amount: str
    time: str
    state: str
    corrected: bool


def lot_line(row: LotRow, lang: str) -> LotLine:
    """A row of the list of lots."""
    if row.kind == "packed":
        shown = tongue(lang)("{packs} gói", packs=amount(row.left_packs or "0", lang))
    else:
        shown = f"{amount(row.left_kg, lang)} kg" if row.left_kg else "–"
    if row.stopped:
        state = row.stopped
    elif row.kind == "raw":
        state = "raw"
    else:
        state = "labelled" if row.labels_issued >= row.packs else "unlabelled"
    labels = at("/tram/in-tem/lo", lang, item=row.item, lot=row.code)
    return LotLine(
        row.code,
        row.name,
        lot_path(row.item, row.code),
        shown,
        row.time,
        state,
        at("/tram/quet", lang, ma=f"{row.item} {row.code}"),
        labels if state == "unlabelled" else "",
    )


def record_line(
    services: Services, one: Record, lang: str, *, corrected: bool = False
) -> RecordLine:
    """A line of the list of today's records."""
    say, said = tongue(lang), one.statement
    stage = worded(STAGES, one.type, say)
    if one.corrects:
        stage = say("Đính chính: {stage}", stage=stage)
    form = next((form for form in FORMS.values() if form.type == one.type), None)
    lots = ", ".join(dict.fromkeys(code for _, code in lots_about(said.type, said.body)))
    return RecordLine(
        at(f"/tram/phieu/{one.id}", lang),
        "edit" if one.corrects else form.icon if form else "label",
        stage,
        lots or str(one.body.get("site", "")),
        Teller(services, say).short(one.body),
        said.time,
        one.state,
        corrected,
    )


def start_html(
    services: Services,
    party: str,
    forms: SentForms,
    lang: str,
    *,
    who: str = "",
    search: str = "",
    bar: Mapping[str, Any],
) -> bytes:
    """The start page; `search` narrows the lots, `bar` is what the shell shows."""
    known = as_of(services)
    problem = services.memory.problem
    rows = _lots(services, party, search[:_LONGEST_SEARCH])
    say = tongue(lang)
    own, recent = _newest(services, party, forms)
    replaced = {one.corrects for one in own}
    lines = [lot_line(row, lang) for row in rows]
    return render(
        "station/start.html",
        lang,
        title=services.settings.origin,
        party=_party_name(services, party),
        day=day(today(services.now())),
        forms=[(form.address, say(form.title), form.icon) for form in FORMS.values()],
        records=[record_line(services, one, lang, corrected=one.id in replaced) for one in own],
        recent=recent,
        lots=lines,
        unlabelled=[one for one in lines if one.state == "unlabelled"][:6],
        search=search,
        jobs=dict(services.labelling.printing()),
        unsealed=_unsealed(services, known),
        as_of=known,
        problem="" if problem is None else problem.say(lang),
        held=_held(services, lang),
        hub=hub_bar(services, lang),
        who=who,
        attention=_attention(services, party, say),
        **bar,
    )


def _lots(services: Services, party: str, search: str) -> list[LotRow]:
    """The newest lots; for a search those of the newest that fit, then any whose code begins so."""
    views = services.views
    if not search:
        return list(views.lots_handled(party, RECENT_LOTS))
    wanted = folded(search)
    rows = views.lots_handled(party, _SEARCHED)
    found = [row for row in rows if wanted in folded(f"{row.code} {row.name} {row.item}")]
    seen = {(row.item, row.code) for row in found}
    for start in dict.fromkeys((search, search.upper())):
        for lot in views.lookup.lots_like(start, RECENT_LOTS):
            known = None if lot in seen else views.lot(*lot)
            # Of a whole province's lots those count that this party made or said something of.
            if known is not None and _handled(known.facts, party):
                seen.add(lot)
                found.append(row_of(known.facts))
    return found[:RECENT_LOTS]


def _handled(facts: Mapping[str, Any], party: str) -> bool:
    return facts["party"] == party or any(step["party"] == party for step in facts["steps"])


def _newest(services: Services, party: str, forms: SentForms) -> tuple[list[Record], bool]:
    """Records of today; without any the newest few, and True.

    Nothing while the database is away: the page says so above.
    """
    try:
        found = records_of_today(services, party, forms)
        return (found, False) if found else (list(islice(journal(services, party), _NEWEST)), True)
    except LedgerError:
        return [], True


def _party_name(services: Services, party: str) -> str:
    """Its registered name; its code while the database is away."""
    try:
        body = services.views.registry.parties.get(party, {})
    except LedgerError:
        return party
    return str(body.get("name", party))


def _attention(services: Services, party: str, say: Tongue) -> Block | None:
    """What needs somebody; None while the database is away."""
    try:
        return block_of(attention_of(services, party), say)
    except LedgerError:
        return None


def _unsealed(services: Services, known: str) -> int:
    """Statements that no checkpoint covers yet; 0 while the database is away, which is said."""
    try:
        return 0 if known else unsealed(services.store)
    except (Refusal, sqlite3.Error):
        return 0


def _held(services: Services, lang: str) -> str:
    """What to know of statements that the database was lost over; "" without any."""
    try:
        found = services.station.held()
    except sqlite3.Error:
        return ""
    return "" if found is None else found.say(lang)
