"""/nguoi: who may come in, by the administrator. /nguoi/nhat-ky: the record of what they did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.access.errors import SideAway
from api.access.gate import Gate
from api.access.passkeys import Passkey
from api.access.people import PeopleRefused, checked_for
from api.access.record import KEPT_DAYS
from api.access.table import OF_A_PARTY, OF_AN_AUTHORITY, PEOPLE
from api.access.viewer import viewer_of
from api.pages.access_words import ROLE_WORDS, WHAT_WORDS
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.words import worded
from api.routes.access import status_of_refusal
from api.routes.access_account import posix_moment
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, read_form

_SHOWN = 300


class PeoplePages:
    """The list of accounts and what is done with them."""

    def __init__(self, services: Services, gate: Gate) -> None:
        self._services = services
        self._gate = gate

    async def show(self, request: Request) -> Response:
        """Everybody with an account."""
        return html(await run_in_threadpool(self.page, language(request), {}))

    def page(
        self, lang: str, typed: Mapping[str, str], fault: str = "", link: str = "", whose: str = ""
    ) -> bytes:
        """The list, with the form as it was typed, a fault, or a one-time link. Raises SideAway."""
        say, passkeys = tongue(lang), self._gate.passkeys
        keys: dict[str, list[Passkey]] = {}
        for one in passkeys.all():
            keys.setdefault(one.person, []).append(one)
        return render(
            "access_people.html",
            lang,
            people=[
                (
                    one,
                    worded(ROLE_WORDS, one.role, say),
                    [(key, posix_moment(key.made)) for key in keys.get(one.id, ())],
                    one.id in keys and passkeys.only(one.id),
                )
                for one in self._gate.people.all()
            ],
            roles=[(role, say(ROLE_WORDS[role]), role in OF_A_PARTY) for role in PEOPLE],
            parties=self._parties(),
            typed={name: typed.get(name, "") for name in ("account", "name", "role", "party")},
            fault=fault,
            link=link,
            whose=whose,
        )

    def _parties(self) -> list[tuple[str, str]]:
        return [(str(one["code"]), str(one["name"])) for one in self._services.views.parties()]

    async def act(self, request: Request) -> Response:
        """Add, change, reset or remove: the field `act` says which."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        try:
            link = await run_in_threadpool(self._done, typed, viewer_of(request.scope).id)
        except (PeopleRefused, SideAway) as refusal:
            page = await run_in_threadpool(self.page, lang, typed, refusal.say(lang))
            return html(page, status_of_refusal(refusal))
        self._gate.sessions.forget()
        self._gate.standing.forget()
        shown = f"{link_base(self._services, request)}/vao/ma/{link}" if link else ""
        whose = typed.get("account", "") if link else ""
        return html(await run_in_threadpool(self.page, lang, {}, "", shown, whose))

    def _done(self, typed: Mapping[str, str], by: str) -> str:
        people, account = self._gate.people, typed.get("account", "")
        act, role = typed.get("act", ""), typed.get("role", "")
        named = typed.get("party", "") if role in OF_A_PARTY | OF_AN_AUTHORITY else ""
        party = checked_for(role, named, kinds_of(self._services))
        if act == "them":
            return people.add(account, typed.get("name", ""), role, party, by)
        if act == "vai-tro":
            people.set_role(account, role, party, by)
        elif act == "cap-lai":
            return people.reset(account, by)
        elif act == "xoa":
            people.remove(account, by)
        return ""

    async def record(self, request: Request) -> Response:
        """The newest lines of the record, with the names that are still known."""
        return html(await run_in_threadpool(self._record, language(request)))

    def _record(self, lang: str) -> bytes:
        say = tongue(lang)
        names = names_of(self._gate)
        lines: list[tuple[Any, ...]] = [
            (
                posix_moment(one.at),
                worded(WHAT_WORDS, one.what, say),
                names.get(one.who, one.who),
                names.get(one.about, one.about),
                one.place,
            )
            for one in self._gate.record.newest(_SHOWN)
        ]
        return render("access_record.html", lang, lines=lines, days=KEPT_DAYS)


def kinds_of(services: Services) -> dict[str, str]:
    """The kind of every registered party, by its code."""
    return {str(one["code"]): str(one["kind"]) for one in services.views.parties()}


def names_of(gate: Gate) -> dict[str, str]:
    """Number -> account or name, of everybody who has not been erased."""
    found = {one.id: one.account for one in gate.people.all()}
    found.update((one.id, one.name) for one in gate.pins.all())
    return found


def link_base(services: Services, request: Request) -> str:
    """Where a link leads: the public address, else this very machine; never the Host header."""
    base = services.settings.base_url
    if base is not None and not viewer_of(request.scope).own_machine:
        return base
    port = (request.scope.get("server") or ("", 8471))[1]
    return base or f"http://127.0.0.1:{port}"


def people_routes(pages: PeoplePages) -> list[BaseRoute]:
    """Accounts and the record."""
    return [
        Route("/nguoi", pages.show, methods=["GET"]),
        Route("/nguoi", pages.act, methods=["POST"]),
        Route("/nguoi/nhat-ky", pages.record, methods=["GET"]),
    ]
