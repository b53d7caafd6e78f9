"""Every address below /kiem-tra."""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.inspector.addresses import ROOT, asked_for_lot, tool_at
from api.inspector.authority import Authority, authority_of
from api.inspector.evidence_page import PARCEL, REPORT, EvidencePages
from api.inspector.order_page import TOOL, OrderPages
from api.inspector.paper_page import PAPER, PaperPages
from api.inspector.search_page import search
from api.pages.addresses import dossier_at
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.pages.verifier_file import verifier_file
from api.recall.reach import reach_of
from api.recall.reach_told import ReachTeller, ReachTold
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language
from ledger.verify.graph import Lot


def inspector_routes(services: Services) -> list[BaseRoute]:
    """The inspector's pages; the table of access says who may ask for them."""
    orders, evidence = OrderPages(services), EvidencePages(services)
    papers = PaperPages(services)
    lot = f"{ROOT}/lo/{{rest:path}}"
    return [
        Route(ROOT, partial(search, services)),
        Route(f"{ROOT}/trinh-kiem-tra.html", _verifier),
        Route(f"{lot}/pham-vi", partial(_reach, services)),
        Route(f"{lot}/{REPORT}", evidence.report),
        Route(f"{lot}/{PARCEL}", evidence.parcel),
        Route(f"{lot}/{PAPER}", papers.show, methods=["GET"]),
        Route(f"{lot}/{PAPER}", papers.act, methods=["POST"]),
        Route(f"{lot}/{TOOL}", orders.show, methods=["GET"]),
        Route(f"{lot}/{TOOL}", orders.act, methods=["POST"]),
    ]


async def _verifier(_request: Request) -> Response:
    """The verifier as a file to take along."""
    made = await run_in_threadpool(verifier_file)
    headers = {
        "content-disposition": 'attachment; filename="trinh-kiem-tra.html"',
        "cache-control": "private, max-age=3600",
    }
    return Response(made, 200, headers, "text/html; charset=utf-8")


async def _reach(services: Services, request: Request) -> Response:
    """What a recall of a lot and all that was made from it would reach."""
    lang, lot = language(request), asked_for_lot(request, "pham-vi")
    known = None if lot is None else services.views.lot(*lot)
    if lot is None or known is None:
        return html(notice("unknown-lot", lang), 404)
    may_order = isinstance(authority_of(services, request), Authority)
    page = render(
        "inspector/reach.html",
        lang,
        facts=known.facts,
        size=services.views.size,
        dossier=dossier_at(lot, lang),
        reach=await run_in_threadpool(_told, services, lot, lang),
        order=tool_at(lot, TOOL, lang, loai="recalled") if may_order else "",
        **shell(request.scope, lang),
    )
    return html(page)


def _told(services: Services, lot: Lot, lang: str) -> ReachTold:
    reach = reach_of(services.views, [lot], descendants=True)
    return ReachTeller(services.views.registry, tongue(lang)).tell(reach)
