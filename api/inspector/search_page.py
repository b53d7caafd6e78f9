"""GET /kiem-tra: one field for anything on a label or a paper, and what an inspector takes along."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.inspector.addresses import ROOT
from api.inspector.authority import authority_of
from api.inspector.searching import LONGEST, MOST_LOTS, TITLES, Found, LotLine, Searcher
from api.pages.addresses import at
from api.pages.messages_catalogue import tongue
from api.pages.rendering import render
from api.pages.shell import shell
from api.routes.freshness import as_of
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language


async def search(services: Services, request: Request) -> Response:
    """The page; a scanned label that means one lot leads there at once."""
    lang, asked = language(request), request.query_params
    text, of = asked.get("tim", "").strip()[:LONGEST], asked.get("cua", "")[:LONGEST]
    found, title, lots = await run_in_threadpool(_search, services, lang, text, of)
    if text[:4].lower() == "http" and found.only_lot():
        return RedirectResponse(found.only_lot(), 303)
    say = tongue(lang)
    authority = authority_of(services, request)
    page = render(
        "inspector/search.html",
        lang,
        as_of=as_of(services),
        text=text,
        of=of,
        title=title,
        lots=lots,
        most=MOST_LOTS,
        groups=[(say(TITLES[kind]), kind, hits) for kind, hits in found.groups.items()],
        more=found.more,
        authority=authority,
        action=ROOT,
        verifier=at(f"{ROOT}/trinh-kiem-tra.html", lang),
        at_hub="" if services.link is None else services.link.joined.address,
        **shell(request.scope, lang),
    )
    return html(page)


def _search(services: Services, lang: str, text: str, of: str) -> tuple[Found, str, list[LotLine]]:
    searcher = Searcher(services.views, tongue(lang))
    title, lots = searcher.lots_of(of) if of else ("", [])
    return searcher.search(text), title, lots
