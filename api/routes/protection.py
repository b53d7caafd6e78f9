"""Headers on every answer, and a plain page instead of a traceback."""

from __future__ import annotations

import logging
import secrets
import time
from functools import lru_cache
from typing import Final

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pages.notices import notice
from api.pages.shell import ASKED
from api.pages.style_sheets import consumer_style_source
from api.routes.negotiation import asked_for
from api.routes.replies import html, problem, wants_html
from api.watching import metrics
from api.watching.errors import FaultNoted

log = logging.getLogger("ocop.routes")
LABEL_ROUTE: Final = "/01/{gtin}/10/{lot}/21/{serial}"
OTHER_ROUTE: Final = "other"

SECURITY_HEADERS: Final = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        b" connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
# Only where the public address is https: a browser that has seen it never asks in the clear again.
HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
_NO_STORE: Final = (b"cache-control", b"no-store")


def label_headers() -> tuple[tuple[bytes, bytes], ...]:
    """Headers of the page that a label opens: the one style that it carries in itself is allowed."""
    (name, policy), *others = SECURITY_HEADERS
    carried = f"style-src 'self' {consumer_style_source()};".encode()
    return (name, policy.replace(b"style-src 'self';", carried)), *others


class Protected:
    """The outermost layer: security headers, a page for each fault, and the counting of answers."""

    def __init__(self, app: ASGIApp, route: str | None = None, *, secure: bool = False) -> None:
        """`route` is what all requests here count as; None asks the router for its template.

        `secure` says that the public address is https.
        """
        self._app = app
        self._route = route
        headers = label_headers() if route == LABEL_ROUTE else SECURITY_HEADERS
        self._headers = (*headers, HSTS) if secure else headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), *self._headers]
                if self._route is None and not any(n == b"cache-control" for n, _ in headers):
                    headers.append(_NO_STORE)
                message["headers"] = headers
            await send(message)

        asked = None if self._route else ASKED.set(scope)
        try:
            await self._app(scope, receive, with_headers)
        except Exception as wrong:
            answer = _noted(wrong, scope, self._route)
            if status:
                raise
            await answer(scope, receive, with_headers)
        finally:
            if asked is not None:
                ASKED.reset(asked)
            route = self._route or route_of(scope)
            metrics.answered(route, status or 500, time.perf_counter() - began)


def route_of(scope: Scope) -> str:
    """Template of the route that took a request: a path may name a lot, or hold anything at all."""
    found = getattr(scope.get("route"), "path", None)
    if found is None and "endpoint" in scope:
        # Only the framework's own routes leave their name; plain ones are known by their endpoint.
        found = _templates(scope["app"]).get(scope["endpoint"])
    return str(found or OTHER_ROUTE)


@lru_cache(maxsize=8)
def _templates(app: Starlette) -> dict[object, str]:
    routes = (one for one in app.routes if isinstance(one, Route))
    return {one.endpoint: one.path for one in routes}


def _noted(wrong: Exception, scope: Scope, route: str | None) -> Response:
    """Log an error of ours under an id, and say that id to whoever asked."""
    fault = FaultNoted("fault-noted", id=secrets.token_hex(4))
    number = fault.params["id"]
    extra = {"id": number, "route": route or route_of(scope)}
    log.error("request failed", exc_info=wrong, extra=extra)
    if wants_html(scope["headers"]):
        lang = asked_for(scope["query_string"])[0]
        return html(notice("fault", lang, detail=fault.say(lang)), 500)
    return problem(500, "fault", fault.say("en"), id=number)
