"""The station's pages on 127.0.0.1: start page and the four recording forms."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.viewer import viewer_of
from api.pages.consumer_page import lot_path
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.station_fields import FORMS, Choice, Form, defaults, filled
from api.pages.words import amount
from api.routes.freshness import as_of
from api.routes.hub_bar import hub_bar
from api.routes.labels import first_party, label_routes
from api.routes.refusal_status import heading_of, status_of
from api.routes.replies import html
from api.routes.services import Facts, LotRow, Services
from api.routes.station_bundle import station_bundle_routes
from api.routes.station_drafts import DraftMaker
from api.routes.station_guard import language, read_form, station_only
from api.watching.lag import unsealed
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.verify.wording import Refusal

log = logging.getLogger(__name__)
RECENT_LOTS = 30


@dataclass(frozen=True, slots=True)
class LotLine:
    """One lot in the list of the start page."""

    code: str
    name: str
    path: str
    left: str
    time: str
    state: str


def lot_line(row: LotRow, lang: str) -> LotLine:
    """A row of the list; state is recalled, held, raw, unlabelled or labelled."""
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
    return LotLine(row.code, row.name, lot_path(row.item, row.code), shown, row.time, state)


def _start(services: Services, party: str, lang: str, who: str) -> bytes:
    rows = services.views.lots_handled(party, RECENT_LOTS)
    known = as_of(services)
    problem = services.memory.problem
    return render(
        "station.html",
        lang,
        title=services.settings.origin,
        party=party,
        forms=[(form.address, tongue(lang)(form.title)) for form in FORMS.values()],
        lots=[lot_line(row, lang) for row in rows],
        jobs=dict(services.labelling.printing()),
        unsealed=_unsealed(services, known),
        as_of=known,
        problem="" if problem is None else problem.say(lang),
        held=_held(services, lang),
        hub=hub_bar(services, lang),
        who=who,
    )


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


def last_step(services: Services, party: str, statement_type: str) -> Facts | None:
    """The newest step of a type among the party's recent lots, with the item it made; or None."""
    newest: Facts | None = None
    for row in services.views.lots_handled(party, RECENT_LOTS):
        found = services.views.lot(row.item, row.code)
        for step in found.facts["steps"] if found else []:
            mine = step["type"] == statement_type and step["party"] == party
            if mine and (newest is None or step["index"] > newest["index"]):
                newest = {**step, "item": row.item}
    return newest


def choices(services: Services, party: str) -> dict[str, Sequence[Choice]]:
    """What the form's lists offer: (value, shown)."""
    views = services.views
    # At a station the registry of a whole province is at hand: the own products come first.
    known = sorted(views.products(), key=lambda one: one["party"] != party)
    products = [(str(p["gtin"]), str(p["name"])) for p in known]
    items = [_named(f"{party}/{i['code']}", i) for i in views.items(party)]
    return {
        "product": products,
        "item": items + products,
        "site": [_named(s["code"], s) for s in views.sites(party)],
        "instrument": [(str(i["code"]), str(i["code"])) for i in views.instruments(party)],
        "lots": [
            (f"{row.item} {row.code}", _described(row))
            for row in views.lots_handled(party, RECENT_LOTS)
            if not row.stopped
        ],
    }


def _described(row: LotRow) -> str:
    return f"{row.name}, {row.left_kg} kg" if row.left_kg else row.name


def _named(value: str, registered: object) -> Choice:
    name = registered.get("name") if isinstance(registered, dict) else None
    return value, f"{name} ({value.rpartition('/')[2]})" if name else value


def form_html(
    services: Services,
    party: str,
    form: Form,
    typed: dict[str, str],
    lang: str,
    refusal: Refusal | None = None,
) -> bytes:
    """The form with what was typed, and what is wrong when it was refused."""
    fields = filled(form, typed, _choices_known(services, party))
    first = next((field.name for field in fields if not field.value), fields[0].name)
    return render(
        "station_form.html",
        lang,
        form=form,
        fields=fields,
        heading=heading_of(refusal, lang) if refusal else "",
        fault=refusal.say(lang) if refusal else "",
        autofocus=first,
    )


def _choices_known(services: Services, party: str) -> Mapping[str, Sequence[Choice]]:
    """As `choices`; none while the database is away and they were never read before."""
    try:
        return choices(services, party)
    except LedgerError as wrong:
        if status_of(wrong) != 503:
            raise
        return {}


def _target(draft: Draft) -> str:
    body = draft.body
    lot = body["lot"] if "lot" in body else body["outputs"][0]["lot"]
    return f"/lo/{lot_path(lot['item'], lot['code'])}"


def station_routes(services: Services) -> list[BaseRoute]:
    """GET /tram, the forms below it, and label printing."""

    async def start(request: Request) -> Response:
        lang, party = language(request), first_party(services)
        who = viewer_of(request.scope).name
        return html(await run_in_threadpool(_start, services, party, lang, who))

    async def show(request: Request) -> Response:
        form = FORMS[request.scope["path"].rpartition("/")[2]]
        party = first_party(services)
        typed = defaults(form.type, last_step(services, party, form.type))
        return html(form_html(services, party, form, typed, language(request)))

    async def record(request: Request) -> Response:
        form = FORMS[request.scope["path"].rpartition("/")[2]]
        lang, party = language(request), first_party(services)
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        try:
            maker = DraftMaker(services, party, typed)
            draft = await run_in_threadpool(maker.make, form.type)
            await run_in_threadpool(services.station.record, draft)
        except Refusal as refusal:
            log.info("form %s refused: %s", form.address, refusal.code)
            page = await run_in_threadpool(form_html, services, party, form, typed, lang, refusal)
            return html(page, status_of(refusal))
        return RedirectResponse(_target(draft), 303)

    routes: list[BaseRoute] = [Route("/tram", station_only(start))]
    for address in FORMS:
        path = f"/tram/{address}"
        routes.append(Route(path, station_only(show), methods=["GET"]))
        routes.append(Route(path, station_only(record), methods=["POST"]))
    return [*routes, *station_bundle_routes(services), *label_routes(services)]
