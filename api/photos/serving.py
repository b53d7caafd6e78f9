"""GET /anh/{digest}.jpg: the files of photos, each under the SHA-256 of its bytes."""

from __future__ import annotations

import re
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.photos.receiving import JPEG
from api.routes.services import Services

# The bytes under a name never change. But they may be taken away, and a day later no cache gives
# them any more.
CACHE: Final = "public, max-age=86400, immutable"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PLAIN: Final = "text/plain; charset=utf-8"


def serving_routes(services: Services) -> list[BaseRoute]:
    """The route of photos, for everybody."""

    async def serve(request: Request) -> Response:
        digest = request.path_params["digest"]
        if _DIGEST.fullmatch(digest) is None:
            return _nothing(404)
        found = await run_in_threadpool(services.album.opened, digest)
        if found == "gone":
            return _nothing(410)
        if found is None:
            return _nothing(404)
        etag = f'"{digest}"'
        headers = {"etag": etag, "cache-control": CACHE}
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(found, 200, headers, JPEG)

    return [Route("/anh/{digest}.jpg", serve, methods=["GET", "HEAD"])]


def _nothing(status: int) -> Response:
    text = "Ảnh đã gỡ.\n" if status == 410 else "Không có ảnh này.\n"
    return Response(text, status, {"cache-control": "no-store"}, _PLAIN)
