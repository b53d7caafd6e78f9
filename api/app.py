"""The web application: every route over one set of services."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.enforced import Enforced, LimitedLabels
from api.access.errors import SideAway
from api.access.gate import Gate
from api.consumer.endpoint import ConsumerEndpoint
from api.consumer.phones import Phones
from api.consumer.routes import report_routes
from api.drill.routes import drill_routes
from api.figures.routes import figures_routes
from api.guide.routes import guide_routes
from api.inspector.dossier_routes import dossier_routes
from api.inspector.routes import inspector_routes
from api.outbox.routes import outbox_routes
from api.pages.notices import notice
from api.pages.static_files import static_routes
from api.photos.pages import photo_routes
from api.photos.serving import serving_routes
from api.province.routes import province_routes
from api.registers.label_choice import label_choice_routes
from api.registers.operators import operator_routes
from api.registers.pages import register_routes
from api.routes.access import access_routes
from api.routes.access_account import Account, account_routes
from api.routes.access_disclosure import disclosure_routes
from api.routes.access_passkeys import passkey_routes
from api.routes.access_people import PeoplePages, people_routes
from api.routes.api_examples import with_outer_answers
from api.routes.carton import carton_routes
from api.routes.chosen_language import Speaking
from api.routes.entries import entries_routes
from api.routes.health import health_routes
from api.routes.labels_reading import first_party
from api.routes.log import log_routes
from api.routes.lots import lots_routes
from api.routes.negotiation import asked_for
from api.routes.protection import LABEL_ROUTE, Protected
from api.routes.refusal_status import AWAY
from api.routes.replies import html, problem, wants_html
from api.routes.services import Services
from api.routes.station import station_routes
from api.routes.station_wire import station_wire_routes
from api.routes.style_page import style_routes
from api.scans.places import Peers
from api.serving.timely_bodies import Timely
from api.station_quick.routes import quick_routes
from api.station_scan.routes import scan_routes
from api.tables.pages import table_routes
from api.watching.watch import Watch
from ledger.errors import LedgerError

_NOTICES = {403: "station-only", 404: "no-page", 405: "method"}


async def _failed(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if wants_html(request.scope["headers"]) and not request.url.path.startswith("/api/"):
        lang = asked_for(request.scope["query_string"])[0]
        return html(notice(_NOTICES.get(status, "too-large"), lang), status)
    detail = str(error.detail) if isinstance(error, HTTPException) else "The server failed."
    return problem(status, f"http-{status}", detail)


async def _store_away(request: Request, error: Exception) -> Response:
    """A database that cannot be asked is no fault of the program: 503, and when to ask again."""
    away = isinstance(error, LedgerError) and error.code in AWAY
    if not (away or isinstance(error, SideAway)):
        raise error
    assert isinstance(error, LedgerError | SideAway)
    if wants_html(request.scope["headers"]) and not request.url.path.startswith("/api/"):
        lang = asked_for(request.scope["query_string"])[0]
        # Only the station's own people are told where the database is.
        detail = error.say(lang) if request.url.path.startswith("/tram") else ""
        answer = html(notice("fault", lang, detail=detail), 503)
    else:
        answer = problem(503, error.code, error.say("en"))
    answer.headers["retry-after"] = "5"
    return answer


class Application(FastAPI):
    """FastAPI, with a short cut for the one page that a crowd asks for.

    Addresses on labels go straight to their endpoint: the framework's layers would cost as much
    as the page itself.
    """

    labels: ASGIApp

    def openapi(self) -> dict[str, Any]:
        """The description of the API, with what the outer layers answer."""
        if self.openapi_schema is None:
            self.openapi_schema = with_outer_answers(super().openapi())
        return self.openapi_schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"].startswith("/01/"):
            await self.labels(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(services: Services) -> FastAPI:
    """The application over `services`. Nothing of it is loaded from another host."""
    watch = Watch(services)
    app = Application(
        title="OCOP Ledger",
        version="1",
        description="Signed statements in, histories, seals and bundles out.",
        docs_url=None,
        redoc_url=None,
        lifespan=watch.lifespan,
    )
    gate, peers = Gate(services), Peers(services.settings.trusted_proxies)
    with suppress(SideAway):  # until it is known what parties hide, nothing of it is shown
        gate.disclosures.load()
    with suppress(SideAway):  # the own machine goes on recording when the database goes away
        gate.standing.get()
    phones = Phones(services.side)
    secure = (services.settings.base_url or "").startswith("https:")
    labels = LimitedLabels(ConsumerEndpoint(services, gate.disclosures, phones), gate, peers)
    account, people = Account(gate, peers), PeoplePages(services, gate)
    app.labels = Protected(labels, LABEL_ROUTE, secure=secure)
    for routes in (
        static_routes(),
        log_routes(services),
        dossier_routes(services, gate.disclosures),
        carton_routes(services, gate.disclosures),
        access_routes(gate, peers),
        account_routes(gate, account),
        people_routes(people),
        passkey_routes(gate, peers, account, people),
        disclosure_routes(services, gate),
        inspector_routes(services),
        register_routes(services, gate),
        table_routes(services),
        operator_routes(services, gate),
        label_choice_routes(services),
        report_routes(services, gate, peers, phones),
        station_routes(services),
        style_routes(),
        serving_routes(services),
        photo_routes(services),
        scan_routes(services),
        outbox_routes(services),
        quick_routes(services),
        guide_routes(services),
        province_routes(services),
        figures_routes(services),
        drill_routes(services, gate.disclosures, phones),
    ):
        app.router.routes.extend(routes)
    for router in (
        entries_routes(services),
        station_wire_routes(services),
        lots_routes(services, gate.disclosures),
        health_routes(watch),
    ):
        app.include_router(router)
    app.add_exception_handler(HTTPException, _failed)
    app.add_exception_handler(LedgerError, _store_away)
    app.add_exception_handler(SideAway, _store_away)
    # The last one is the outermost: headers and faults, language, patience, who may ask, the routes.
    app.add_middleware(
        Enforced,
        application=app,
        gate=gate,
        peers=peers,
        station=partial(first_party, services),
    )
    app.add_middleware(Timely)
    app.add_middleware(Speaking, secure=secure)
    app.add_middleware(Protected, secure=secure)
    return app
