"""The two cookies: who is signed in, and who is at the station.

Over https names begin with `__Host-`: a browser takes such a cookie only with Secure, for this very
host and for all paths, so no neighbour can plant one. A browser on the own machine speaks plain
http to 127.0.0.1, where that prefix is refused, so names differ there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

NAMES: Final = {
    ("person", False): "__Host-ocop",
    ("person", True): "ocop-local",
    ("pin", True): "ocop-tram",
}
_LONGEST_TOKEN = 64


def token_in(cookies: Mapping[str, str], kind: str, *, local: bool) -> str:
    """The session token that a request carries, "" for none. A PIN's counts only at the station."""
    found = cookies.get(NAMES.get((kind, local), ""), "")
    return found if len(found) <= _LONGEST_TOKEN else ""


def give(answer: Response, kind: str, token: str, *, local: bool) -> Response:
    """Put a session's token into the browser, until it is closed or the session has ended."""
    answer.set_cookie(
        NAMES[kind, local], token, path="/", secure=not local, httponly=True, samesite="lax"
    )
    return answer


def take(answer: Response, kind: str, *, local: bool) -> Response:
    """Take the cookie away."""
    name = NAMES[kind, local]
    answer.delete_cookie(name, path="/", secure=not local, httponly=True, samesite="lax")
    return answer
