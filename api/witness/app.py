"""The witness's own small web server: one address to post to, one line about itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from threading import Thread

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.routes.entries import bounded_body
from api.serving.bounded_connections import Bounds, bounded
from api.serving.timely_bodies import Timely
from api.witness.cosigner import Witness
from api.witness.protocol import MOST_BODY, PATH

_PLAIN = "text/plain; charset=utf-8"
# A proxy stands in front more often than not, and few logs ask.
_BOUNDS = Bounds(connections=64, of_address=64)
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def witness_app(witness: Witness, vkey: str) -> Starlette:
    """The application over one witness. `vkey` is shown to whoever looks."""

    async def add_checkpoint(request: Request) -> Response:
        body = await bounded_body(request, MOST_BODY)
        if body is None:
            said = f"The request is longer than {MOST_BODY} bytes.\n"
            return Response(said, 413, _HEADERS, _PLAIN)
        answer = await run_in_threadpool(witness.add_checkpoint, body)
        # In this form, because Starlette would add a charset to the type that the protocol names.
        headers = {**_HEADERS, **answer.headers, "content-type": answer.kind}
        return Response(answer.body.encode(), answer.status, headers)

    async def about(_request: Request) -> Response:
        return Response(f"{witness.kind} {vkey}\n", 200, _HEADERS, _PLAIN)

    return Starlette(
        routes=[
            Route(PATH, add_checkpoint, methods=["POST"]),
            Route("/", about, methods=["GET"]),
        ]
    )


def server_for(app: Starlette) -> uvicorn.Server:
    """The HTTP server, bounded and quiet."""
    return uvicorn.Server(
        uvicorn.Config(
            Timely(app),
            http=bounded(_BOUNDS),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            timeout_keep_alive=30,
            timeout_graceful_shutdown=5,
            limit_concurrency=_BOUNDS.connections + 1,
        )
    )


@contextmanager
def serving(app: Starlette, listener: socket) -> Iterator[None]:
    """Serve on a bound socket in a thread of its own until the block ends."""
    server = server_for(app)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
