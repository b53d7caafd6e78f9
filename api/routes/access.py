"""/vao, /ra: signing in and out, the first administrator, and one-time links. No JavaScript needed."""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.cookies import give, take, token_in
from api.access.errors import SideAway
from api.access.gate import Gate, at_home
from api.access.limits import asker
from api.access.passkey_errors import PasskeyRefused
from api.access.passwords import LEAST, PasswordRefused
from api.access.people import PeopleRefused, Person, digest_of
from api.access.viewer import viewer_of
from api.errors import DoorError
from api.pages.addresses import at
from api.pages.notices import notice
from api.pages.rendering import render
from api.routes.replies import html
from api.routes.station_guard import language, read_form
from api.scans.places import Peers

_STATUS = {
    "sign-in-limited": 429,
    "passkey-limited": 429,
    "sign-in-busy": 503,
    "side-away": 503,
    "side-unfounded": 503,
}


def status_of_refusal(refusal: DoorError) -> int:
    """429 or 503 where waiting helps, else 422."""
    return _STATUS.get(refusal.code, 422)


def hold_back(gate: Gate, kind: str, who: str) -> None:
    """Count one attempt. Raises PeopleRefused (`sign-in-limited`)."""
    wait = gate.limits.take(kind, who)
    if wait is not None:
        raise PeopleRefused("sign-in-limited", seconds=int(wait) + 1)


async def begin_session(
    gate: Gate, request: Request, person: Person, what: str, about: str, address: str
) -> tuple[str, str]:
    """Begin a session under a new token, and record it; the one that the browser had before ends.

    The address of the page that comes next, and the token. Raises SideAway.
    """
    local = at_home(request)
    old = token_in(request.cookies, "person", local=local)
    token = await run_in_threadpool(
        gate.sessions.begin, person.id, "person", digest_of(old) if old else ""
    )
    await run_in_threadpool(gate.record.add, what, person.id, about, address)
    gate.standing.forget()
    at_work = local and person.role in {"operator", "manager"}
    return at("/tram" if at_work else "/toi", language(request)), token


class Doors:
    """The pages in front of everything that needs an account."""

    def __init__(self, gate: Gate, peers: Peers) -> None:
        self._gate = gate
        self._peers = peers

    async def show(self, request: Request) -> Response:
        """The sign-in form; whoever is signed in goes to their account."""
        lang = language(request)
        if viewer_of(request.scope).id:
            return RedirectResponse(at("/toi", lang), 303)
        if self._may_be_first(request):
            return RedirectResponse(at("/vao/lan-dau", lang), 303)
        return html(self._page(lang, "", ""))

    async def sign_in(self, request: Request) -> Response:
        """Name and password; a new session every time."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        if over_plain_http(request):
            return html(notice("plain-http", lang), 403)
        account, password = typed.get("account", ""), typed.get("password", "")
        address = self._peers.sender(request.scope)
        try:
            hold_back(self._gate, "sign-in-address", asker(address))
            hold_back(self._gate, "sign-in", account.lower()[:80])
            check = partial(self._gate.people.check, account, password, address)
            person = await self._gate.slowly.run(check)
            enough = self._gate.passkeys.check_password_is_enough
            await run_in_threadpool(enough, person, address)
            return await self._begin(request, person, address)
        except (PeopleRefused, PasskeyRefused, PasswordRefused, SideAway) as refusal:
            page = self._page(lang, account[:80], refusal.say(lang))
            return html(page, status_of_refusal(refusal))

    async def _begin(self, request: Request, person: Person, address: str) -> Response:
        where, token = await begin_session(self._gate, request, person, "signed-in", "", address)
        return give(RedirectResponse(where, 303), "person", token, local=at_home(request))

    def _page(self, lang: str, account: str, fault: str) -> bytes:
        site = self._gate.passkeys.site_or_none()
        origin = site.origin if site else ""
        return render("access_sign_in.html", lang, account=account, fault=fault, origin=origin)

    async def sign_out(self, request: Request) -> Response:
        """End the session of this browser."""
        viewer, gate, local = viewer_of(request.scope), self._gate, at_home(request)
        await run_in_threadpool(gate.sessions.end, viewer.session)
        await run_in_threadpool(gate.record.add, "signed-out", viewer.id)
        door = "/tram/khoa" if local and await run_in_threadpool(gate.pins.any) else "/vao"
        answer = RedirectResponse(at(door, language(request)), 303)
        # Nothing of what was shown stays behind in a shared browser.
        answer.headers["clear-site-data"] = '"cache"'
        take(answer, "person", local=local)
        return take(answer, "pin", local=True) if local else answer

    # --- the first administrator ------------------------------------------------------------------

    def _may_be_first(self, request: Request) -> bool:
        """Before anybody is set up, the owner of the machine becomes the administrator."""
        roles = viewer_of(request.scope).roles
        return "machine" in roles and "administrator" in roles

    async def show_first(self, request: Request) -> Response:
        """The form of the first run, on the own machine while there is no administrator."""
        lang = language(request)
        if not self._may_be_first(request):
            return html(notice("no-page", lang), 404)
        return html(self._first_page(lang, {}, ""))

    async def make_first(self, request: Request) -> Response:
        """Make the administrator, and sign them in."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        if not self._may_be_first(request):
            return html(notice("no-page", lang), 404)
        gate = self._gate
        try:
            password = _twice(typed)
            token = await run_in_threadpool(
                gate.people.first, typed.get("account", ""), typed.get("name", "")
            )
            person = await gate.slowly.run(partial(gate.people.use_link, token, password))
            return await self._begin(request, person, "")
        except (PeopleRefused, PasswordRefused, SideAway) as refusal:
            page = self._first_page(lang, typed, refusal.say(lang))
            return html(page, status_of_refusal(refusal))

    def _first_page(self, lang: str, typed: dict[str, str], fault: str) -> bytes:
        return render(
            "access_first.html",
            lang,
            account=typed.get("account", ""),
            person_name=typed.get("name", ""),
            least=LEAST,
            fault=fault,
        )

    # --- one-time links ---------------------------------------------------------------------------

    async def show_link(self, request: Request) -> Response:
        """The form behind a one-time link: nothing happens until a password is sent."""
        lang = language(request)
        try:
            person = await run_in_threadpool(
                self._gate.people.behind_link, request.path_params["token"]
            )
        except PeopleRefused:
            return html(notice("link-unknown", lang), 404)
        except SideAway as away:
            return html(notice("fault", lang, detail=away.say(lang)), 503)
        return html(self._link_page(lang, person, ""))

    async def use_link(self, request: Request) -> Response:
        """Set the password, and sign in."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        if over_plain_http(request):
            return html(notice("plain-http", lang), 403)
        gate, token = self._gate, request.path_params["token"]
        address = self._peers.sender(request.scope)
        try:
            hold_back(self._gate, "sign-in-address", asker(address))
            person = await run_in_threadpool(gate.people.behind_link, token)
        except PeopleRefused:
            return html(notice("link-unknown", lang), 404)
        except SideAway as away:
            return html(notice("fault", lang, detail=away.say(lang)), 503)
        try:
            password = _twice(typed)
            use = partial(gate.people.use_link, token, password, address)
            gone = await gate.slowly.run(use)
            gate.sessions.forget()
            return await self._begin(request, gone, address)
        except (PeopleRefused, PasswordRefused, SideAway) as refusal:
            page = self._link_page(lang, person, refusal.say(lang))
            return html(page, status_of_refusal(refusal))

    def _link_page(self, lang: str, person: Person, fault: str) -> bytes:
        return render(
            "access_link.html",
            lang,
            person_name=person.name,
            account=person.account,
            least=LEAST,
            fault=fault,
        )


def over_plain_http(request: Request) -> bool:
    """Whether a browser elsewhere sent this readable for everybody on its way."""
    plain = request.headers.get("origin", "").startswith("http://")
    return plain and not at_home(request)


def _twice(typed: dict[str, str]) -> str:
    """The new password, typed twice. Raises PasswordRefused."""
    password = typed.get("password", "")
    if password != typed.get("again", ""):
        raise PasswordRefused("passwords-differ")
    return password


def access_routes(gate: Gate, peers: Peers) -> list[BaseRoute]:
    """Signing in and out."""
    doors = Doors(gate, peers)
    return [
        Route("/vao", doors.show, methods=["GET"]),
        Route("/vao", doors.sign_in, methods=["POST"]),
        Route("/vao/lan-dau", doors.show_first, methods=["GET"]),
        Route("/vao/lan-dau", doors.make_first, methods=["POST"]),
        Route("/vao/ma/{token}", doors.show_link, methods=["GET"]),
        Route("/vao/ma/{token}", doors.use_link, methods=["POST"]),
        Route("/ra", doors.sign_out, methods=["POST"]),
    ]
