"""Station pages answer only on the station's own machine, and only to its own pages.

The address of the client keeps the network out, the Host header keeps out a stranger's name that
was made to lead to 127.0.0.1 (DNS rebinding), and Sec-Fetch-Site or Origin keeps out forms on
other pages (CSRF).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from api.pages.notices import notice
from api.routes.entries import bounded_body
from api.routes.negotiation import asked_for
from api.routes.replies import html

MAX_FORM = 64 * 1024
MAX_FIELDS = 200
_OWN_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_FORM = "application/x-www-form-urlencoded"

Handler = Callable[[Request], Awaitable[Response]]


def language(request: Request) -> str:
    """The page's language: Vietnamese unless `?lang=en`."""
    return asked_for(request.scope["query_string"])[0]


def own_machine(request: Request) -> bool:
    """Whether the client is on this machine and asked for this machine by its own name."""
    if request.client is None:
        return False
    try:
        loopback = ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    host = request.headers.get("host", "")
    # A bracketed IPv6 address has colons of its own before that of the port.
    name = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return loopback and name in _OWN_NAMES


def same_origin(request: Request) -> bool:
    """Whether a POST comes from one of our own pages, by what only browsers can set."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        # Its word is enough: under a strict referrer policy browsers send "Origin: null" even here.
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")


def station_only(handler: Handler) -> Handler:
    """Wrap a handler so that it answers only here, and takes forms only from our own pages."""

    async def guarded(request: Request) -> Response:
        if not own_machine(request):
            return html(notice("station-only", language(request)), 403)
        if request.method not in ("GET", "HEAD") and not same_origin(request):
            return html(notice("other-site", language(request)), 403)
        return await handler(request)

    return guarded


async def read_form(request: Request) -> dict[str, str] | None:
    """The typed fields, spaces around them gone; None when too large or no form at all."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return None
    body = await bounded_body(request, MAX_FORM)
    if body is None:
        return None
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return None
    return {name: value.strip() for name, value in pairs}
