"""GET /tinh and /tinh/xuat/{name}.{csv,xlsx}: for officers, inspectors and administrators."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.dates import VIETNAM
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.province.looking import Province, months_until, parties_by_region, province_of, trend
from api.province.page import values_of
from api.province.regions import BY_CODE
from api.province.tables import NAMES, table
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language
from api.tables.download import download
from api.tables.writing import WRITERS

UNKNOWN = "-"
"""The parties whose province is none of the 34."""


class ProvincePages:
    """The page and its files."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def show(self, request: Request) -> Response:
        """The page; `?tinh=quang-ninh` for one unit."""
        return await run_in_threadpool(self._shown, request)

    async def give(self, request: Request) -> Response:
        """One of its tables as a file."""
        return await run_in_threadpool(self._given, request)

    def _shown(self, request: Request) -> Response:
        lang, chosen = language(request), _chosen(request)
        views, say = self._services.views, tongue(lang)
        today = self._services.now().astimezone(VIETNAM).date()
        tallies, months = views.tallies, months_until(today)
        values = values_of(
            self._seen(chosen),
            parties_by_region(views),
            chosen,
            months,
            trend(tallies, months),
            today,
            say,
        )
        return html(render("province/province.html", lang, **shell(request.scope, lang), **values))

    def _seen(self, chosen: str) -> Province:
        views = self._services.views
        today = self._services.now().astimezone(VIETNAM).date()
        parties = {
            code
            for code, (region, _) in parties_by_region(views).items()
            if not chosen or (region.code if region else UNKNOWN) == chosen
        }
        return province_of(views, views.tallies, parties, today)

    def _given(self, request: Request) -> Response:
        lang = language(request)
        name, _, kind = request.path_params["name"].partition(".")
        if name not in NAMES or kind not in WRITERS:
            return html(notice("no-page", lang), 404)
        chosen = _chosen(request)
        made = table(name, self._seen(chosen), tongue(lang))
        place = f"-{chosen}" if chosen in BY_CODE else ""
        return download(made, kind, f"{name}{place}")


def _chosen(request: Request) -> str:
    asked = request.query_params.get("tinh", "")
    return asked if asked in BY_CODE or asked == UNKNOWN else ""


def province_routes(services: Services) -> list[BaseRoute]:
    """GET /tinh and its tables."""
    pages = ProvincePages(services)
    return [
        Route("/tinh", pages.show, methods=["GET"]),
        Route("/tinh/xuat/{name}", pages.give, methods=["GET"]),
    ]
