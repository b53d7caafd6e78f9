"""GET /lo/{item}/{lot}: the lot dossier. `{item}` is a GTIN or `PARTY%2Fcode`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages.dates import today
from api.pages.dossier_page import dossier_html
from api.pages.notices import notice
from api.routes.freshness import as_of
from api.routes.lot_scans import lot_scans
from api.routes.lots import facts_of, lot_of_path
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language


def dossier_routes(services: Services) -> list[BaseRoute]:
    """The dossier, and the way from the bare address to the station's start page."""

    async def dossier(request: Request) -> Response:
        lang = language(request)
        facts = facts_of(services, lot_of_path(request, "/lo/"))
        if facts is None:
            return html(notice("unknown-lot", lang), 404)
        scans = await lot_scans(services, facts)
        page = dossier_html(
            facts, services.views.size, today(services.now()), lang, scans, as_of(services)
        )
        return html(page, headers={"cache-control": "public, max-age=60"})

    async def front(_request: Request) -> Response:
        return RedirectResponse("/tram", 302)

    return [Route("/", front), Route("/lo/{rest:path}", dossier)]
