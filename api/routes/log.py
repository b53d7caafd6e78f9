"""GET /log/checkpoint, /log/cosigned and /log/tile/...: the sealed log in C2SP tlog-tiles form."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.routes.replies import problem
from api.routes.services import Services

# C2SP tlog-tiles: level or "entries", then the index in groups of three, x before all but the last.
_TILE = re.compile(r"(?:entries|[0-9]|[1-5][0-9])(?:/x[0-9]{3}){0,6}/[0-9]{3}(?:\.p/[0-9]{1,3})?")
_FOR_EVER = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=5"


def log_routes(services: Services) -> list[BaseRoute]:
    """The static read path of the log."""

    async def checkpoint(_request: Request) -> Response:
        note = services.log.checkpoint()
        if note is None:
            return problem(404, "not-sealed", "Nothing is sealed yet; ask again in a second.")
        whole = services.cosigned.with_lines(note)
        return Response(whole, 200, {"cache-control": _SHORT}, "text/plain; charset=utf-8")

    async def cosigned(_request: Request) -> Response:
        note = services.cosigned.best()
        if note is None:
            return problem(
                404,
                "not-cosigned",
                "No checkpoint has been co-signed by as many witnesses as this log's policy asks "
                "for; /log/checkpoint gives the newest one, with the cosignatures it has.",
            )
        return Response(note, 200, {"cache-control": _SHORT}, "text/plain; charset=utf-8")

    async def tile(request: Request) -> Response:
        path = request.path_params["path"]
        found = services.log.tile(path) if _TILE.fullmatch(path) else None
        if found is None:
            return problem(404, "no-tile", "This tile does not exist; see the checkpoint's size.")
        # Partial tiles may be dropped once the full one exists, so they are not kept for ever.
        keep = "public, max-age=3600" if ".p/" in path else _FOR_EVER
        return Response(found, 200, {"cache-control": keep}, "application/octet-stream")

    return [
        Route("/log/checkpoint", checkpoint),
        Route("/log/cosigned", cosigned),
        Route("/log/tile/{path:path}", tile),
    ]
