"""The language that somebody chose stays chosen, from page to page: one cookie with two letters.

`?lang=en` on any page of people sets it; without the cookie pages are Vietnamese. The addresses on
labels and everything that caches may share know `?lang=` alone: there one address is one answer.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pages.messages_catalogue import LANGUAGES, SOURCE
from api.routes.negotiation import asked_for

COOKIE: Final = "ocop-lang"
_YEAR: Final = 365 * 24 * 3600
_SHARED: Final = (
    *("/01/", "/00/", "/anh/", "/static/", "/log/", "/api/"),
    *("/healthz", "/readyz", "/metrics", "/openapi.json"),
)


class Speaking:
    """Puts the chosen language into requests that name none."""

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        """`secure` says that the public address is https."""
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http" or scope["path"].startswith(_SHARED):
            await self._app(scope, receive, send)
            return
        query, kept = scope["query_string"], _kept(scope)
        if b"lang=" not in query:
            if kept != SOURCE:
                # In the scope itself, so that a page for a fault of ours speaks the same.
                scope["query_string"] = b"&".join(filter(None, (query, b"lang=" + kept.encode())))
            await self._app(scope, receive, send)
            return
        chosen = asked_for(query)[0]
        if chosen != kept:
            send = _keeping(send, chosen, secure=self._secure and scope["scheme"] == "https")
        await self._app(scope, receive, send)


def _kept(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                found = SimpleCookie(value[:4096].decode("latin-1")).get(COOKIE)
            except CookieError:
                return SOURCE
            if found is not None and found.value in LANGUAGES:
                return found.value
    return SOURCE


def _keeping(send: Send, lang: str, *, secure: bool) -> Send:
    told = f"{COOKIE}={lang}; Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Lax"
    cookie = (b"set-cookie", (told + ("; Secure" if secure else "")).encode())

    async def kept(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), cookie]
        await send(message)

    return kept
