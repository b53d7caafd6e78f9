"""Tables taken out, as files."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.access.viewer import viewer_of
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.pages.words import STAGES, worded
from api.registers.whose import parties_for
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language
from api.tables.download import download
from api.tables.errors import TableRefused
from api.tables.exporting import EVERY, empty, export
from api.tables.whose import party_asked
from api.tables.writing import WRITERS


class OutPages:
    """One address a table and kind of file: `NAME.csv`, `NAME.xlsx`; `NAME` alone is a page."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def give(self, request: Request) -> Response:
        """The file; with `?mau=1` its headings only. Without an ending: what will be in it."""
        return await run_in_threadpool(self._given, request)

    def _given(self, request: Request) -> Response:
        lang, viewer = language(request), viewer_of(request.scope)
        name, _, kind = request.path_params["name"].partition(".")
        if name not in EVERY or (kind and kind not in WRITERS):
            return html(notice("no-page", lang), 404)
        try:
            party = party_asked(self._services, viewer, request.query_params.get("co-so", ""))
            if kind and request.query_params.get("mau") == "1":
                return download(empty(name), kind, f"mau-{name}")
            table, left_out = export(self._services, party, name)
        except TableRefused as refusal:
            return html(notice("fault", lang, detail=refusal.say(lang)), 422)
        if kind:
            return download(table, kind, f"{name}-{party}")
        say = tongue(lang)
        page = render(
            "tables/out.html",
            lang,
            **shell(request.scope, lang),
            table=name,
            title=say(table.title),
            party=party,
            party_name=dict(parties_for(self._services, viewer)).get(party, party),
            count=len(table.rows),
            left_out=[(worded(STAGES, one, say), count) for one, count in sorted(left_out.items())],
        )
        return html(page)
