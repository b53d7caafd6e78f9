"""/quan-ly/nguoi-truc: operators' PINs of the own party, on the station's own machine."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.errors import SideAway
from api.access.gate import Gate
from api.access.passwords import PasswordRefused
from api.access.pins import PinRefused
from api.access.viewer import Viewer, viewer_of
from api.errors import DoorError
from api.pages.access_words import ROLE_WORDS
from api.pages.addresses import at
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.pages.words import worded
from api.registers.errors import RegisterRefused
from api.registers.whose import chosen_party, parties_for
from api.routes.access import status_of_refusal
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, read_form

PAGE = "/quan-ly/nguoi-truc"
_FIELDS = {
    "pin-name": "name",
    "pin-taken": "name",
    "register-pin-twice": "again",
    "pin-wrong-form": "pin",
    "pin-common": "pin",
}


class OperatorPages:
    """Who has a PIN at this station, and who may sign in for the party."""

    def __init__(self, services: Services, gate: Gate) -> None:
        self._services = services
        self._gate = gate

    def _party(self, viewer: Viewer, asked: str) -> tuple[str | None, list[tuple[str, str]]]:
        parties = parties_for(self._services, viewer)
        return chosen_party(parties, asked), parties

    async def show(self, request: Request) -> Response:
        """Everybody of the party."""
        asked = request.query_params.get("co-so", "")
        return await run_in_threadpool(self._page, request, asked, "", None)

    def _page(self, request: Request, asked: str, name: str, refusal: DoorError | None) -> Response:
        lang, viewer = language(request), viewer_of(request.scope)
        party, parties = self._party(viewer, asked)
        if party is None and parties:
            return html(notice("not-yours", lang, link="/quan-ly"), 403)
        say = tongue(lang)
        people = [
            (one.account, one.name, worded(ROLE_WORDS, one.role, say))
            for one in self._gate.people.all()
            if party is not None and one.party == party
        ]
        fault = "" if refusal is None else refusal.say(lang)
        page = render(
            "registers/operators.html",
            lang,
            **shell(request.scope, lang),
            party=party or "",
            party_name=dict(parties).get(party or "", ""),
            parties=parties,
            root=PAGE,
            here=viewer.own_machine,
            operators=[one for one in self._gate.pins.all() if one.party == party],
            people=people,
            accounts="administrator" in viewer.roles,
            typed=name,
            fault=fault,
            field="" if refusal is None else _FIELDS.get(refusal.code, ""),
            done=request.query_params.get("xong", ""),
        )
        return html(page, 200 if refusal is None else status_of_refusal(refusal))

    async def act(self, request: Request) -> Response:
        """Give somebody a PIN, or take it away: the field `act` says which."""
        typed = await read_form(request)
        lang = language(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        viewer = viewer_of(request.scope)
        party, _ = self._party(viewer, typed.get("co-so", ""))
        if party is None:
            return html(notice("not-yours", lang, link="/quan-ly"), 403)
        try:
            # A PIN costs a hash: few at a time, off the event loop.
            await self._gate.slowly.run(lambda: self._done(viewer, party, typed))
        except (RegisterRefused, PinRefused, PasswordRefused, SideAway) as refusal:
            name = typed.get("name", "") if typed.get("act") == "them" else ""
            return await run_in_threadpool(self._page, request, party, name[:80], refusal)
        self._gate.standing.forget()
        self._gate.sessions.forget()
        done = "bo" if typed.get("act") == "bo" else "them"
        return RedirectResponse(at(PAGE, lang, **{"co-so": party, "xong": done}), 303)

    def _done(self, viewer: Viewer, party: str, typed: dict[str, str]) -> None:
        pins, name = self._gate.pins, typed.get("name", "")
        if not viewer.own_machine:
            raise RegisterRefused("register-pin-here")
        if typed.get("act") == "bo":
            if not any((one.name, one.party) == (name, party) for one in pins.all()):
                raise RegisterRefused("register-pin-other", found=name)
            pins.remove(name, viewer.id)
            return
        keeping = {"manager", "administrator"}
        if not any(one.role in keeping and one.ready for one in self._gate.people.all()):
            raise RegisterRefused("register-pin-account")
        if typed.get("pin", "") != typed.get("again", ""):
            raise RegisterRefused("register-pin-twice")
        pins.add(name, party, typed.get("pin", ""), viewer.id)


def operator_routes(services: Services, gate: Gate) -> list[BaseRoute]:
    """The operators' page."""
    pages = OperatorPages(services, gate)
    return [
        Route(PAGE, pages.show, methods=["GET"]),
        Route(PAGE, pages.act, methods=["POST"]),
    ]
