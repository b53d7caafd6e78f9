"""Static files, read or made once, kept in memory with their gzip form, under one versioned address.

The version is a digest of all of them, so that modules may import one another by plain relative
names and still be cached for ever.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.style_sheets import made_styles
from api.pages.verifier_modules import PARTS, made_files

FOLDER = Path(__file__).resolve().parents[1] / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
}
# Served as the one file that is made of them.
_SOURCES = (FOLDER / "verifier", FOLDER / "style")
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is sent."""

    body: bytes
    gzipped: bytes
    media_type: str
    etag: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file under api/static by its relative name, and what is made of modules and style parts."""
    bodies = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file()
        and path.suffix in _TYPES
        and path.parent not in _SOURCES
        and path.name not in PARTS
    }
    return {
        name: _static_file(name, body)
        for name, body in (bodies | made_files() | made_styles()).items()
    }


def _static_file(name: str, body: bytes) -> StaticFile:
    # mtime=0 and a fixed level: the same file has the same bytes on every machine.
    packed = gzip.compress(body, 9, mtime=0)
    digest = hashlib.sha256(body).hexdigest()[:24]
    return StaticFile(body, packed, _TYPES[Path(name).suffix], digest)


@cache
def version() -> str:
    """Twelve hex digits that change when any static file does."""
    whole = "".join(f"{name}\n{file.etag}\n" for name, file in static_files().items())
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


@cache
def static_url(name: str) -> str:
    """The address of a static file; KeyError when there is none of that name."""
    _ = static_files()[name]
    return f"/static/{version()}/{name}"


async def _serve(request: Request) -> Response:
    file = static_files().get(request.path_params["name"])
    if file is None:
        return Response(status_code=404, media_type="text/plain")
    gzipped = "gzip" in request.headers.get("accept-encoding", "")
    etag = f'"{file.etag}{"-gz" if gzipped else ""}"'
    current = request.path_params["version"] == version()
    headers = {
        "etag": etag,
        "vary": "accept-encoding",
        # A page that was cached before an upgrade still finds its files, but does not keep them.
        "cache-control": _FOR_EVER if current else "no-cache",
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if gzipped:
        headers["content-encoding"] = "gzip"
    return Response(file.gzipped if gzipped else file.body, 200, headers, file.media_type)


def static_routes() -> list[BaseRoute]:
    """GET /static/{version}/{name}."""
    return [Route("/static/{version}/{name:path}", _serve, methods=["GET", "HEAD"])]
