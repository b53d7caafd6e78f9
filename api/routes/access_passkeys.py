"""Passkeys: signing in with one, making, naming and removing them, by their owner or who keeps order.

What a script asks for is answered in JSON; whatever works without one is a plain form.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.cookies import give
from api.access.errors import SideAway
from api.access.gate import Gate, at_home
from api.access.limits import asker
from api.access.passkey_errors import PasskeyRefused
from api.access.passwords import PasswordRefused
from api.access.people import PeopleRefused
from api.access.viewer import viewer_of
from api.errors import DoorError
from api.pages.addresses import at
from api.pages.notices import notice
from api.routes.access import begin_session, hold_back, over_plain_http, status_of_refusal
from api.routes.access_account import Account, own_account
from api.routes.access_people import PeoplePages
from api.routes.replies import html, json_bytes, problem
from api.routes.station_guard import language, read_form
from api.scans.places import Peers

_REFUSALS = (PasskeyRefused, PeopleRefused, PasswordRefused, SideAway)


class PasskeyPages:
    """The doors of passkeys."""

    def __init__(self, gate: Gate, peers: Peers, account: Account, people: PeoplePages) -> None:
        self._gate = gate
        self._peers = peers
        self._account = account
        self._people = people

    async def sign_in(self, request: Request) -> Response:
        """`act` is bat-dau, for what is to be signed, or vao, with the field `answer`."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return problem(422, "no-form", "Send a form of at most 64 KiB.")
        if over_plain_http(request):
            return html(notice("plain-http", lang), 403)
        gate, address = self._gate, self._peers.sender(request.scope)
        try:
            hold_back(gate, "sign-in-address", asker(address))
            if typed.get("act") == "bat-dau":
                begin = partial(gate.passkeys.begin_sign_in, asker(address))
                return _json(await run_in_threadpool(begin))
            check = partial(gate.passkeys.sign_in, typed.get("answer", ""), address)
            person, which = await run_in_threadpool(check)
            where, token = await begin_session(
                gate, request, person, "passkey-signed-in", which, address
            )
        except _REFUSALS as refusal:
            return _refused(refusal, lang)
        return give(_json({"to": where}), "person", token, local=at_home(request))

    async def own(self, request: Request) -> Response:
        """What somebody does with their own: the field `act` says what."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return problem(422, "no-form", "Send a form of at most 64 KiB.")
        act = typed.get("act", "")
        scripted = act in {"bat-dau", "them"}
        try:
            if scripted:
                return _json(await self._made(request, typed, act, lang))
            await run_in_threadpool(self._changed, request, typed, act)
        except _REFUSALS as refusal:
            if scripted:
                return _refused(refusal, lang)
            page = await run_in_threadpool(
                self._account.page, viewer_of(request.scope), lang, refusal.say(lang)
            )
            return html(page, status_of_refusal(refusal))
        return RedirectResponse(at("/toi", lang), 303)

    async def _made(
        self, request: Request, typed: Mapping[str, str], act: str, lang: str
    ) -> dict[str, Any]:
        gate, viewer = self._gate, viewer_of(request.scope)
        address = self._peers.sender(request.scope)
        person = await run_in_threadpool(own_account, gate, viewer)
        if act == "them":
            add = partial(gate.passkeys.add, person, viewer.session)
            await run_in_threadpool(add, typed.get("name", ""), typed.get("answer", ""), address)
            return {"to": at("/toi", lang)}
        # A session that somebody left open must not become theirs for good.
        hold_back(gate, "sign-in", person.account)
        check = partial(gate.people.check, person.account, typed.get("password", ""), address)
        await gate.slowly.run(check)
        return await run_in_threadpool(gate.passkeys.begin_adding, person, viewer.session)

    def _changed(self, request: Request, typed: Mapping[str, str], act: str) -> None:
        gate, viewer = self._gate, viewer_of(request.scope)
        person, address = own_account(gate, viewer), self._peers.sender(request.scope)
        if act == "bo":
            gate.passkeys.remove(person, typed.get("id", ""), person.id, viewer.session)
            gate.sessions.forget()
        elif act == "chi-khoa":
            gate.passkeys.want_only(person, address)
        elif act == "mat-khau":
            gate.passkeys.allow_password(person, person.id, address)

    async def others(self, request: Request) -> Response:
        """What the administrator does with somebody else's."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        try:
            await run_in_threadpool(self._ordered, typed, viewer_of(request.scope).id)
        except _REFUSALS as refusal:
            page = await run_in_threadpool(self._people.page, lang, {}, refusal.say(lang))
            return html(page, status_of_refusal(refusal))
        return RedirectResponse(at("/nguoi", lang), 303)

    def _ordered(self, typed: Mapping[str, str], by: str) -> None:
        gate = self._gate
        person = gate.people.called(typed.get("account", ""))
        if typed.get("act") == "bo":
            gate.passkeys.remove(person, typed.get("id", ""), by)
            gate.sessions.forget()
        elif typed.get("act") == "mat-khau":
            gate.passkeys.allow_password(person, by)


def _json(value: Mapping[str, Any]) -> Response:
    return Response(json_bytes(value), 200, {"cache-control": "no-store"}, "application/json")


def _refused(refusal: DoorError, lang: str) -> Response:
    """A problem whose detail the script shows, so it is in the language of the page."""
    return problem(status_of_refusal(refusal), refusal.code, refusal.say(lang))


def passkey_routes(
    gate: Gate, peers: Peers, account: Account, people: PeoplePages
) -> list[BaseRoute]:
    """Passkeys, in front of the account, in it, and over everybody's."""
    pages = PasskeyPages(gate, peers, account, people)
    return [
        Route("/vao/khoa-truy-cap", pages.sign_in, methods=["POST"]),
        Route("/toi/khoa-truy-cap", pages.own, methods=["POST"]),
        Route("/nguoi/khoa-truy-cap", pages.others, methods=["POST"]),
    ]
