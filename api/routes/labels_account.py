"""The account of a lot's labels: every serial with its state, a hundred to a page."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.addresses import lot_path
from api.pages.rendering import render
from api.routes.labels_missing import no_such_lot
from api.routes.labels_reading import packed_facts, scanned_serial
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, station_only
from ledger.verify.wording import Refusal

A_PAGE = 100
STATES = ("confirmed", "in_doubt", "void", "waiting")
_LONGEST_SEARCH = 400


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of the account; `first` is the number of its first row among all `found`."""

    rows: tuple[tuple[int, str, str], ...]
    found: int
    page: int
    pages: int


def account_page(states: dict[str, str], search: str, state: str, page: int) -> AccountPage:
    """Rows of (number in the order of issue, serial, state) that match, page 1 and on."""
    matching = [
        (number, serial, one)
        for number, (serial, one) in enumerate(states.items(), 1)
        if search in serial and state in ("", one)
    ]
    pages = max(-(-len(matching) // A_PAGE), 1)
    page = min(max(page, 1), pages)
    return AccountPage(
        tuple(matching[(page - 1) * A_PAGE : page * A_PAGE]), len(matching), page, pages
    )


def account_routes(services: Services) -> list[BaseRoute]:
    """GET /tram/in-tem/so-tem."""

    async def show(request: Request) -> Response:
        query, lang = request.query_params, language(request)
        facts = packed_facts(services, query.get("item", ""), query.get("lot", ""))
        if facts is None:
            return no_such_lot(lang)
        where = facts["item"], facts["lot"]
        typed, fault, search = query.get("tim", "").strip()[:_LONGEST_SEARCH], "", ""
        try:
            search = scanned_serial(typed, facts["lot"], services)
        except Refusal as refusal:
            fault = refusal.say(lang)
        state = query.get("la", "")
        number = query.get("trang", "1")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1
        # One reading of the states, so that rows and totals are of one moment.
        states = dict(await run_in_threadpool(services.labelling.states, *where))
        account = dict.fromkeys(STATES, 0)
        for one in states.values():
            account[one] += 1
        account["issued"] = len(states)
        return html(
            render(
                "labels_account.html",
                lang,
                facts=facts,
                account=account,
                shown=account_page(states, search, state if state in STATES else "", page),
                states=STATES,
                state=state,
                typed=typed,
                fault=fault,
                lot_path=lot_path(*where),
            ),
            422 if fault else 200,
        )

    return [Route("/tram/in-tem/so-tem", station_only(show), methods=["GET"])]
