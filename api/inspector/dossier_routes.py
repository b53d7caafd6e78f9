"""GET /lo/{item}/{lot}: the lot dossier. `{item}` is a GTIN or `PARTY%2Fcode`."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.table import may
from api.access.viewer import Viewer, viewer_of
from api.disclosure.choices import Disclosures
from api.inspector.addresses import ROOT
from api.inspector.chain import asked_in
from api.inspector.dossier import Tools, dossier_html, tools_for
from api.inspector.lineage import MOST_FOR_ALL, MOST_LOTS
from api.inspector.story import whole_story
from api.pages.addresses import at, lot_path
from api.pages.dates import today
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.shell import shell
from api.photos.shown import without_erased
from api.routes.freshness import as_of
from api.routes.lot_scans import lot_scans
from api.routes.lots import facts_of, gives_whole, lot_for, lot_of_path
from api.routes.replies import html
from api.routes.services import Facts, Services
from api.routes.station_guard import language, own_machine
from api.station_scan.lots import read_lot
from ledger.domain.errors import DomainError
from ledger.verify.keys import ROOT_PARTY

_LONGEST = 400  # characters of a scanned code


def dossier_routes(services: Services, disclosures: Disclosures) -> list[BaseRoute]:
    """The dossier, and the way from the bare address to the station's start page."""

    async def dossier(request: Request) -> Response:
        lang = language(request)
        wanted = request.query_params.get("tim")
        if wanted is not None:
            return _found(services, wanted, lang)
        facts = facts_of(services, lot_of_path(request, "/lo/"))
        if facts is None:
            return html(notice("unknown-lot", lang), 404)
        shown = lot_for(services, disclosures, request, facts)
        scans = await lot_scans(services, facts)
        viewer, whole = viewer_of(request.scope), None
        if viewer.sees_all or disclosures.hidden() == {}:
            # The chain goes through other parties' lots, so it is shown whole or not at all.
            asked = asked_in(request.query_params)
            most = MOST_LOTS if viewer.sees_all else MOST_FOR_ALL
            whole = await run_in_threadpool(whole_story, services, facts, asked, tongue(lang), most)
        erased = await run_in_threadpool(services.album.shelf.erased)
        page = dossier_html(
            without_erased(shown.facts, erased),
            services.views.size,
            today(services.now()),
            lang,
            scans,
            as_of(services),
            hub="" if services.link is None else services.link.joined.address,
            fetched=own_machine(request),
            closed=not gives_whole(services, disclosures, request, facts),
            whole=whole,
            tools=_tools(services, viewer, facts, lang),
            top=shell(request.scope, lang),
        )
        return html(page, headers=_kept(viewer, shown.headers))

    async def front(_request: Request) -> Response:
        return RedirectResponse("/tram", 302)

    return [Route("/", front), Route("/lo/{rest:path}", dossier)]


def _kept(viewer: Viewer, headers: Mapping[str, str]) -> dict[str, str]:
    """Who may keep the page: the bar names whoever signed in, and its language is their cookie's."""
    known = viewer.id or viewer.own_machine or viewer.sees_all
    cached = "private, no-store" if known else headers["cache-control"]
    return {"cache-control": cached, "vary": "cookie"}


def _tools(services: Services, viewer: Viewer, facts: Facts, lang: str) -> Tools | None:
    if not may(viewer.roles, ROOT, "GET"):
        return None
    lot = facts["item"], facts["lot"]
    orders = "inspector" in viewer.roles and services.link is None
    return tools_for(lot, lang, orders=orders, evidence=services.link is None)


def _found(services: Services, wanted: str, lang: str) -> Response:
    """To the dossier of a lot, from a scanned label or a lot code that names one lot only."""
    try:
        where = read_lot(wanted.strip()[:_LONGEST], services, ROOT_PARTY)
    except DomainError as refused:
        return html(notice("unknown-lot", lang, detail=refused.say(lang)), 404)
    return RedirectResponse(at(f"/lo/{lot_path(*where)}", lang), 303)
