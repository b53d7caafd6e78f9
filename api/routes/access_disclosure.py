"""/cong-khai: what a party shows to the public, chosen by its manager."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.errors import SideAway
from api.access.gate import Gate
from api.access.people import PeopleRefused
from api.access.viewer import Viewer, viewer_of
from api.disclosure.choices import GROUPS, DisclosureRefused
from api.pages.access_words import GROUP_WORDS
from api.pages.addresses import at
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.routes.access import status_of_refusal
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, read_form


class DisclosurePages:
    """One form for each party that the viewer may choose for."""

    def __init__(self, services: Services, gate: Gate) -> None:
        self._services = services
        self._gate = gate

    async def show(self, request: Request) -> Response:
        """What is shown now."""
        viewer, lang = viewer_of(request.scope), language(request)
        done = request.query_params.get("xong") == "1"
        return html(await run_in_threadpool(self._page, viewer, lang, "", done=done))

    def _page(self, viewer: Viewer, lang: str, fault: str, *, done: bool = False) -> bytes:
        say, disclosures = tongue(lang), self._gate.disclosures
        disclosures.load()
        parties = [
            (code, name, [(one, say(GROUP_WORDS[one]), one in hidden) for one in GROUPS])
            for code, name in self._parties(viewer)
            for hidden in (disclosures.of(code),)
        ]
        return render("access_disclosure.html", lang, parties=parties, fault=fault, done=done)

    def _parties(self, viewer: Viewer) -> list[tuple[str, str]]:
        every = [(str(one["code"]), str(one["name"])) for one in self._services.views.parties()]
        if "administrator" in viewer.roles:
            return every
        return [one for one in every if one[0] == viewer.party]

    async def choose(self, request: Request) -> Response:
        """Hide exactly what is ticked."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        viewer = viewer_of(request.scope)
        try:
            await run_in_threadpool(self._choose, viewer, typed)
        except (DisclosureRefused, PeopleRefused, SideAway) as refusal:
            page = await run_in_threadpool(self._page, viewer, lang, refusal.say(lang))
            return html(page, status_of_refusal(refusal))
        where = at("/cong-khai", lang)
        return RedirectResponse(f"{where}{'&' if '?' in where else '?'}xong=1", 303)

    def _choose(self, viewer: Viewer, typed: dict[str, str]) -> None:
        codes = [code for code, _ in self._parties(viewer)]
        party = typed.get("party", "")
        if party not in codes:
            raise PeopleRefused("party-unregistered", found=party, known=", ".join(codes[:20]))
        wanted = [one for one in GROUPS if typed.get(one) == "1"]
        self._gate.disclosures.choose(party, wanted, self._gate.record, viewer.id)


def disclosure_routes(services: Services, gate: Gate) -> list[BaseRoute]:
    """The manager's choice."""
    pages = DisclosurePages(services, gate)
    return [
        Route("/cong-khai", pages.show, methods=["GET"]),
        Route("/cong-khai", pages.choose, methods=["POST"]),
    ]
