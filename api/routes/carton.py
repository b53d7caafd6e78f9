"""GET /00/{sscc}: the page that a carton's QR code opens, and its JSON form."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.disclosure.choices import Disclosures
from api.pages.carton_page import CartonLine, carton_html, carton_notice
from api.pages.dates import today
from api.routes.negotiation import JSON, asked_for, chosen_type
from api.routes.replies import html, json_bytes
from api.routes.services import Services
from ledger.domain.codes import Sscc
from ledger.domain.errors import DomainError
from ledger.projections.views import Views

_CACHE = {"cache-control": "public, max-age=60", "vary": "accept"}


def carton_routes(services: Services, disclosures: Disclosures) -> list[BaseRoute]:
    """The one address on carton labels. Reading writes nothing."""

    async def carton(request: Request) -> Response:
        lang = asked_for(request.scope["query_string"])[0]
        as_json = chosen_type(request.headers.get("accept", "")) == JSON
        try:
            sscc = Sscc(request.path_params["sscc"]).text
        except DomainError as refusal:
            return _unknown(lang, as_json, refusal.say(lang))
        found = await run_in_threadpool(_facts, services, disclosures, sscc)
        if found is None:
            return _unknown(lang, as_json)
        producer, time, lines = found
        if as_json:
            body = {
                "sscc": sscc,
                "producer": producer,
                "time": time,
                "contents": [
                    {
                        "item": line.item,
                        "lot": line.lot,
                        "name": line.name,
                        "quantity": line.amount,
                        "status": line.status,
                    }
                    for line in lines
                ],
            }
            return Response(json_bytes(body), 200, _CACHE, JSON)
        return html(carton_html(sscc, producer, time, lines, lang), headers=_CACHE)

    return [Route("/00/{sscc}", carton)]


def _facts(
    services: Services, disclosures: Disclosures, sscc: str
) -> tuple[dict[str, Any], str, list[CartonLine]] | None:
    """(producer, time, lines) of a carton, None for one that the ledger does not know."""
    views = services.views
    found = views.container(sscc)
    if found is None:
        return None
    day = today(services.now())
    producer: dict[str, Any] = {"name": found.party, "address": ""}
    lines = []
    for item, lot, amount in found.contents:
        row = views.lot(item, lot)
        facts = {} if row is None else row.facts
        status = Views.status(facts, day) if facts else "active"
        hidden = "amounts" in disclosures.of(facts.get("party", found.party))
        shown = None if hidden else amount
        lines.append(CartonLine(item, lot, facts.get("name", item), shown, status))
        if facts and facts["party"] == found.party:
            producer = facts["producer"]
    return producer, found.time, lines


def _unknown(lang: str, as_json: bool, detail: str = "") -> Response:
    if as_json:
        body = {"status": 404, "code": "unknown-carton", "detail": detail}
        return Response(json_bytes(body), 404, {"cache-control": "no-store"}, JSON)
    return html(carton_notice(lang, detail), 404)
