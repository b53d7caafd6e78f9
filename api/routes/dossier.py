"""GET /lo/{item}/{lot}: the lot dossier. `{item}` is a GTIN or `PARTY%2Fcode`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.disclosure.choices import Disclosures
from api.pages.consumer_page import lot_path
from api.pages.dates import today
from api.pages.dossier_page import dossier_html
from api.pages.notices import notice
from api.routes.access import localised
from api.routes.freshness import as_of
from api.routes.lot_scans import lot_scans
from api.routes.lots import facts_of, gives_whole, lot_for, lot_of_path
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_drafts import read_lot
from api.routes.station_guard import language, own_machine
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
        page = dossier_html(
            shown.facts,
            services.views.size,
            today(services.now()),
            lang,
            scans,
            as_of(services),
            hub="" if services.link is None else services.link.joined.address,
            fetched=own_machine(request),
            closed=not gives_whole(services, disclosures, request, facts),
        )
        return html(page, headers=shown.headers)

    async def front(_request: Request) -> Response:
        return RedirectResponse("/tram", 302)

    return [Route("/", front), Route("/lo/{rest:path}", dossier)]


def _found(services: Services, wanted: str, lang: str) -> Response:
    """To the dossier of a lot, from a scanned label or a lot code that names one lot only."""
    try:
        where = read_lot(wanted.strip()[:_LONGEST], services, ROOT_PARTY)
    except DomainError as refused:
        return html(notice("unknown-lot", lang, detail=refused.say(lang)), 404)
    return RedirectResponse(localised(f"/lo/{lot_path(*where)}", lang), 303)
