"""GET /kieu-mau: every part that pages are put together from, in one place."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.icons import ICONS
from api.pages.rendering import render
from api.pages.shell import shell
from api.routes.replies import html
from api.routes.station_guard import language


async def _show(request: Request) -> Response:
    lang = language(request)
    return html(render("style_page.html", lang, **shell(request.scope, lang), icons=ICONS))


def style_routes() -> list[BaseRoute]:
    """The page of the parts. It reads nothing and records nothing."""
    return [Route("/kieu-mau", _show, methods=["GET"])]
