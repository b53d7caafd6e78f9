"""/toi: one's own account: password, sessions. /tram/khoa: the PIN that opens the station."""

from __future__ import annotations

import datetime as dt
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.cookies import give, take
from api.access.errors import SideAway
from api.access.gate import Gate, at_home
from api.access.passkey_errors import PasskeyRefused
from api.access.passkeys import MOST_PASSKEYS
from api.access.passwords import LEAST, PasswordRefused
from api.access.people import PeopleRefused, Person
from api.access.pins import PinRefused
from api.access.viewer import Viewer, viewer_of
from api.pages.access_words import ROLE_WORDS
from api.pages.addresses import at
from api.pages.dates import VIETNAM, moment
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.routes.access import status_of_refusal
from api.routes.replies import html
from api.routes.station_guard import language, read_form
from api.scans.places import Peers


class Account:
    """What somebody can do with their own account."""

    def __init__(self, gate: Gate, peers: Peers) -> None:
        self._gate = gate
        self._peers = peers

    async def show(self, request: Request) -> Response:
        """Who I am, and where I am signed in."""
        viewer, lang = viewer_of(request.scope), language(request)
        if not viewer.id:  # the own machine of a folder without people: nobody to show
            return RedirectResponse(at("/vao", lang), 303)
        return html(await run_in_threadpool(self.page, viewer, lang, ""))

    def page(self, viewer: Viewer, lang: str, fault: str) -> bytes:
        """The page of one's account; `fault` is one sentence, or empty. Raises SideAway."""
        role = next(iter(viewer.roles))
        sessions = [
            (posix_moment(made), posix_moment(seen), digest == viewer.session)
            for digest, made, seen in self._gate.sessions.of(viewer.id)
        ]
        return render(
            "access_me.html",
            lang,
            person_name=viewer.name,
            role=tongue(lang)(ROLE_WORDS[role]),
            code=role,
            party=viewer.party or "",
            person=self._gate.people.numbered(viewer.id) is not None,
            sessions=sessions,
            own_machine=viewer.own_machine,
            least=LEAST,
            fault=fault,
            **self._passkeys(viewer.id, lang),
        )

    def _passkeys(self, who: str, lang: str) -> dict[str, object]:
        passkeys, origin, why_none = self._gate.passkeys, "", ""
        try:
            origin = passkeys.site().origin
        except PasskeyRefused as refusal:
            why_none = refusal.say(lang)
        mine = passkeys.of(who)
        return {
            "passkeys": [
                (one, posix_moment(one.made), posix_moment(one.used) if one.used else "")
                for one in mine
            ],
            "passkey_only": passkeys.only(who),
            "passkey_tried": any(one.used and one.here for one in mine),
            "passkey_room": len(mine) < MOST_PASSKEYS,
            "origin": origin,
            "why_none": why_none,
        }

    async def act(self, request: Request) -> Response:
        """Change the password, or sign out everywhere: the field `act` says which."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        viewer, gate, local = viewer_of(request.scope), self._gate, at_home(request)
        if typed.get("act") == "ra-het":
            await run_in_threadpool(gate.sessions.end_all, viewer.id)
            await run_in_threadpool(gate.record.add, "signed-out-everywhere", viewer.id)
            answer = RedirectResponse(at("/vao", lang), 303)
            return take(answer, "person", local=local)
        try:
            if typed.get("password", "") != typed.get("again", ""):
                raise PasswordRefused("passwords-differ")
            person = await run_in_threadpool(own_account, self._gate, viewer)
            change = partial(
                gate.people.change_password,
                *(person, typed.get("old", ""), typed.get("password", "")),
                self._peers.sender(request.scope),
            )
            await gate.slowly.run(change)
        except (PeopleRefused, PasswordRefused, SideAway) as refusal:
            page = await run_in_threadpool(self.page, viewer, lang, refusal.say(lang))
            return html(page, status_of_refusal(refusal))
        token = await run_in_threadpool(gate.sessions.begin, person.id)
        answer = RedirectResponse(at("/toi", lang), 303)
        return give(answer, "person", token, local=local)


def own_account(gate: Gate, viewer: Viewer) -> Person:
    """Whose account it is. Raises PeopleRefused for somebody who is here by a PIN."""
    found = gate.people.numbered(viewer.id)
    if found is None:
        raise PeopleRefused("account-unknown", found=viewer.name)
    return found


class StationDoor:
    """The PIN page: one tap on the own name, one PIN, one shift."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def show(self, request: Request) -> Response:
        """Who is at the station; without PINs there is nothing to ask."""
        lang = language(request)
        if not await run_in_threadpool(self._gate.pins.any):
            return RedirectResponse(at("/tram", lang), 303)
        return html(await run_in_threadpool(self._page, lang, "", ""))

    def _page(self, lang: str, chosen: str, fault: str) -> bytes:
        operators = self._gate.pins.all()
        if len(operators) == 1:
            chosen = operators[0].id
        return render("access_pin.html", lang, operators=operators, chosen=chosen, fault=fault)

    async def open(self, request: Request) -> Response:
        """A right PIN opens the station for a shift; the field `act` of `ra` closes it."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        if not at_home(request):
            return html(notice("station-only", lang), 403)
        gate, viewer = self._gate, viewer_of(request.scope)
        if typed.get("act") == "ra":
            await run_in_threadpool(gate.sessions.end, viewer.session)
            answer = RedirectResponse(at("/tram/khoa", lang), 303)
            return take(answer, "pin", local=True)
        who = typed.get("who", "")[:32]
        try:
            wait = gate.limits.take("pin", "station")
            if wait is not None:
                raise PinRefused("pin-waiting", seconds=int(wait) + 1)
            found = await gate.slowly.run(partial(gate.pins.check, who, typed.get("pin", "")[:40]))
            token = await run_in_threadpool(gate.sessions.begin, found.id, "pin")
        except (PinRefused, PasswordRefused, SideAway) as refusal:
            page = await run_in_threadpool(self._page, lang, who, refusal.say(lang))
            return html(page, 429 if refusal.code == "pin-waiting" else 422)
        answer = RedirectResponse(at("/tram", lang), 303)
        return give(answer, "pin", token, local=True)


def posix_moment(seconds: int) -> str:
    """`09:06 07/09/2026` in Vietnam, of POSIX seconds."""
    return moment(dt.datetime.fromtimestamp(seconds, VIETNAM).isoformat(timespec="minutes"))


def account_routes(gate: Gate, account: Account) -> list[BaseRoute]:
    """The own account, and the station's door."""
    door = StationDoor(gate)
    return [
        Route("/toi", account.show, methods=["GET"]),
        Route("/toi", account.act, methods=["POST"]),
        Route("/tram/khoa", door.show, methods=["GET"]),
        Route("/tram/khoa", door.open, methods=["POST"]),
    ]
