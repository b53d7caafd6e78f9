"""The table of routes and roles, enforced before any handler sees a request."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.errors import SideAway
from api.access.gate import Gate, at_home
from api.access.limits import asker, is_own_machine
from api.access.listed import Listed, listed
from api.access.table import ANYBODY, SIGNED, TABLE, may
from api.access.viewer import ANONYMOUS, KEY, Viewer
from api.disclosure.choices import DisclosureRefused
from api.pages.addresses import at
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.routes.negotiation import asked_for
from api.routes.replies import html, problem, wants_html
from api.routes.station_guard import own_machine, same_origin
from api.scans.places import Peers

log = logging.getLogger("ocop.access")
_SAFE: Final = frozenset({"GET", "HEAD"})
_UNLIMITED: Final = ("/static/", "/healthz", "/readyz", "/metrics")
_OWN_RATE: Final = (("/log/", "log"), ("/api/v1/station/", "station-address"))
_STATION: Final = "/tram"
_DOOR: Final = "/tram/khoa"
_RECORDING: Final = frozenset(
    path for path, _ in TABLE if path.startswith(_STATION) and path != _DOOR
)
_LONGEST_LABEL: Final = 200
_ENTRIES: Final = "/log/tile/entries"


class Enforced:
    """Lets a request through to its handler, or answers it: who may ask is in `table`."""

    def __init__(
        self,
        app: ASGIApp,
        application: Starlette,
        gate: Gate,
        peers: Peers,
        station: Callable[[], str],
    ) -> None:
        """`application` has the routes, all of them, once it answers its first request.

        `station` gives the party that the pages of the station record for, "" for none.
        """
        self._app = app
        self._station = station
        self._application = application
        self._gate = gate
        self._peers = peers
        self._routes: list[Listed] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        sender = self._peers.sender(scope)
        refusal = self._too_often(scope, sender)
        template = self._template(scope)
        viewer = ANONYMOUS
        if refusal is None and template is not None:
            try:
                viewer = await self._gate.viewer(scope)
            except SideAway as away:
                # What everybody may see goes on; what hangs on rights does not.
                if TABLE.get((template, _method(scope))) != ANYBODY:
                    refusal = _away(scope, away)
            if refusal is None:
                refusal = self._refusal(scope, template, viewer)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        scope[KEY] = viewer
        if scope["path"].startswith(_ENTRIES) and self._gate.disclosures.hidden() != {}:
            send = _kept_by_nobody(send)
        if viewer.id and scope["method"] not in _SAFE and template is not None:
            await self._noted(scope, receive, send, viewer, template, sender)
        else:
            await self._app(scope, receive, send)

    def _template(self, scope: Scope) -> str | None:
        """Template of the route that will answer; None when there is none (404, 405)."""
        if self._routes is None:
            self._routes = list(listed(self._application.routes))
        path, method = scope["path"], scope["method"]
        for one in self._routes:
            if method in one.methods and one.pattern.match(path):
                return one.template
        return None

    def _too_often(self, scope: Scope, sender: str) -> Response | None:
        path = scope["path"]
        if is_own_machine(sender) or path.startswith(_UNLIMITED):
            return None
        # Of signed requests the route counts those of a key; here those of an address.
        who = asker(sender)
        kind = next((kind for start, kind in _OWN_RATE if path.startswith(start)), "api")
        wait = self._gate.limits.take(kind, who)
        return None if wait is None else too_often(scope, wait)

    def _refusal(self, scope: Scope, template: str, viewer: Viewer) -> Response | None:
        """None when the request may go on."""
        request = Request(scope)
        lang = asked_for(scope["query_string"])[0]
        page = not template.startswith("/api/")
        if page and scope["method"] not in _SAFE and not same_origin(request):
            return html(notice("other-site", lang), 403)
        if template.startswith(_STATION) and not own_machine(request):
            return html(notice("station-only", lang), 403)
        if template in _RECORDING and viewer.party and viewer.party != self._station():
            # Whoever belongs to another party does not sign in this one's name.
            return html(notice("not-yours", lang), 403)
        row = TABLE.get((template, _method(scope)))
        if row == SIGNED:
            return None  # who signed is known once the body was read: the route answers 401
        if not may(viewer.roles, template, scope["method"]):
            if row is None:
                log.error("a route without a row in the table of access", extra={"route": template})
            return self._sent_away(request, template, viewer, lang)
        if scope["path"].startswith(_ENTRIES) and not self._may_read_entries(viewer):
            refused = DisclosureRefused("hidden-entries")
            return problem(403, refused.code, refused.say("en"))
        return None

    def _may_read_entries(self, viewer: Viewer) -> bool:
        hidden = self._gate.disclosures.hidden()
        return viewer.sees_all or viewer.reads_only or (hidden is not None and not hidden)

    def _sent_away(self, request: Request, template: str, viewer: Viewer, lang: str) -> Response:
        asks = request.method in _SAFE and wants_html(request.scope["headers"])
        if not viewer.id and asks and not template.startswith("/api/"):
            station = template.startswith(_STATION) and at_home(request)
            door = "/tram/khoa" if station else "/vao"
            return RedirectResponse(at(door, lang), 303)
        if wants_html(request.scope["headers"]) or template.startswith(_STATION):
            return html(_refused(viewer, lang), 403)
        detail = (
            "Your role may not do this; ask the administrator."
            if viewer.id
            else "Only people with an account may do this; sign in at /vao."
        )
        return problem(403, "not-allowed", detail)

    async def _noted(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        viewer: Viewer,
        template: str,
        sender: str,
    ) -> None:
        """Pass on what somebody known changes, and write down that they did."""
        status = 500

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            about = f"{scope['method']} {template} {status}"
            with suppress(SideAway):  # done is done: the answer has gone out
                await run_in_threadpool(self._gate.record.add, "act", viewer.id, about, sender)


class LimitedLabels:
    """The addresses on labels: only how often is looked at, because everybody may see them."""

    def __init__(self, app: ASGIApp, gate: Gate, peers: Peers) -> None:
        self._app = app
        self._take = gate.limits.take
        self._sender = peers.sender

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or say how long to wait."""
        sender = self._sender(scope)
        if not is_own_machine(sender):
            who = asker(sender)
            # Of one address: a label that a stranger asks for all day still answers its buyer.
            # No label's address is longer, and what is remembered must not be as long as they like.
            label = f"{who} {scope['path'][:_LONGEST_LABEL]}"
            wait = self._take("scan", who) or self._take("scan-serial", label)
            if wait is not None:
                await too_often(scope, wait)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def too_often(scope: Scope, wait: float) -> Response:
    """429, with the seconds after which it is worth asking again."""
    seconds = max(1, math.ceil(wait))
    if wants_html(scope["headers"]):
        answer = html(notice("too-often", asked_for(scope["query_string"])[0]), 429)
    else:
        answer = problem(429, "too-often", f"Too many requests; ask again in {seconds} seconds.")
    answer.headers["retry-after"] = str(seconds)
    return answer


def _kept_by_nobody(send: Send) -> Send:
    """What only some may read must not come to others out of a cache in between."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [one for one in message.get("headers", ()) if one[0] != b"cache-control"]
            message["headers"] = [*kept, (b"cache-control", b"private, no-store")]
        await send(message)

    return told


def _away(scope: Scope, away: SideAway) -> Response:
    if wants_html(scope["headers"]):
        answer = html(notice("fault", asked_for(scope["query_string"])[0]), 503)
    else:
        answer = problem(503, away.code, away.say("en"))
    answer.headers["retry-after"] = "5"
    return answer


def _method(scope: Scope) -> str:
    return "GET" if scope["method"] == "HEAD" else str(scope["method"])


def _refused(viewer: Viewer, lang: str) -> bytes:
    """The page of a refusal, with the way on: to what the role may do, or to signing in."""
    say = tongue(lang)
    if viewer.id:
        return notice("not-yours", lang, link="/toi", link_text=say("Tài khoản của tôi"))
    return notice("sign-in-first", lang, link="/vao", link_text=say("Đăng nhập"))
