"""GET /tram/ho-so/{item}/{lot}: a lot's signed bundle, fetched from the hub by this station's key."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.notices import notice
from api.routes.lots import lot_of_path
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, station_only
from api.station.errors import StationError
from ledger.errors import LedgerError

PATH = "/tram/ho-so/"
_STATUSES = {"bundle-hidden": 403, "bundle-unknown": 404, "hub-away": 503, "hub-busy": 503}
_BAD_GATEWAY = 502


def station_bundle_routes(services: Services) -> list[BaseRoute]:
    """The one route; of a ledger of its own the bundle has its public address."""

    async def bundle(request: Request) -> Response:
        lang, where = language(request), lot_of_path(request, PATH)
        if services.link is None or where is None:
            return html(notice("unknown-lot", lang), 404)
        # Read here: it brings in the HTTP client, which a ledger of its own never needs.
        from api.station.asking import fetched_bundle

        try:
            found = await run_in_threadpool(fetched_bundle, services, *where)
        except (StationError, LedgerError) as refused:
            status = _STATUSES.get(refused.code, _BAD_GATEWAY)
            return html(notice("no-bundle", lang, detail=refused.say(lang)), status)
        name = "".join(c if c.isalnum() and c.isascii() else "-" for c in "-".join(where))
        headers = {
            "cache-control": "private, no-store",
            "content-disposition": f'attachment; filename="lot-{name}.json"',
        }
        return Response(found.raw, 200, headers, "application/json")

    return [Route(f"{PATH}{{rest:path}}", station_only(bundle))]
