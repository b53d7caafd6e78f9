"""GET /huong-dan, the short guide for everybody, and /huong-dan/treo-tuong, one A4 page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.access.table import may
from api.access.viewer import Viewer, viewer_of
from api.guide.tasks import INSPECTOR, MANAGER, OFFICER, OPERATOR, Task
from api.pages.rendering import render
from api.pages.shell import shell
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language


def guide_routes(services: Services) -> list[BaseRoute]:
    """Both pages are for everybody: they tell nothing that is not public."""

    async def guide(request: Request) -> Response:
        lang = language(request)
        viewer = viewer_of(request.scope)
        roles = viewer.roles
        parts: list[tuple[str, tuple[Task, ...]]] = [
            ("operator", OPERATOR),
            ("manager", MANAGER),
            ("inspector", INSPECTOR),
            ("officer", OFFICER),
        ]
        # Whoever signed in finds their own part first.
        parts.sort(key=lambda part: part[0] not in roles)
        bar = shell(request.scope, lang)
        return html(render("guide/guide.html", lang, **bar, parts=parts, opens=_opened(viewer)))

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

    def _opened(viewer: Viewer) -> frozenset[str]:
        """The pages on which tasks begin, as far as whoever reads may open them."""
        pages = {task.page for task in (*OPERATOR, *MANAGER, *INSPECTOR, *OFFICER) if task.page}
        here = {one for one in pages if viewer.own_machine or not one.startswith("/tram")}
        return frozenset(one for one in here if may(viewer.roles, one, "GET"))

    return [Route("/huong-dan", guide), Route("/huong-dan/treo-tuong", wall)]
