"""GET /quan-ly/so-lieu and its tables as files."""

from __future__ import annotations

import datetime as dt
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.access.viewer import Viewer, viewer_of
from api.figures.errors import FiguresRefused
from api.figures.looking import Figures, FiguresMemory
from api.figures.page import values_of
from api.figures.period import MOST_MONTHS, Period, read_period, usual
from api.figures.tables import NAMES, table
from api.pages.addresses import leading
from api.pages.dates import VIETNAM
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.registers.whose import chosen_party, parties_for
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language
from api.tables.download import download
from api.tables.writing import WRITERS

ROOT = "/quan-ly/so-lieu"
_EVERYBODYS = frozenset({"inspector", "officer"})


class FiguresPages:
    """The page and its files."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._memory = FiguresMemory(services)

    async def show(self, request: Request) -> Response:
        """The page; `?co-so=&tu=&den=&mat-hang=`."""
        return await run_in_threadpool(self._shown, request)

    async def give(self, request: Request) -> Response:
        """One of its tables as a file."""
        return await run_in_threadpool(self._given, request)

    def _shown(self, request: Request) -> Response:
        lang, views = language(request), self._services.views
        parties = figured_parties(self._services, viewer_of(request.scope))
        party = chosen_party(parties, request.query_params.get("co-so", ""))
        to = leading(lang)
        if party is None and parties:
            return html(notice("not-yours", lang, link=to(ROOT)), 403)
        period, refused = self._period(request)
        items = {} if party is None else self._items(party)
        if period.item not in items:
            period = Period(period.first, period.last)
        shown: dict[str, Any] = {"sheets": {}}
        if party is not None:
            named = views.registry.item_name
            found = self._memory.of(party, period)
            shown = values_of(found, period, named, tongue(lang))
        page = render(
            "figures/figures.html",
            lang,
            **shell(request.scope, lang),
            party=party,
            party_name=dict(parties).get(party or "", ""),
            parties=parties,
            period=period,
            items=items,
            fault="" if refused is None else refused.say(lang),
            most_months=MOST_MONTHS,
            to=to,
            root=ROOT,
            asked={
                "co-so": party,
                "tu": period.first,
                "den": period.last,
                "mat-hang": period.item,
            },
            **shown,
        )
        return html(page, 200 if refused is None else 422)

    def _given(self, request: Request) -> Response:
        lang = language(request)
        name, _, kind = request.path_params["name"].partition(".")
        parties = figured_parties(self._services, viewer_of(request.scope))
        party = chosen_party(parties, request.query_params.get("co-so", ""))
        if name not in NAMES or kind not in WRITERS or (party is None and not parties):
            return html(notice("no-page", lang), 404)
        if party is None:
            return html(notice("not-yours", lang, link=leading(lang)(ROOT)), 403)
        period, refused = self._period(request)
        if refused is not None:
            return html(notice("no-page", lang, detail=refused.say(lang)), 422)
        found = self._found(party, period)
        made = table(name, found, self._services.views.registry.item_name, tongue(lang))
        return download(made, kind, f"{name}-{party}-{period.first}-{period.last}")

    def _found(self, party: str, period: Period) -> Figures:
        if period.item not in self._items(party):
            period = Period(period.first, period.last)
        return self._memory.of(party, period)

    def _period(self, request: Request) -> tuple[Period, FiguresRefused | None]:
        today: dt.date = self._services.now().astimezone(VIETNAM).date()
        try:
            return read_period(dict(request.query_params), today), None
        except FiguresRefused as refused:
            return usual(today), refused

    def _items(self, party: str) -> dict[str, str]:
        """A party's products and items by what the ledger calls them."""
        views = self._services.views
        products = {
            str(one["gtin"]): str(one["name"]) for one in views.products() if one["party"] == party
        }
        return products | {str(one["item"]): str(one["name"]) for one in views.items(party)}


def figured_parties(services: Services, viewer: Viewer) -> list[tuple[str, str]]:
    """(code, name) of every party whose figures somebody may see: the own, or everybody's."""
    if viewer.roles.isdisjoint(_EVERYBODYS):
        return parties_for(services, viewer)
    return [(str(one["code"]), str(one["name"])) for one in services.views.parties()]


def figures_routes(services: Services) -> list[BaseRoute]:
    """The page of figures and its files."""
    pages = FiguresPages(services)
    return [
        Route(ROOT, pages.show, methods=["GET"]),
        Route(f"{ROOT}/xuat/{{name}}", pages.give, methods=["GET"]),
    ]
