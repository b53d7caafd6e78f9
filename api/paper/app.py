"""The virtual printer's page, answered only on the machine that it runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket
from threading import Thread

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.pages.addresses import at
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.static_files import static_routes
from api.paper.seen import look
from api.routes.protection import Protected
from api.routes.replies import html
from api.routes.station_guard import language, read_form, station_only
from printers.virtual.paper import NUMBERED
from printers.virtual.server import VirtualPrinter


class PaperPages:
    """One virtual printer, looked at and troubled."""

    def __init__(self, printer: VirtualPrinter) -> None:
        self._printer = printer
        self._acts: dict[str, Callable[[], None]] = {
            "paper-out": lambda: printer.trouble(paper_out_after=0),
            "refill": printer.refill,
            "cover-open": lambda: printer.trouble(cover_open_after=0),
            "cover-close": lambda: printer.mend("cover-open"),
            "offline": lambda: printer.trouble(offline_after=0),
            "online": lambda: printer.mend("offline"),
            "hot": lambda: printer.trouble(hot_after=0),
            "cool": lambda: printer.mend("hot"),
            "drop": printer.drop,
        }

    async def show(self, request: Request) -> Response:
        """The page; `?phan=1` is the part of it that changes."""
        lang = language(request)
        part = request.query_params.get("phan") == "1"
        page = await run_in_threadpool(
            lambda: render(
                "paper_live.html" if part else "paper.html",
                lang,
                seen=look(self._printer),
                address=self._printer.address,
            )
        )
        return html(page)

    async def act(self, request: Request) -> Response:
        """A button was pressed."""
        lang = language(request)
        form = await read_form(request)
        act = self._acts.get((form or {}).get("act", ""))
        if act is None:
            return html(notice("too-large", lang), 422)
        act()
        return RedirectResponse(at("/", lang), 303)

    async def picture(self, request: Request) -> Response:
        """One piece of paper as PNG."""
        name = request.path_params["name"]
        if NUMBERED.fullmatch(name) is None:
            return html(notice("no-page", language(request)), 404)
        try:
            body = await run_in_threadpool((self._printer.out_dir / name).read_bytes)
        except OSError:
            return html(notice("no-page", language(request)), 404)
        return Response(body, 200, {"cache-control": "no-store"}, "image/png")


def paper_app(printer: VirtualPrinter) -> Starlette:
    """The application over one printer. Nothing of it is loaded from another host."""
    pages = PaperPages(printer)
    return Starlette(
        routes=[
            Route("/", station_only(pages.show), methods=["GET"]),
            Route("/", station_only(pages.act), methods=["POST"]),
            Route("/tem/{name}", station_only(pages.picture), methods=["GET"]),
            *static_routes(),
        ],
        middleware=[Middleware(Protected)],
    )


@contextmanager
def showing(printer: VirtualPrinter, listener: socket) -> Iterator[None]:
    """Serve the page on a bound socket, in a thread of its own, until the block ends."""
    server = uvicorn.Server(
        uvicorn.Config(
            paper_app(printer),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
    )
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
