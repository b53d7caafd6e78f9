"""Answers in raw ASGI form, and problem documents (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.types import Send

Headers = list[tuple[bytes, bytes]]


async def send_raw(send: Send, status: int, headers: Headers, body: bytes, *, head: bool) -> None:
    """Send one whole answer; without its body for a HEAD request."""
    start = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": b"" if head else body})


def html(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A page that nobody stores, for pages of the station and errors."""
    return Response(
        body, status, {"cache-control": "no-store", **(headers or {})}, "text/html; charset=utf-8"
    )


def json_bytes(value: object) -> bytes:
    """Compact UTF-8 JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def problem(status: int, code: str, detail: str, **members: Any) -> Response:
    """An application/problem+json answer. `detail` is one English sentence."""
    body = {
        "type": f"urn:ocop-ledger:problem:{code}",
        "title": _TITLES.get(status, "Refused"),
        "status": status,
        "code": code,
        "detail": detail,
        **members,
    }
    return Response(
        json_bytes(body), status, {"cache-control": "no-store"}, "application/problem+json"
    )


_TITLES = {
    400: "Malformed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Fork",
    413: "Too large",
    415: "Unsupported media type",
    422: "Refused",
    500: "Fault of the server",
    503: "Not ready",
}


def wants_html(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether a browser is asking, so that errors are pages for it."""
    return any(name == b"accept" and b"text/html" in value for name, value in headers)
