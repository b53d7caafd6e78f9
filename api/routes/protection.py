"""Headers on every answer, and a plain page instead of a traceback."""

from __future__ import annotations

import logging
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pages.notices import notice
from api.routes.negotiation import asked_for
from api.routes.replies import html, problem, wants_html

log = logging.getLogger(__name__)

SECURITY_HEADERS: Final = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        b" connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


class Protected:
    """The outermost layer: security headers on whatever is answered, faults turned into pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS]
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception:
            log.exception("request failed: %s", scope.get("path"))
            if started:
                raise
            if wants_html(scope["headers"]):
                answer = html(notice("fault", asked_for(scope["query_string"])[0]), 500)
            else:
                answer = problem(500, "fault", "The server failed; try again in a minute.")
            await answer(scope, receive, with_headers)
