"""GET /huong-dan, the short guide for everybody, and /huong-dan/treo-tuong, one A4 page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.access.viewer import viewer_of
from api.guide.tasks import INSPECTOR, MANAGER, OPERATOR, Task
from api.pages.rendering import render
from api.pages.shell import shell
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language


def guide_routes(services: Services) -> list[BaseRoute]:
    """Both pages are for everybody: they tell nothing that is not public."""

    async def guide(request: Request) -> Response:
        lang = language(request)
        roles = viewer_of(request.scope).roles
        parts: list[tuple[str, tuple[Task, ...]]] = [
            ("operator", OPERATOR),
            ("manager", MANAGER),
            ("inspector", INSPECTOR),
        ]
        # Whoever signed in finds their own part first.
        parts.sort(key=lambda part: part[0] not in roles)
        page = render("guide/guide.html", lang, **shell(request.scope, lang), parts=parts)
        return html(page)

    async def wall(request: Request) -> Response:
        lang = language(request)
        page = render(
            "guide/wall.html",
            lang,
            **shell(request.scope, lang),
            tasks=OPERATOR,
            origin=services.settings.origin,
        )
        return html(page)

    return [Route("/huong-dan", guide), Route("/huong-dan/treo-tuong", wall)]
